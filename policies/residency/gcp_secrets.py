"""Secret Manager: where a secret's versions are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._gcp_places import LIVES, TRANSFER, lies, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

SECRET = "gcp:secretmanager/secret:Secret"  # noqa: S105 - a type
REGIONAL = "gcp:secretmanager/regionalSecret:RegionalSecret"
REPLICAS = "replication.userManaged.replicas[*].location"


def automatic(resource: Resource, context: Context) -> Iterator[Finding]:
    """The program chooses the regions, not Google."""
    if resource.type == REGIONAL:
        yield from lies(resource, context, resource.get("location"), "location", "is stored in")
        return
    value = resource.get("replication.auto")
    if value is UNKNOWN:
        yield unknown(f"whether Google chooses its regions {LATER}", "replication.auto")
    elif value is not None and not context.global_service(resource, "secretmanager"):
        yield fail("is replicated automatically, so Google may store it in any region", "replication.auto")


def replicas(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every region that the program chose."""
    yield from spread(resource, context, resource.each(REPLICAS), "is stored in")


CONTROLS = (
    Control(
        id="residency-gcp-secret-replication",
        title="The program chooses the regions of a secret",
        why="With automatic replication Google stores the secret in regions of its own choice, anywhere.",
        fix="Use replication.userManaged with replicas inside residency, or make a RegionalSecret. The replication of a secret cannot be changed: make a new one.",
        blind="Programs that read the secret and pass it on.",
        source="https://cloud.google.com/secret-manager/docs/choosing-replication (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R084",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={SECRET: ("replication.auto",), REGIONAL: ("location",)},
        evaluate=automatic,
        snippet="""\
import pulumi_gcp as gcp

gcp.secretmanager.Secret("database", secret_id="database", replication={"user_managed": {"replicas": [{"location": "europe-west1"}]}})
""",
    ),
    Control(
        id="residency-gcp-secret-replicas",
        title="Replicas of a secret stay in the allowed regions",
        why="A replica is the secret itself, stored and served in its region.",
        fix="Name only regions inside residency or dr_residency in replication.userManaged.replicas, and make the secret anew.",
        blind="Programs that read the secret and pass it on.",
        source="https://cloud.google.com/secret-manager/docs/choosing-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R085",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={SECRET: (REPLICAS,)},
        evaluate=replicas,
        snippet="""\
import pulumi_gcp as gcp

gcp.secretmanager.Secret(
    "database",
    secret_id="database",
    replication={"user_managed": {"replicas": [{"location": "europe-west1"}, {"location": "europe-west4"}]}},
)
""",
    ),
)
