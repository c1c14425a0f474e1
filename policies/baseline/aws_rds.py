"""Relational databases of AWS: encrypted, closed, kept twice and backed up."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, is_at_least, is_false, is_true

from ._aws_databases import CLUSTER, CLUSTER_INSTANCE, DOCUMENTS, GRAPHS, INSTANCE, SOURCE, encrypted, unless_replica

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

LEAST_DAYS, MOST_DAYS = 7, 35
"""What a database keeps at least here, and what the service keeps at most."""
ONE_ZONE_PERCENT = 99.5
"""What AWS promises for an instance in one zone. source: https://aws.amazon.com/rds/sla/ (read 2026-11-22)"""
SOON = timedelta(hours=4)
"""A restore from backups is not counted on to be faster."""
OPEN = "has a public address"
ONE_ZONE = is_true("multiAz", "stands in one zone")


def closed(resource: Resource, context: Context) -> Iterator[Finding]:
    """No public address. Only multi-AZ clusters have the switch; there the service decides by the subnet group when it is not set."""
    if resource.type != CLUSTER:
        yield from is_false("publiclyAccessible", OPEN)(resource, context)
        return
    group = resource.get("dbSubnetGroupName")
    if resource.get("publiclyAccessible") is not None:
        yield from is_false("publiclyAccessible", OPEN)(resource, context)
    elif resource.get("dbClusterInstanceClass") is None:
        yield not_applicable("an Aurora cluster has no address of its own: its instances are judged")
    elif group is UNKNOWN:
        yield unknown(f"whether it has a public address follows from dbSubnetGroupName, which {LATER}", "dbSubnetGroupName")
    else:
        yield from is_false("publiclyAccessible", OPEN, default=group in (None, "", "default"))(resource, context)


def second_zone(resource: Resource, context: Context) -> Iterator[Finding]:
    """A standby in another zone, where the environment and the promised availability ask for one."""
    needs = context.engagement.requirements
    criticality = context.environment.criticality
    if criticality == "low":
        yield not_applicable("the environment's criticality is low")
    elif criticality == "high" or needs.availability_percent > ONE_ZONE_PERCENT or needs.recovery_time <= SOON:
        yield from ONE_ZONE(resource, context)
    else:
        yield not_applicable("one zone meets availability_percent and recovery_time of the spec")


def kept_days(context: Context) -> float:
    """The days that automatic backups are kept at least: what the spec asks for, inside what the service can."""
    asked = math.ceil(context.engagement.requirements.backup_retention / timedelta(days=1))
    return max(LEAST_DAYS, min(MOST_DAYS, asked))


BACKED_UP = is_at_least("backupRetentionPeriod", kept_days, "keeps too few days of backups")
REPLICA_BACKUPS = unless_replica(BACKED_UP, "a read replica: its source is backed up")


def backups(resource: Resource, context: Context) -> Iterator[Finding]:
    """Automatic backups, except of read replicas."""
    yield from (REPLICA_BACKUPS if resource.type == INSTANCE else BACKED_UP)(resource, context)


CLUSTERS = {
    CLUSTER: encrypted("kmsKeyId", ("replicationSourceIdentifier", "snapshotIdentifier", "restoreToPointInTime")),
    DOCUMENTS: encrypted("kmsKeyId", ("snapshotIdentifier", "restoreToPointInTime")),
    GRAPHS: encrypted("kmsKeyArn", ("replicationSourceIdentifier", "snapshotIdentifier")),
}


