"""DynamoDB: where tables are replicated to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, Severity

from ._aws_copies import KEPT, from_arn, into_own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
GLOBAL_TABLE = "aws:dynamodb/globalTable:GlobalTable"
REGIONS: Mapping[str, tuple[str, ...]] = {TABLE: ("replicas[*].regionName", "globalTableWitness.regionName"), GLOBAL_TABLE: ("replicas[*].regionName",)}
"""Where a table names the regions that hold it. A witness keeps the changes, though nobody can read them there."""


def replicas(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every region that a table is replicated to."""
    for path in REGIONS[resource.type]:
        for at, region in resource.each(path):
            yield from judged(resource, context, region, at, "is replicated to")


def replica(resource: Resource, context: Context) -> Iterator[Finding]:
    """A replica that is a resource of its own lies in its own region."""
    yield from into_own(resource, context, "replicates a table to")
    yield from from_arn(resource, context, "globalTableArn")


CONTROLS = (
    Control(
        id="residency-aws-dynamodb-replicas",
        title="Replicas of DynamoDB tables stay in the allowed regions",
        why="A global table writes every item to every one of its regions.",
        fix="Remove the entry of replicas, or set its regionName to a region inside residency or dr_residency.",
        blind="Streams, exports and applications that carry items elsewhere.",
        source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R013", "R014"),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads=REGIONS,
        evaluate=replicas,
        snippet="""\
import pulumi_aws as aws

aws.dynamodb.Table(
    "records",
    attributes=[{"name": "id", "type": "S"}],
    hash_key="id",
    billing_mode="PAY_PER_REQUEST",
    stream_enabled=True,
    stream_view_type="NEW_AND_OLD_IMAGES",
    replicas=[{"region_name": "eu-central-1"}],
)
""",
    ),
    Control(
        id="residency-aws-dynamodb-table-replica",
        title="A table replica of its own lies in the allowed regions",
        why="The separate resource replicates a table to the region that it is created in, which its provider may decide.",
        fix="Set region (or the provider's) to one inside residency or dr_residency.",
        blind="The region of a table that another stack makes and that is known only at the update.",
        source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R014",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={REPLICA: ("globalTableArn", "region")},
        evaluate=replica,
        snippet="""\
import pulumi_aws as aws

aws.dynamodb.TableReplica(
    "records",
    region="eu-central-1",
    global_table_arn="arn:aws:dynamodb:eu-west-1:111111111111:table/records",
)
""",
    ),
)
