"""S3 buckets: closed to the public, and their use written down."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_account import NOT_HERE, S3_BLOCK, account_wide, looked
from handoff_policies.baseline._aws_s3 import BALANCER, BUCKETS, LOGGING, every_bucket, spellings, takes_access_logs, target
from handoff_policies.baseline._aws_types import by_type

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity
from handoff.controls.rules import alone, every, is_none_of, is_true

if TYPE_CHECKING:
    from handoff.controls.resource import Resource, Stack

BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
ACLS = ("aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2")
OBJECTS = ("aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/objectCopy:ObjectCopy")
OPEN_ACLS = ("public-read", "public-read-write", "authenticated-read")
EVERYONE = tuple(f"{scheme}://acs.amazonaws.com/groups/global/{group}" for scheme in ("http", "https") for group in ("AllUsers", "AuthenticatedUsers"))
"""The groups of S3 that stand for the world, and for everybody with any AWS account.

source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html (read 2026-11-22)
"""

closed = every(
    is_true("blockPublicAcls", "lets new public ACLs through"),
    is_true("blockPublicPolicy", "lets public bucket policies through"),
    is_true("ignorePublicAcls", "honours public ACLs that are there"),
    is_true("restrictPublicBuckets", "serves strangers where a policy is public"),
)
no_open_acl = is_none_of("acl", OPEN_ACLS, "is open to strangers by its ACL")
no_open_grant = is_none_of("grants[*].uri", EVERYONE, "is open to strangers by a grant")
no_open_grantee = is_none_of("accessControlPolicy.grants[*].grantee.uri", EVERYONE, "is open to strangers by a grant")
ACL_RULES = {
    **dict.fromkeys(ACLS, every(no_open_acl, no_open_grantee)),
    **dict.fromkeys((*BUCKETS, OBJECTS[2]), every(no_open_acl, no_open_grant)),
    **dict.fromkeys(OBJECTS[:2], no_open_acl),
}


def log_target(bucket: Resource, stack: Stack) -> str:
    """Why no log of a bucket's own is asked for."""
    return "it receives access logs, and a log of their delivery would never end" if takes_access_logs(bucket, stack) else ""


CONTROLS = (
    Control(
        id="aws-s3-public-access",
        title="Every S3 bucket has a public access block with all four switches on",
        why="One ACL or policy written in haste opens a bucket to the world, and the block overrules both.",
        fix="Give the bucket a BucketPublicAccessBlock with blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets true.",
        blind="The block that AWS puts on new buckets by itself: it does not count, since no program holds it in place. Access points and directory buckets.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("A01",),
        maps=Maps(nist="~AC-3 AC-4", hipaa="~308(a)(3)(i) 312(a)(1)", pci="~1.4.4 7.2.1", soc2="~CC6.1 CC6.6", iso="~A.8.3 A.5.15"),
        severity=Severity.CRITICAL,
        reads={**dict.fromkeys(BUCKETS, ("bucket",)), BLOCK: ("bucket", *SWITCHES)},
        evaluate_linked=every_bucket((BLOCK,), alone(closed), "has no public access block"),
        snippet="""\
import pulumi_aws as aws

records = aws.s3.Bucket("records")
aws.s3.BucketPublicAccessBlock(
    "records",
    bucket=records.id,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
""",
    ),
    Control(
        id="aws-s3-account-public-access",
        title="The account blocks public access to all of its S3 buckets",
        why="A block of the account also holds for buckets that somebody makes by hand.",
        fix="Add an AccountPublicAccessBlock with blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets true.",
        blind=NOT_HERE,
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("A02",),
        maps=Maps(nist="AC-3 AC-4 AC-6", hipaa="308(a)(3)(i)", pci="1.3.1", soc2="~CC6.1 CC6.6", iso="A.8.1"),
        looks_at=looked(S3_BLOCK, paths=SWITCHES),
        evaluate_stack=account_wide((S3_BLOCK,), "keeps settings of the account and has no AccountPublicAccessBlock", alone(closed)),
        snippet="""\
import pulumi_aws as aws

aws.s3.AccountPublicAccessBlock(
    "account",
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
""",
    ),
    Control(
        id="aws-s3-access-log",
        title="Every S3 bucket writes an access log",
        why="Without it nobody can show at the exit which objects were read, and by whom.",
        fix="Give the bucket a BucketLogging with targetBucket, or set its logging.targetBucket.",
        blind="Whether the log arrives, and object events of CloudTrail that say the same.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("A05",),
        maps=Maps(nist="AU-2 AU-3 AU-12", hipaa="312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.15"),
        severity=Severity.MEDIUM,
        reads={
            BUCKETS[0]: ("bucket", "logging.targetBucket"),
            BUCKETS[1]: ("bucket", "loggings[*].targetBucket"),
            **spellings(LOGGING, "targetBucket"),
        },
        looks_at={BALANCER: ("accessLogs.bucket",)},
        evaluate_linked=every_bucket(
            LOGGING,
            partial(target, path="targetBucket"),
            "writes no access log",
            inline={
                BUCKETS[0]: ("logging", partial(target, path="logging.targetBucket")),
                BUCKETS[1]: ("loggings", partial(target, path="loggings[*].targetBucket")),
            },
            exempt=log_target,
        ),
        snippet="""\
import pulumi_aws as aws

logs = aws.s3.Bucket("logs")
records = aws.s3.Bucket("records")
aws.s3.BucketLogging("records", bucket=records.id, target_bucket=logs.id, target_prefix="records/")
""",
    ),
    Control(
        id="aws-s3-acl",
        title="No S3 ACL opens a bucket or an object to the world",
        why="Public ACLs give data to anyone, and authenticated-read gives it to anyone with an AWS account of any company.",
        fix="Set acl to private, and remove grants whose uri is the group AllUsers or AuthenticatedUsers.",
        blind="ACLs that other tools put on objects.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("A08",),
        maps=Maps(nist="AC-3 AC-4 AC-6", hipaa="308(a)(3)(i) 312(a)(1)", pci="7.2.1 7.2.5", soc2="CC6.1", iso="A.8.1"),
        severity=Severity.CRITICAL,
        reads={
            **dict.fromkeys(ACLS, ("acl", "accessControlPolicy.grants[*].grantee.uri")),
            **dict.fromkeys(BUCKETS, ("acl", "grants[*].uri")),
            OBJECTS[0]: ("acl",),
            OBJECTS[1]: ("acl",),
            OBJECTS[2]: ("acl", "grants[*].uri"),
        },
        evaluate=by_type(ACL_RULES),
        remedy={"acl": "private"},
        snippet="""\
import pulumi_aws as aws

records = aws.s3.Bucket("records")
aws.s3.BucketAcl("records", bucket=records.id, acl="private")
""",
    ),
)