def cluster_encryption(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Each kind of cluster, with its own name for the key and for what it is made from."""
    yield from CLUSTERS[resource.type](resource, stack, context)


INSTANCE_SNIPPET = """\
import pulumi_aws as aws

key = aws.kms.Key("records", description="Client records", enable_key_rotation=True)
aws.rds.Instance(
    "records",
    engine="postgres",
    instance_class="db.m7g.large",
    allocated_storage=100,
    username="records",
    manage_master_user_password=True,
    storage_encrypted=True,
    kms_key_id=key.arn,
    publicly_accessible=False,
    multi_az=True,
    backup_retention_period=35,
    final_snapshot_identifier="records-final",
)
"""
CLUSTER_SNIPPET = """\
import pulumi_aws as aws

key = aws.kms.Key("records", description="Client records", enable_key_rotation=True)
aws.rds.Cluster(
    "records",
    engine="aurora-postgresql",
    master_username="records",
    manage_master_user_password=True,
    storage_encrypted=True,
    kms_key_id=key.arn,
    backup_retention_period=35,
    final_snapshot_identifier="records-final",
)
"""

CONTROLS = (
    Control(
        id="aws-rds-encryption",
        title="RDS instances are encrypted with a key of the client's",
        why="Storage and snapshots that are readable without the client's key stay readable after the client takes the key away.",
        fix="Set storageEncrypted to true and kmsKeyId to a key of the client's. RDS encrypts only a new instance: restore an encrypted copy of a snapshot.",
        blind="What a snapshot or a source outside the stack is encrypted with.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A37",),
        maps=Maps(nist="SC-28 SC-28(1) SC-13", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.5", iso="A.8.24 A.8.11"),
        reads={INSTANCE: ("storageEncrypted", "kmsKeyId", SOURCE, "snapshotIdentifier", "restoreToPointInTime")},
        evaluate_linked=encrypted("kmsKeyId", (SOURCE, "snapshotIdentifier", "restoreToPointInTime")),
        snippet=INSTANCE_SNIPPET,
    ),
    Control(
        id="aws-rds-cluster-encryption",
        title="Aurora, DocumentDB and Neptune clusters are encrypted with a key of the client's",
        why="A cluster's volume and snapshots that are readable without the client's key stay readable after the client takes the key away.",
        fix="Set storageEncrypted to true and kmsKeyId (kmsKeyArn on Neptune) to a key of the client's. A cluster is encrypted only when it is made.",
        blind="What a snapshot or a source cluster outside the stack is encrypted with.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A44",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.5", iso="A.8.24 A.8.11"),
        reads={
            CLUSTER: ("storageEncrypted", "kmsKeyId", "replicationSourceIdentifier", "snapshotIdentifier", "restoreToPointInTime"),
            DOCUMENTS: ("storageEncrypted", "kmsKeyId", "snapshotIdentifier", "restoreToPointInTime"),
            GRAPHS: ("storageEncrypted", "kmsKeyArn", "replicationSourceIdentifier", "snapshotIdentifier"),
        },
        evaluate_linked=cluster_encryption,
        snippet=CLUSTER_SNIPPET,
    ),
    Control(
        id="aws-rds-public",
        title="Databases have no public address",
        why="A database with a public address is one security-group rule away from the whole internet.",
        fix="Set publiclyAccessible to false and reach the database through the VPC.",
        blind="Proxies, bastions and peered networks that lead to the database.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("A38",),
        maps=Maps(nist="AC-3 AC-4 AC-6", hipaa="308(a)(3)(i) 312(a)(1)", pci="1.3.1", soc2="CC6.2", iso="A.8.1"),
        severity=Severity.CRITICAL,
        reads={
            INSTANCE: ("publiclyAccessible",),
            CLUSTER_INSTANCE: ("publiclyAccessible",),
            CLUSTER: ("publiclyAccessible", "dbClusterInstanceClass", "dbSubnetGroupName"),
        },
        remedy={"publiclyAccessible": False},
        evaluate=closed,
        snippet=INSTANCE_SNIPPET,
    ),
    Control(
        id="aws-rds-zones",
        title="Databases of an environment that must stay up have a standby in a second zone",
        why="When the only zone fails, the database is down until somebody restores a backup elsewhere.",
        fix="Set multiAz to true.",
        blind="Aurora, whose standby is a second cluster instance. Whether a failover was ever rehearsed.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="HA",
        rows=("A39",),
        maps=Maps(nist="CP-10 CP-2 SC-5", hipaa="308(a)(7)(i) 308(a)(7)(ii)(C)", soc2="~A1.2", iso="A.8.14"),
        severity=Severity.MEDIUM,
        reads={INSTANCE: ("multiAz", SOURCE)},
        evaluate_linked=alone(unless_replica(second_zone, "a read replica: its source is judged")),
        snippet=INSTANCE_SNIPPET,
    ),
    Control(
        id="aws-rds-backups",
        title="Databases keep automatic backups as long as the spec asks for",
        why="Automatic backups are what a point-in-time restore is made from. Without them a mistake is final.",
        fix="Set backupRetentionPeriod to the spec's backup_retention in days, at least 7 and at most 35. What is kept longer needs AWS Backup.",
        blind="Backups that AWS Backup makes, retention beyond the 35 days of the service, and a recovery_point of less than 5 minutes.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("A40",),
        maps=Maps(nist="CP-9 CP-10 CP-6", hipaa="308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="10.3.3", soc2="A1.2", iso="~A.8.13"),
        reads={
            INSTANCE: ("backupRetentionPeriod", SOURCE),
            CLUSTER: ("backupRetentionPeriod",),
            DOCUMENTS: ("backupRetentionPeriod",),
            GRAPHS: ("backupRetentionPeriod",),
        },
        evaluate_linked=alone(backups),
        snippet=INSTANCE_SNIPPET,
    ),
)
