"""Topics, artifacts and caches on Google Cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity
from handoff.controls.rules import is_none_of, is_one_of, is_true, own_key, when

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

TOPIC = "gcp:pubsub/topic:Topic"
REPOSITORY = "gcp:artifactregistry/repository:Repository"
REDIS = "gcp:redis/instance:Instance"
REDIS_CLUSTER = "gcp:redis/cluster:Cluster"
MEMORYSTORE = "gcp:memorystore/instance:Instance"
MODE, LOGIN = "transitEncryptionMode", "authorizationMode"
_GOOGLES_KEY = "is encrypted with Google's own key"
_immutable = is_true("dockerConfig.immutableTags", "lets a tag be moved to another image")
_password = is_true("authEnabled", "asks for no password")
_by_iam = is_one_of(LOGIN, ("IAM_AUTH", "AUTH_MODE_IAM_AUTH", "TOKEN_AUTH"), "asks nobody who connects", default="AUTH_DISABLED")


def login(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whoever connects to a cache proves who he is."""
    yield from (_password if resource.type == REDIS else _by_iam)(resource, context)


_VUL = Maps(nist="~RA-5 SI-2", hipaa="~308(a)(1)(ii)(A) 308(a)(5)(ii)(B)", pci="11.3.1", soc2="CC3.1 CC3.2", iso="~A.8.8")
_WHY_KEY = "Only a key that the client owns lets the client end the provider's reading, and erase what is left, at once."
CONTROLS = (
    Control(
        id="gcp-pubsub-encryption",
        title="Topics are encrypted with a key of the client's",
        why=_WHY_KEY,
        fix="Set kmsKeyName to a key of Cloud KMS, and let the service agent of Pub/Sub use it.",
        blind="Messages that a subscription has exported.",
        source="https://cloud.google.com/pubsub/docs/encryption (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("G44",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="~A.8.24 A.8.11"),
        severity=Severity.MEDIUM,
        reads={TOPIC: ("kmsKeyName",)},
        looks_at={_gcp.KEY: ()},
        evaluate_linked=own_key("kmsKeyName", _GOOGLES_KEY),
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
gcp.pubsub.Topic("events", kms_key_name=key.id)
""",
    ),
    Control(
        id="gcp-artifacts-encryption",
        title="Artifacts are encrypted with a key of the client's",
        why=_WHY_KEY,
        fix="Set kmsKeyName when the repository is made.",
        blind="Copies of artifacts on the machines that run them.",
        source="https://cloud.google.com/artifact-registry/docs/cmek (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("G45",),
        maps=_gcp.FAMILY["RST"],
        severity=Severity.MEDIUM,
        reads={REPOSITORY: ("kmsKeyName",)},
        looks_at={_gcp.KEY: ()},
        evaluate_linked=own_key("kmsKeyName", _GOOGLES_KEY),
        snippet="""\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
gcp.artifactregistry.Repository("images", repository_id="images", location="europe-west1", format="DOCKER", kms_key_name=key.id)
""",
    ),
    Control(
        id="gcp-artifacts-immutable",
        title="Tags of images cannot be moved",
        why="A tag that can be moved makes what was scanned and what runs two things.",
        fix="Set dockerConfig.immutableTags to true, and give every build a tag of its own.",
        blind="Remote and virtual repositories, which hold what others publish.",
        source="https://cloud.google.com/artifact-registry/docs/docker/names (read 2026-11-22)",
        category=Category.BASELINE,
        family="VUL",
        rows=("G45",),
        maps=_VUL,
        severity=Severity.MEDIUM,
        reads={REPOSITORY: ("format", "mode", "dockerConfig.immutableTags")},
        evaluate=when(
            "format",
            ("DOCKER",),
            when("mode", ("STANDARD_REPOSITORY",), _immutable, "passes on what others publish", default="STANDARD_REPOSITORY"),
            "holds no images",
        ),
        snippet="""\
import pulumi_gcp as gcp

gcp.artifactregistry.Repository("images", repository_id="images", location="europe-west1", format="DOCKER", docker_config={"immutable_tags": True})
""",
    ),
    Control(
        id="gcp-artifacts-scanning",
        title="Artifacts are scanned for known holes",
        why="A hole that is known and not looked for stays open.",
        fix="Leave vulnerabilityScanningConfig.enablementConfig out, or set it to INHERITED.",
        blind="Whether the project has the scanning API on, and whether anybody reads what it finds.",
        source="https://cloud.google.com/artifact-analysis/docs/enable-automatic-scanning (read 2026-11-22)",
        category=Category.BASELINE,
        family="VUL",
        rows=("G45",),
        maps=_VUL,
        severity=Severity.MEDIUM,
        reads={REPOSITORY: ("vulnerabilityScanningConfig.enablementConfig",)},
        remedy={"vulnerabilityScanningConfig.enablementConfig": "INHERITED"},
        evaluate=is_none_of("vulnerabilityScanningConfig.enablementConfig", ("DISABLED",), "is not scanned", default="INHERITED"),
        snippet="""\
import pulumi_gcp as gcp

gcp.artifactregistry.Repository("images", repository_id="images", location="europe-west1", format="DOCKER")
""",
    ),
    Control(
        id="gcp-redis-tls",
        title="Caches speak TLS only",
        why="Without TLS everything in the cache, and its password, passes the network in plain text.",
        fix="Set transitEncryptionMode to SERVER_AUTHENTICATION (TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION on a cluster) when the cache is made.",
        blind="Whether clients check the certificate.",
        source="https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("G46",),
        maps=Maps(nist="~SC-8 SC-8(1)", hipaa="~312(e)(1) 312(e)(2)(i)", pci="~4.2.1 2.2.7", soc2="~CC6.7 CC6.6", iso="~A.8.24 A.8.20"),
        reads={REDIS: (MODE,), REDIS_CLUSTER: (MODE,), MEMORYSTORE: (MODE,)},
        evaluate=is_one_of(MODE, ("SERVER_AUTHENTICATION", "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION"), "speaks in plain text", default="DISABLED"),
        snippet="""\
import pulumi_gcp as gcp

gcp.redis.Instance("cache", region="europe-west1", memory_size_gb=1, auth_enabled=True, transit_encryption_mode="SERVER_AUTHENTICATION")
""",
    ),
    Control(
        id="gcp-redis-login",
        title="Caches ask who connects",
        why="A cache without a password is open to every machine on the network.",
        fix="Set authEnabled to true, on a cluster authorizationMode to AUTH_MODE_IAM_AUTH, on Memorystore for Valkey to IAM_AUTH.",
        blind="Who knows the password, which stands in the state of the stack.",
        source="https://cloud.google.com/memorystore/docs/redis/about-redis-auth (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G46",),
        maps=_gcp.FAMILY["IAM"],
        reads={REDIS: ("authEnabled",), REDIS_CLUSTER: (LOGIN,), MEMORYSTORE: (LOGIN,)},
        evaluate=login,
        snippet="""\
import pulumi_gcp as gcp

gcp.redis.Instance("cache", region="europe-west1", memory_size_gb=1, auth_enabled=True, transit_encryption_mode="SERVER_AUTHENTICATION")
""",
    ),
)
