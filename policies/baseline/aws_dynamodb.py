"""DynamoDB tables: restorable to any second, and encrypted with the client's key, in every region."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control
from handoff.controls.rules import is_at_least, is_true, own_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
MOST_DAYS = 35
"""How far back the service can restore. source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html (read 2026-11-22)"""
LOST = "cannot be restored to a point in time"
FOREIGN = "is not encrypted with a key of the client's"


def kept_days(context: Context) -> float:
    """The days that a restore reaches back at least: what the spec asks for, inside what the service can."""
    return min(MOST_DAYS, math.ceil(context.engagement.requirements.backup_retention / timedelta(days=1)))


def restorable(resource: Resource, context: Context) -> Iterator[Finding]:
    """Point-in-time recovery of the table, of its replicas, and far enough back."""
    if resource.type == REPLICA:
        yield from is_true("pointInTimeRecovery", LOST)(resource, context)
        return
    yield from is_true("pointInTimeRecovery.enabled", LOST)(resource, context)
    period = is_at_least("pointInTimeRecovery.recoveryPeriodInDays", kept_days, "can be restored for too few days", default=MOST_DAYS)
    yield from period(resource, context)
    for at, _ in resource.each("replicas[*]"):
        yield from is_true(f"{at}.pointInTimeRecovery", f"has a replica that {LOST}")(resource, context)


def encrypted(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A key of the client's for the table and for each replica."""
    if resource.type == REPLICA:
        yield from own_key("kmsKeyArn", FOREIGN)(resource, stack, context)
        return
    yield from is_true("serverSideEncryption.enabled", FOREIGN)(resource, context)
    yield from own_key("serverSideEncryption.kmsKeyArn", FOREIGN)(resource, stack, context)
    for at, _ in resource.each("replicas[*]"):
        yield from own_key(f"{at}.kmsKeyArn", f"has a replica that {FOREIGN}")(resource, stack, context)


SNIPPET = """\
import pulumi_aws as aws

key = aws.kms.Key("records", description="Client records", enable_key_rotation=True)
aws.dynamodb.Table(
    "records",
    attributes=[{"name": "id", "type": "S"}],
    hash_key="id",
    billing_mode="PAY_PER_REQUEST",
    point_in_time_recovery={"enabled": True},
    server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
)
"""

CONTROLS = (
    Control(
        id="aws-dynamodb-recovery",
        title="DynamoDB tables can be restored to any second of the retention time",
        why="A faulty write or a deletion reaches every replica at once. Only a restore brings the rows back.",
        fix="Set pointInTimeRecovery.enabled to true, also on every replica, and leave recoveryPeriodInDays at 35.",
        blind="Backups that AWS Backup makes. Retention beyond the 35 days of the service.",
        source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("A45",),
        maps=Maps(nist="CP-9 CP-10 CP-6", hipaa="308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="10.3.3", soc2="A1.2", iso="~A.8.13"),
        reads={
            TABLE: ("pointInTimeRecovery.enabled", "pointInTimeRecovery.recoveryPeriodInDays", "replicas[*].pointInTimeRecovery"),
            REPLICA: ("pointInTimeRecovery",),
        },
        remedy={"pointInTimeRecovery.enabled": True},
        evaluate=restorable,
        snippet=SNIPPET,
    ),
    Control(
        id="aws-dynamodb-key",
        title="DynamoDB tables are encrypted with a key of the client's",
        why="Only a key of the client's can be taken away from whoever should no longer read the table.",
        fix="Set serverSideEncryption.enabled to true and serverSideEncryption.kmsKeyArn to a key of the client's, and kmsKeyArn on every replica.",
        blind="Exports, streams and caches that hold copies of rows.",
        source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A46",),
        maps=Maps(nist="SC-28 SC-28(1) SC-13", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.5", iso="A.8.24 A.8.11"),
        reads={
            TABLE: ("serverSideEncryption.enabled", "serverSideEncryption.kmsKeyArn", "replicas[*].kmsKeyArn"),
            REPLICA: ("kmsKeyArn",),
        },
        evaluate_linked=encrypted,
        snippet=SNIPPET,
    ),
)
