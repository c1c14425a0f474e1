"""RDS, Aurora, DocumentDB and Neptune: where databases are replicated to, backed up to and exported to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged, lead
from handoff.controls.model import Category, Control, Severity, unknown
from handoff.controls.resource import UNKNOWN

from ._aws_copies import KEPT, NAMED_BUCKETS, accounts, from_arn, from_region, into_own, own_region, taken_from, to_bucket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
BACKUPS = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
SNAPSHOT_COPY = "aws:rds/snapshotCopy:SnapshotCopy"
CLUSTER_SNAPSHOT_COPY = "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy"
EXPORT = "aws:rds/exportTask:ExportTask"
DOCDB_CLUSTER = "aws:docdb/cluster:Cluster"
NEPTUNE_CLUSTER = "aws:neptune/cluster:Cluster"
MEMBERS: Mapping[str, str] = {
    "aws:rds/globalCluster:GlobalCluster": CLUSTER,
    "aws:docdb/globalCluster:GlobalCluster": DOCDB_CLUSTER,
    "aws:neptune/globalCluster:GlobalCluster": NEPTUNE_CLUSTER,
}
"""Global clusters, and the type of their members."""
SOURCES: Mapping[str, str] = {SNAPSHOT_COPY: "sourceDbSnapshotIdentifier", CLUSTER_SNAPSHOT_COPY: "sourceDbClusterSnapshotIdentifier"}
DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide"


def pulled(resource: Resource, stack: Stack, context: Context, path: str) -> Iterator[Finding]:
    """A source of another region: it and this copy lie where copies may. A plain name is a source of the same region."""
    for at, value in resource.each(path):
        if isinstance(value, str) and not value.startswith("arn:"):
            continue
        place = lead(resource, stack, context, at, value)
        if place.region is UNKNOWN:
            yield unknown("whether its source lies in another region is not known: neither a name nor the stack tells", at)
        else:
            yield from from_region(resource, context, place.region, at, "replicates from")


def replica(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A read replica."""
    yield from pulled(resource, stack, context, "replicateSourceDb")


