"""Secrets Manager: secrets change by themselves and lie under the client's key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import Unknown
from handoff.controls.rules import LATER, has, is_at_most, is_true, own_key

from ._aws_schedule import interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
MOST_DAYS = 90
AFTER, SCHEDULE = "rotationRules.automaticallyAfterDays", "rotationRules.scheduleExpression"
FOREIGN = "is not encrypted with a key of the client's"
SELDOM = is_at_most(AFTER, MOST_DAYS, "rotates too seldom")
ON = is_true("rotationEnabled", "does not rotate", default=True)
ROTATED = has(ROTATION, "secretId", "has no rotation: it stays the same until somebody changes it")


def often(resource: Resource, context: Context) -> Iterator[Finding]:
    """A rotation's time between two runs, given in days or as a schedule."""
    yield from ON(resource, context)
    schedule = resource.get(SCHEDULE)
    if resource.get(AFTER) is not None or schedule is None:
        yield from SELDOM(resource, context)
        return
    apart = interval(schedule) if isinstance(schedule, str) else None
    if isinstance(schedule, Unknown):
        yield unknown(f"when it rotates {LATER}", SCHEDULE)
    elif apart is None:
        yield unknown(f"how often it rotates cannot be read from {schedule!r}", SCHEDULE)
    elif apart > timedelta(days=MOST_DAYS):
        yield fail(f"rotates every {apart.days} days, and {MOST_DAYS} is asked for", SCHEDULE)


def rotated(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every secret has a rotation, and every rotation runs often enough."""
    if resource.type == ROTATION:
        yield from often(resource, context)
    else:
        yield from ROTATED(resource, stack, context)


def keyed(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A key of the client's for the secret and for each replica."""
    yield from own_key("kmsKeyId", FOREIGN)(resource, stack, context)
    for at, _ in resource.each("replicas[*]"):
        yield from own_key(f"{at}.kmsKeyId", f"has a replica that {FOREIGN}")(resource, stack, context)


CONTROLS = (
    Control(
        id="aws-secrets-rotation",
        title="Secrets rotate by themselves within 90 days",
        why="A secret that never changes stays good for everybody who ever read it, the former provider included.",
        fix="Add a SecretRotation with the secret as secretId and rotationRules.automaticallyAfterDays of 90 or less.",
        blind="Whether the rotation function works. Secrets that a service makes and rotates itself, such as those of RDS.",
        source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("A50",),
        maps=Maps(nist="AC-2(3) AC-2", hipaa="~312(d) 308(a)(3)(ii)(C)", pci="8.3.9 8.6.3", soc2="~CC6.1 CC6.2", iso="~A.5.17 A.5.18"),
        severity=Severity.MEDIUM,
        reads={SECRET: ("name",), ROTATION: ("secretId", "rotationEnabled", AFTER, SCHEDULE)},
        evaluate_linked=rotated,
        snippet="""\
import pulumi_aws as aws

secret = aws.secretsmanager.Secret("database")
aws.secretsmanager.SecretRotation(
    "database",
    secret_id=secret.id,
    rotation_lambda_arn="arn:aws:lambda:eu-west-1:111111111111:function:rotate",
    rotation_rules={"automatically_after_days": 30},
)
""",
    ),
    Control(
        id="aws-secrets-key",
        title="Secrets are encrypted with a key of the client's",
        why="Whoever may use the account's own key for Secrets Manager is decided by AWS's policy, and no one can take that key away.",
        fix="Set kmsKeyId to a key of the client's, also on every replica.",
        blind="The secret's resource policy. Copies of the value in applications.",
        source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A51",),
        maps=Maps(nist="~SC-28 SC-28(1)", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="~A.8.24 A.8.11"),
        reads={SECRET: ("kmsKeyId", "replicas[*].kmsKeyId")},
        evaluate_linked=keyed,
        snippet="""\
import pulumi_aws as aws

key = aws.kms.Key("secrets", description="Secrets", enable_key_rotation=True)
aws.secretsmanager.Secret("database", kms_key_id=key.arn)
""",
    ),
)
