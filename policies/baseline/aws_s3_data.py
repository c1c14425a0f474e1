"""What S3 buckets hold: encrypted with the client's key, kept in versions, and locked where it is evidence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_s3 import (
    BALANCER,
    BUCKETS,
    LOGGING,
    SINKS,
    every_bucket,
    holds,
    named_for,
    owner_of,
    spellings,
    takes_access_logs,
)

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, as_number, is_one_of, is_true, own_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule
    from handoff.controls.resource import Resource, Stack

ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
VERSIONING = ("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2")
LOCK = (
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
)
DEFAULT = "rules[*].applyServerSideEncryptionByDefault"
INLINE_DEFAULT = "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault"
OLD_DEFAULT = "serverSideEncryptionConfigurations[*].rules[*].applyServerSideEncryptionByDefaults[*]"
ALGORITHM, KEY = "sseAlgorithm", "kmsMasterKeyId"
KMS = ("aws:kms", "aws:kms:dsse")
RETENTION = "rule.defaultRetention"
INLINE_RETENTION = "objectLockConfiguration.rule.defaultRetention"
OLD_RETENTION = "objectLockConfiguration.rules[*].defaultRetentions[*]"
PARTS = ("mode", "days", "years")
MODES = ("GOVERNANCE", "COMPLIANCE")
DAYS_OF_A_YEAR = 365


def below(path: str, *names: str) -> tuple[str, ...]:
    """These properties of the object at a path."""
    return tuple(f"{path}.{name}" for name in names)


def own_default(path: str) -> LinkedRule:
    """The default encryption at a path uses KMS, with a key of the client's."""
    own = own_key(f"{path}.{KEY}", "is encrypted with the account's default key, over which the client has no say")

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        found = list(resource.each(f"{path}.{ALGORITHM}"))
        is_kms = bool(found)
        if not found:
            yield fail("names no algorithm for its default encryption", f"{path}.{ALGORITHM}")
        for at, value in found:
            if value is UNKNOWN:
                is_kms = False
                yield unknown(f"{at} {LATER}", at)
            elif not isinstance(value, str) or value not in KMS:
                is_kms = False
                yield fail(f"is encrypted with {value}, whose key is not the client's", at)
        if is_kms:
            yield from own(resource, stack, context)

    return linked


def no_kms(bucket: Resource, stack: Stack) -> str:
    """Why KMS is not asked of a bucket."""
    return "it receives access logs, which are delivered to buckets without a KMS key only" if takes_access_logs(bucket, stack) else ""


def locked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A bucket of logs or backups keeps each object unchanged for as long as the spec asks."""
    bucket = resource if resource.type in BUCKETS else owner_of(resource, stack)
    content = holds(bucket, stack) if bucket is not None else named_for(resource.name, resource.get("bucket"))
    if not content:
        yield not_applicable("it holds neither logs nor backups, as far as its name and what writes there tell")
    elif bucket is not None and takes_access_logs(bucket, stack):
        yield not_applicable("it receives access logs, which are not delivered to buckets with a default retention")
    else:
        wanted = context.engagement.requirements
        days = (wanted.log_retention if content == "logs" else wanted.backup_retention).days
        kept = {
            BUCKETS[0]: ("objectLockConfiguration", partial(_retention, path=INLINE_RETENTION, days=days, content=content)),
            BUCKETS[1]: ("objectLockConfiguration", partial(_retention, path=OLD_RETENTION, days=days, content=content)),
        }
        rule = partial(_retention, path=RETENTION, days=days, content=content)
        yield from every_bucket(LOCK, rule, f"holds {content} that can be changed or deleted: it has no object lock", inline=kept)(resource, stack, context)


def _retention(resource: Resource, stack: Stack, context: Context, *, path: str, days: float, content: str) -> Iterator[Finding]:
    del stack
    yield from is_one_of(f"{path}.mode", MODES, f"holds {content} without a retention mode")(resource, context)
    said = [
        (at, None if value is UNKNOWN else (as_number(value) or 0) * scale)
        for name, scale in (("days", 1), ("years", DAYS_OF_A_YEAR))
        for at, value in resource.each(f"{path}.{name}")
    ]
    if not said:
        yield fail(f"holds {content} and locks them for no time, where {days:g} days are asked for", f"{path}.days")
    for at, given in said:
        if given is None:
            yield unknown(f"{at} {LATER}", at)
        elif given < days:
            yield fail(f"locks {content} for {given:g} days, where {days:g} are asked for", at)


CONTROLS = (
    Control(
        id="aws-s3-encryption",
        title="Every S3 bucket is encrypted by default with a KMS key of the client's",
        why="Only a key of its own lets the client end the provider's reading at once, and erase at the exit what is left.",
        fix="Give the bucket a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and kmsMasterKeyId.",
        blind="Objects that name another key for themselves, and objects from before the setting.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("A03",),
        maps=Maps(nist="SC-28 SC-28(1) SC-13", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.4", iso="A.8.24 A.8.11"),
        reads={
            BUCKETS[0]: ("bucket", *below(INLINE_DEFAULT, ALGORITHM, KEY)),
            BUCKETS[1]: ("bucket", *below(OLD_DEFAULT, ALGORITHM, KEY)),
            **spellings(ENCRYPTION, *below(DEFAULT, ALGORITHM, KEY)),
        },
        looks_at={BALANCER: ("accessLogs.bucket",), BUCKETS[0]: ("logging.targetBucket",), BUCKETS[1]: ("loggings[*].targetBucket",)}
        | spellings(LOGGING, "targetBucket"),
        evaluate_linked=every_bucket(
            ENCRYPTION,
            own_default(DEFAULT),
            "has no default encryption with a key of the client's",
            inline={
                BUCKETS[0]: ("serverSideEncryptionConfiguration", own_default(INLINE_DEFAULT)),
                BUCKETS[1]: ("serverSideEncryptionConfigurations", own_default(OLD_DEFAULT)),
            },
            exempt=no_kms,
        ),
        snippet="""\
