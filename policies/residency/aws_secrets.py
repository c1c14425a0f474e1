"""Secrets and inventory on AWS: where they are copied to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
SYNC = "aws:ssm/resourceDataSync:ResourceDataSync"


def replicas(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every replica's region."""
    for at, region in resource.each("replicas[*].region"):
        yield from judged(resource, context, region, at, "is copied to")


def inventory(resource: Resource, context: Context) -> Iterator[Finding]:
    """The region of the bucket that inventory is written to."""
    for at, region in resource.each("s3Destination.region"):
        yield from judged(resource, context, region, at, "writes inventory to")


CONTROLS = (
    Control(
        id="residency-aws-secret-replicas",
        title="Replicas of secrets stay in the allowed regions",
        why="A replica is the secret itself, readable in the region that it is copied to.",
        fix="Remove the replica, or move it to a region inside residency or dr_residency of the data class.",
        blind="Applications that read the secret and pass it on.",
        source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/create-manage-multi-region-secrets.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R024",),
        maps=Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31"),
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={SECRET: ("replicas[*].region",)},
        evaluate=replicas,
        snippet="""\
import pulumi_aws as aws

aws.secretsmanager.Secret("database", replicas=[{"region": "eu-central-1"}])
""",
    ),
    Control(
        id="residency-aws-inventory-sync",
        title="Inventory of managed nodes is written to the allowed regions",
        why="A resource data sync writes what Systems Manager knows of every node, from host names to installed software, to a bucket of any region.",
        fix="Set s3Destination.region, and with it s3Destination.bucketName, to a bucket inside residency or dr_residency.",
        blind="The account that the bucket belongs to, and syncs to Security Hub or OpsCenter, which Pulumi does not make.",
        source="https://docs.aws.amazon.com/systems-manager/latest/userguide/inventory-create-resource-data-sync.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R025",),
        maps=Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31"),
        also=("gdpr 44",),
        reads={SYNC: ("s3Destination.region",)},
        evaluate=inventory,
        snippet="""\
import pulumi_aws as aws

aws.ssm.ResourceDataSync("inventory", s3_destination={"bucket_name": "acme-inventory", "region": "eu-west-1"})
""",
    ),
)
