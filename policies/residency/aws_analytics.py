"""Warehouses, file systems and serverless databases on AWS: where they are copied to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, Severity, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._aws_reach import ALSO, MAPS, accounts, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

SNAPSHOT_COPY = "aws:redshift/snapshotCopy:SnapshotCopy"
CONSUMER = "aws:redshift/dataShareConsumerAssociation:DataShareConsumerAssociation"
FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
FILE_REPLICATION = "aws:efs/replicationConfiguration:ReplicationConfiguration"
KEYSPACE = "aws:keyspaces/keyspace:Keyspace"
DSQL = "aws:dsql/cluster:Cluster"
DSQL_PEERING = "aws:dsql/clusterPeering:ClusterPeering"
_REPLICATED = "replicationSpecification"
_PEERS = {DSQL: "multiRegionProperties.clusters[*]", DSQL_PEERING: "clusters[*]"}
_WITNESS = {DSQL: "multiRegionProperties.witnessRegion", DSQL_PEERING: "witnessRegion"}


def snapshots(resource: Resource, context: Context) -> Iterator[Finding]:
    """The region that snapshots are copied to."""
    yield from judged(resource, context, resource.get("destinationRegion"), "destinationRegion", "copies snapshots to")


def consumers(resource: Resource, context: Context) -> Iterator[Finding]:
    """The region and the account that read a data share."""
    for at, region in resource.each("consumerRegion"):
        yield from judged(resource, context, region, at, "opens its data share to", is_copy=False)
    yield from accounts(resource, context, "opens its data share to", "consumerArn")


def files(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The replica's region, by name, by its zone, or by the file system that it overwrites."""
    what = "is replicated to"
    for path in ("destination.region", "destination.availabilityZoneName"):
        named = list(resource.each(path))
        if named:
            for at, region in named:
                yield from judged(resource, context, region, at, what)
            return
    if resource.get("destination.fileSystemId") is None:
        yield unknown("names neither region, zone nor file system of its replica, so where it goes is not known", "destination")
        return
    yield from sent(resource, stack, context, what, ("destination.fileSystemId",), FILE_SYSTEM, is_copy=True)