import pulumi_aws as aws

key = aws.kms.Key("records", description="Client records", enable_key_rotation=True)
records = aws.s3.Bucket("records")
aws.s3.BucketServerSideEncryptionConfiguration(
    "records",
    bucket=records.id,
    rules=[
        {
            "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn},
            "bucket_key_enabled": True,
        }
    ],
)
""",
    ),
    Control(
        id="aws-s3-versioning",
        title="Every S3 bucket keeps versions",
        why="A version undoes an overwrite or a deletion, whether by mistake or in anger on the last day.",
        fix="Give the bucket a BucketVersioning with versioningConfiguration.status Enabled, or set its versioning.enabled to true.",
        blind="Lifecycle rules that remove old versions early.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("A04",),
        maps=Maps(nist="CP-9 CP-10 CP-6", hipaa="308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="~10.3.3 12.10.1", soc2="A1.2 PI1.5", iso="~A.8.13"),
        severity=Severity.MEDIUM,
        reads={
            BUCKETS[0]: ("bucket", "versioning.enabled"),
            BUCKETS[1]: ("bucket", "versionings[*].enabled"),
            **spellings(VERSIONING, "versioningConfiguration.status"),
        },
        evaluate_linked=every_bucket(
            VERSIONING,
            alone(is_one_of("versioningConfiguration.status", ("Enabled",), "keeps no versions")),
            "keeps no versions",
            inline={
                BUCKETS[0]: ("versioning", alone(is_true("versioning.enabled", "keeps no versions"))),
                BUCKETS[1]: ("versionings", alone(is_true("versionings[*].enabled", "keeps no versions"))),
            },
        ),
        snippet="""\
import pulumi_aws as aws

records = aws.s3.Bucket("records")
aws.s3.BucketVersioning("records", bucket=records.id, versioning_configuration={"status": "Enabled"})
""",
    ),
    Control(
        id="aws-s3-object-lock",
        title="Buckets of logs and backups lock their objects for the retention that the spec asks for",
        why="Evidence that somebody with access can rewrite, and backups that he can delete, prove and restore nothing.",
        fix="Give the bucket a BucketObjectLockConfiguration whose rule.defaultRetention has mode GOVERNANCE or COMPLIANCE and days of the spec's retention.",
        blind="Log and backup buckets that neither their name nor a trail, a flow log or a delivery channel of this stack tells apart from others.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("A07",),
        maps=Maps(nist="~AU-9 AU-9(2)", hipaa="~312(c)(1) 312(c)(2)", pci="10.3.4", soc2="PI1.5", iso="~A.8.15 A.5.33"),
        reads={
            BUCKETS[0]: ("bucket", *below(INLINE_RETENTION, *PARTS)),
            BUCKETS[1]: ("bucket", *below(OLD_RETENTION, *PARTS)),
            **spellings(LOCK, *below(RETENTION, *PARTS)),
        },
        looks_at={
            BALANCER: ("accessLogs.bucket",),
            BUCKETS[0]: ("logging.targetBucket",),
            BUCKETS[1]: ("loggings[*].targetBucket",),
            **{kind: (path,) for kind, path in SINKS.items()},
            **spellings(LOGGING, "targetBucket"),
        },
        evaluate_linked=locked,
        snippet="""\
import pulumi_aws as aws

trail = aws.s3.Bucket("trail", object_lock_enabled=True)
aws.s3.BucketObjectLockConfiguration("trail", bucket=trail.id, rule={"default_retention": {"mode": "GOVERNANCE", "days": 400}})
""",
    ),
)
