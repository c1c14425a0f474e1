"""Secret Manager: secrets that change, under a key of the client's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, is_set, own_key

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

SECRET = "gcp:secretmanager/secret:Secret"  # noqa: S105 - a type
REGIONAL = "gcp:secretmanager/regionalSecret:RegionalSecret"
ROTATION = "rotation.rotationPeriod"
KEY_NAME = "customerManagedEncryption.kmsKeyName"
REPLICAS = "replication.userManaged.replicas[*]"
_GOOGLES_KEY = "is encrypted with Google's own key"


def encrypted(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every place that a secret lies in has a key of the client's."""
    if resource.type == REGIONAL:
        yield from own_key(KEY_NAME, _GOOGLES_KEY)(resource, stack, context)
        return
    replicas = list(resource.each(REPLICAS))
    for at, replica in replicas:
        if replica is UNKNOWN:
            # The whole list is one value that is not known yet.
            yield unknown(f"where it lies {LATER}", at)
        else:
            yield from own_key(f"{at}.{KEY_NAME}", _GOOGLES_KEY)(resource, stack, context)
    if not replicas:
        yield from own_key(f"replication.auto.{KEY_NAME}", _GOOGLES_KEY)(resource, stack, context)


CONTROLS = (
    Control(
        id="gcp-secret-rotation",
        title="Secrets have a rotation",
        why="A secret that never changes is still good for everybody who ever saw it, also after the exit.",
        fix="Set rotation.rotationPeriod and rotation.nextRotationTime, and a topic in topics that starts the change.",
        blind="Whether anything acts on the topic: Secret Manager only reminds.",
        source="https://cloud.google.com/secret-manager/docs/secret-rotation (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("G36",),
        maps=Maps(nist="~IA-5 IA-2", hipaa="~312(d) 308(a)(3)(ii)(C)", pci="~8.3.9 8.6.3", soc2="~CC6.1 CC6.2", iso="~A.5.17 A.5.18"),
        severity=Severity.MEDIUM,
        reads={SECRET: (ROTATION,), REGIONAL: (ROTATION,)},
        evaluate=is_set(ROTATION, "has no rotation"),
        snippet="""\
import pulumi_gcp as gcp

topic = gcp.pubsub.Topic("rotation")
gcp.secretmanager.Secret(
    "database",
    secret_id="database",
    replication={"user_managed": {"replicas": [{"location": "europe-west1"}]}},
    rotation={"rotation_period": "7776000s", "next_rotation_time": "2027-01-01T00:00:00Z"},
    topics=[{"name": topic.id}],
)
""",
    ),
    Control(
        id="gcp-secret-encryption",
        title="Secrets are encrypted with a key of the client's",
        why="Only a key that the client owns lets the client end all reading of a secret at once.",
        fix="Set customerManagedEncryption.kmsKeyName of each replica, or of replication.auto, to a key in the same place.",
        blind="Versions that were added before the key was set.",
        source="https://cloud.google.com/secret-manager/docs/cmek (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("G36",),
        maps=_gcp.FAMILY["RST"],
        severity=Severity.MEDIUM,
        reads={SECRET: (f"{REPLICAS}.{KEY_NAME}", f"replication.auto.{KEY_NAME}"), REGIONAL: (KEY_NAME,)},
        looks_at={_gcp.KEY: ()},
        evaluate_linked=encrypted,
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
replica = {"location": "europe-west1", "customer_managed_encryption": {"kms_key_name": key.id}}
gcp.secretmanager.Secret("database", secret_id="database", replication={"user_managed": {"replicas": [replica]}})
""",
    ),
)