def keyspace(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every region of the list; without one the keyspace stays in its own region."""
    listed = list(resource.each(f"{_REPLICATED}.regionLists[*]"))
    for at, region in listed:
        yield from judged(resource, context, region, at, "is replicated to")
    strategy = resource.get(f"{_REPLICATED}.replicationStrategy")
    if not listed and (strategy is UNKNOWN or strategy == "MULTI_REGION"):
        yield unknown(f"which regions it is replicated to {LATER}", f"{_REPLICATED}.regionLists")


def peers(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every peer's region and account, and the region of the witness, which keeps the log of transactions."""
    clusters, witness = _PEERS[resource.type], _WITNESS[resource.type]
    named = [*resource.each(clusters), *resource.each(witness)]
    if not named:
        yield not_applicable("is a cluster of one region, or another resource names its peers")
        return
    yield from sent(resource, stack, context, "is peered with a cluster in", (clusters,), DSQL, is_copy=True)
    for at, region in resource.each(witness):
        yield from judged(resource, context, region, at, "keeps its log of transactions in")


CONTROLS = (
    Control(
        id="residency-aws-redshift-snapshots",
        title="Redshift snapshots are copied to allowed regions only",
        why="A snapshot holds the whole warehouse and can be restored in the region that it was copied to.",
        fix="Set destinationRegion to a region inside residency or dr_residency of the data class.",
        blind="Snapshots that somebody copies or restores by hand.",
        source="https://docs.aws.amazon.com/redshift/latest/mgmt/cross-region-snapshot-copy.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R028",),
        maps=MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={SNAPSHOT_COPY: ("destinationRegion",)},
        evaluate=snapshots,
        snippet="""\
import pulumi_aws as aws

aws.redshift.SnapshotCopy("warehouse", cluster_identifier="warehouse", destination_region="eu-central-1")
""",
    ),
    Control(
        id="residency-aws-redshift-sharing",
        title="Redshift data shares are read from allowed regions and by the client's accounts only",
        why="A consumer in another region or account queries the live tables from there.",
        fix="Set consumerRegion and consumerArn to an allowed region and a client account, or remove the association.",
        blind="Which tables the share holds, and what the consumer copies out of them.",
        source="https://docs.aws.amazon.com/redshift/latest/dg/across-region.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R028",),
        maps=MAPS,
        also=ALSO,
        reads={CONSUMER: ("consumerRegion", "consumerArn")},
        evaluate=consumers,
        snippet="""\
import pulumi_aws as aws

aws.redshift.DataShareConsumerAssociation(
    "ledger",
    data_share_arn="arn:aws:redshift:eu-west-1:111111111111:datashare:b3bfde75-73fd-408b-9086-d6fccfd6d588/ledger",
    associate_entire_account=True,
)
""",
    ),
    Control(
        id="residency-aws-efs-replication",
        title="File systems are replicated to allowed regions only",
        why="EFS keeps a whole second copy of the files in the region of the replica.",
        fix="Set destination.region to a region inside residency or dr_residency of the data class.",
        blind="Files that clients of the mount targets copy elsewhere.",
        source="https://docs.aws.amazon.com/efs/latest/ug/efs-replication.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R029",),
        maps=MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={FILE_REPLICATION: ("destination.region", "destination.availabilityZoneName", "destination.fileSystemId")},
        looks_at={FILE_SYSTEM: ("region",)},
        evaluate_linked=files,
        snippet="""\
import pulumi_aws as aws

files = aws.efs.FileSystem("files", encrypted=True)
aws.efs.ReplicationConfiguration("files", source_file_system_id=files.id, destination={"region": "eu-central-1"})
""",
    ),
    Control(
        id="residency-aws-keyspaces-regions",
        title="Keyspaces are replicated to allowed regions only",
        why="A multi-region keyspace accepts and keeps every row in each region of its list.",
        fix="Reduce replicationSpecification.regionLists to regions inside residency or dr_residency of the data class.",
        blind="Tables that are exported to S3 by hand.",
        source="https://docs.aws.amazon.com/keyspaces/latest/devguide/multiRegion-replication.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R041",),
        maps=MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={KEYSPACE: (f"{_REPLICATED}.regionLists[*]", f"{_REPLICATED}.replicationStrategy")},
        evaluate=keyspace,
        snippet="""\
import pulumi_aws as aws

aws.keyspaces.Keyspace(
    "ledger",
    replication_specification={"replicationStrategy": "MULTI_REGION", "regionLists": ["eu-west-1", "eu-central-1"]},
)
""",
    ),
    Control(
        id="residency-aws-dsql-peers",
        title="DSQL clusters have their peers and their witness in allowed regions",
        why="Each peer holds the whole database, and the witness region keeps an encrypted part of its log.",
        fix="Set multiRegionProperties.witnessRegion and the peers (multiRegionProperties.clusters or a clusterPeering's clusters) to allowed regions.",
        blind="A peering that is made from the other cluster's side.",
        source="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/configuring-multi-region-clusters.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R042",),
        maps=MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={
            DSQL: ("multiRegionProperties.clusters[*]", "multiRegionProperties.witnessRegion"),
            DSQL_PEERING: ("clusters[*]", "witnessRegion"),
        },
        evaluate_linked=peers,
        snippet="""\
import pulumi_aws as aws

cluster = aws.dsql.Cluster("ledger", multi_region_properties={"witnessRegion": "eu-west-3"})
aws.dsql.ClusterPeering(
    "ledger",
    identifier=cluster.identifier,
    clusters=["arn:aws:dsql:eu-central-1:111111111111:cluster/4qjtyfbhqcvvm4nqgfgqxqxyzu"],
    witness_region="eu-west-3",
)
""",
    ),
)