def backups(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Backups kept in another region than their database."""
    yield from into_own(resource, context, "keeps replicated backups in")
    for at, value in resource.each("sourceDbInstanceArn"):
        yield from taken_from(resource, context, lead(resource, stack, context, at, value).region, at, "keeps backups from")


def global_cluster(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A global cluster exists to span regions: every member that the stack makes is judged, and one member alone leaves open where the rest lies."""
    kind = MEMBERS[resource.type]
    members, certain = stack.settings_of(resource, kind, "globalClusterIdentifier", identity="globalClusterIdentifier")
    regions = {repr(own_region(one)) for one in members}
    for one in members:
        yield from judged(resource, context, own_region(one), "", f"spans {one.name} in")
    for at, value in resource.each("sourceDbClusterIdentifier"):
        source = lead(resource, stack, context, at, value).region
        regions.add(repr(source))
        yield from judged(resource, context, source, at, "spans its source in")
    if not certain:
        yield unknown(f"whether a {kind} of this stack joins it is not known before the update")
    elif len(regions) < 2:  # a region holds one cluster of it at most
        yield unknown(f"exists to span regions, and {'only one' if regions else 'none'} of its clusters is known from this stack")


def member(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A member of a global cluster, or a replica of a cluster elsewhere, lies where copies may."""
    for at, _ in resource.each("globalClusterIdentifier"):
        yield from into_own(resource, context, "joins a global cluster from", at)
    if resource.type != DOCDB_CLUSTER:
        yield from pulled(resource, stack, context, "replicationSourceIdentifier")
    if resource.type == CLUSTER:
        for at, region in resource.each("sourceRegion"):
            yield from from_region(resource, context, region, at, "replicates from")


def snapshot_copy(resource: Resource, context: Context) -> Iterator[Finding]:
    """A copied snapshot lies where copies may, and only accounts of the client get it."""
    for at, region in resource.each("destinationRegion"):
        yield from judged(resource, context, region, at, "copies a snapshot to")
    yield from from_arn(resource, context, SOURCES[resource.type])
    yield from accounts(resource, context, "sharedAccounts[*]", "shares the snapshot with")


CONTROLS = (
    Control(
        id="residency-aws-rds-replica",
        title="Read replicas and their source databases lie in the allowed regions",
        why="A replica whose source is an ARN of another region carries every row across the border between the two.",
        fix="Create the replica in a region inside residency or dr_residency, with a replicateSourceDb from such a region.",
        blind="Logical replication that a database engine or a migration task does by itself.",
        source=f"{DOCS}/USER_ReadRepl.XRgn.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R007",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={INSTANCE: ("replicateSourceDb",)},
        evaluate_linked=replica,
        snippet="""\
import pulumi_aws as aws

aws.rds.Instance(
    "records-replica",
    region="eu-central-1",
    instance_class="db.t4g.medium",
    replicate_source_db="arn:aws:rds:eu-west-1:111111111111:db:records",
    skip_final_snapshot=True,
)
""",
    ),
    Control(
        id="residency-aws-rds-backup-replication",
        title="Replicated automated backups lie in the allowed regions",
        why="Replication of automated backups keeps snapshots and transaction logs of the whole database in a second region.",
        fix="Create the replication in a region (region, or the provider's) inside residency or dr_residency.",
        blind="Backups that were replicated before the resource came under management.",
        source=f"{DOCS}/USER_ReplicateBackups.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R008",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={BACKUPS: ("sourceDbInstanceArn",)},
        evaluate_linked=backups,
        snippet="""\
import pulumi_aws as aws

aws.rds.InstanceAutomatedBackupsReplication(
    "records",
    region="eu-central-1",
    source_db_instance_arn="arn:aws:rds:eu-west-1:111111111111:db:records",
    retention_period=14,
)
""",
    ),
    Control(
        id="residency-aws-rds-global-cluster",
        title="Every cluster of a global database lies in the allowed regions",
        why="A global database replicates its storage to every region that one of its clusters lives in.",
        fix="Keep all clusters that name this globalClusterIdentifier in residency or dr_residency, or use a regional cluster.",
        blind="Clusters that another stack or the console adds to the global database.",
        source=f"{AURORA}/aurora-global-database.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R009",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads=dict.fromkeys(MEMBERS, ("sourceDbClusterIdentifier", "globalClusterIdentifier")),
        looks_at=dict.fromkeys(MEMBERS.values(), ("globalClusterIdentifier",)),
        evaluate_linked=global_cluster,
        snippet="""\
import pulumi_aws as aws

world = aws.rds.GlobalCluster("records", global_cluster_identifier="records", engine="aurora-postgresql", storage_encrypted=True)
for name, region in (("primary", "eu-west-1"), ("secondary", "eu-central-1")):
    aws.rds.Cluster(name, region=region, engine="aurora-postgresql", global_cluster_identifier=world.id, skip_final_snapshot=True)
""",
    ),
    Control(
        id="residency-aws-rds-cluster-replica",
        title="Clusters that join a global database or replicate another cluster lie in the allowed regions",
        why="A secondary cluster holds a full copy of the primary's data in its own region.",
        fix="Create the cluster in a region inside residency or dr_residency, and point replicationSourceIdentifier and sourceRegion at such a one.",
        blind="Snapshots that are restored by hand, and replication that the database engine does by itself.",
        source=f"{AURORA}/aurora-global-database-getting-started.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R010",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={
            CLUSTER: ("globalClusterIdentifier", "replicationSourceIdentifier", "sourceRegion"),
            DOCDB_CLUSTER: ("globalClusterIdentifier",),
            NEPTUNE_CLUSTER: ("globalClusterIdentifier", "replicationSourceIdentifier"),
        },
        evaluate_linked=member,
        snippet="""\
import pulumi_aws as aws

aws.rds.Cluster(
    "secondary",
    region="eu-central-1",
    engine="aurora-postgresql",
    global_cluster_identifier="records",
    source_region="eu-west-1",
    skip_final_snapshot=True,
)
""",
    ),
    Control(
        id="residency-aws-rds-snapshot-copies",
        title="Copied database snapshots stay in the allowed regions and accounts",
        why="A snapshot holds the whole database. Whoever gets it, or lives where it is copied to, can restore it.",
        fix="Set destinationRegion to one inside residency or dr_residency, and list accounts of the client only in sharedAccounts.",
        blind="Snapshots that are shared or copied outside Pulumi.",
        source=f"{DOCS}/USER_CopySnapshot.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R011",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={one: ("destinationRegion", "sharedAccounts[*]", path) for one, path in SOURCES.items()},
        evaluate=snapshot_copy,
        snippet="""\
import pulumi_aws as aws

aws.rds.SnapshotCopy(
    "records",
    source_db_snapshot_identifier="arn:aws:rds:eu-west-1:111111111111:snapshot:records-2026-11",
    target_db_snapshot_identifier="records-2026-11-copy",
    destination_region="eu-central-1",
)
""",
    ),
    Control(
        id="residency-aws-rds-export",
        title="Snapshot exports end in buckets in the allowed regions",
        why="An export writes the tables of a snapshot to S3 as plain files, where any reader of the bucket can open them.",
        fix="Set s3BucketName to a bucket inside residency or dr_residency; name one of another stack under environments[].elsewhere.",
        blind="What happens to the files in the bucket later, and exports that are started by hand.",
        source=f"{DOCS}/USER_ExportSnapshot.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R012",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={EXPORT: ("s3BucketName",)},
        looks_at=NAMED_BUCKETS,
        evaluate_linked=to_bucket("s3BucketName", "exports to"),
        snippet="""\
import pulumi_aws as aws

exports = aws.s3.Bucket("exports", bucket="acme-exports")
aws.rds.ExportTask(
    "records",
    export_task_identifier="records-2026-11",
    source_arn="arn:aws:rds:eu-west-1:111111111111:snapshot:records-2026-11",
    s3_bucket_name=exports.bucket,
    iam_role_arn="arn:aws:iam::111111111111:role/acme-export",
    kms_key_id="arn:aws:kms:eu-west-1:111111111111:key/0a0a0a0a-0000-4000-8000-000000000001",
)
""",
    ),
)
