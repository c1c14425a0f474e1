"""S3 on AWS: where objects are replicated to and served from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._aws_copies import BUCKET, BUCKET_V2, KEPT, NAMED_BUCKETS, SENT, accounts, bucket, to_bucket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule
    from handoff.controls.resource import Resource, Stack

REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
MULTI_REGION = "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint"
ACCELERATION = "aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration"
INLINE = "replicationConfiguration.rules[*].destination"
INLINE_V2 = "replicationConfigurations[*].rules[*].destinations[*]"
EDGE = "cloudfront"
"""The global service whose edge sites acceleration uses."""
_RULE = re.compile(r".*rules\[\d+\]")


def replication(destination: str, account: str) -> LinkedRule:
    """Every enabled rule ends in a bucket that lies where copies may, and in an account of the client's."""

    def rule(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        for at, value in resource.each(f"{destination}.bucket"):
            if not _is_off(resource, at):
                yield from bucket(resource, stack, context, at, value, "replicates to")
        for one in accounts(resource, context, f"{destination}.{account}", "hands its replicas to"):
            if one.path.endswith(account) and not _is_off(resource, one.path):
                yield one

    return rule


def _is_off(resource: Resource, at: str) -> bool:
    found = _RULE.match(at)
    return found is not None and resource.get(f"{found[0]}.status") == "Disabled"


def inline(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The same for rules that stand in the bucket itself."""
    destination = INLINE if resource.type == BUCKET else INLINE_V2
    yield from replication(destination, "accountId")(resource, stack, context)


def multi_region(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every bucket behind the access point lies where copies may, in an account of the client's."""
    yield from to_bucket("details.regions[*].bucket", "serves")(resource, stack, context)
    for one in accounts(resource, context, "details.regions[*].bucketAccountId", "routes to buckets of"):
        if one.path.endswith("bucketAccountId"):
            yield one


def acceleration(resource: Resource, context: Context) -> Iterator[Finding]:
    """No transfer over edge sites, unless every data class lets the edge network have it."""
    path = "status" if resource.type == ACCELERATION else "accelerationStatus"
    value = resource.get(path)
    if value is None or value == "Suspended" or context.global_service(resource, EDGE):
        return
    if value is UNKNOWN:
        yield unknown(f"{path} {LATER}", path)
    else:
        yield fail(f"moves objects over edge sites worldwide, and {EDGE} is not among the data classes' global_services", path)


CONTROLS = (
    Control(
        id="residency-aws-s3-replication",
        title="S3 replication ends in buckets of the client in the allowed regions",
        why="Every new object is copied to the destination. Its ARN names no region, so the bucket that it stands for decides.",
        fix="Point rules[*].destination.bucket at a bucket inside residency or dr_residency; name one of another stack under environments[].elsewhere.",
        blind="The account of a bucket that the rule names without destination.account, and batch replication that is started by hand.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R003",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={REPLICATION: ("rules[*].destination.bucket", "rules[*].destination.account", "rules[*].status")},
        looks_at=NAMED_BUCKETS,
        evaluate_linked=replication("rules[*].destination", "account"),
        snippet="""\
import pulumi_aws as aws

source = aws.s3.Bucket("records", bucket="acme-records")
aws.s3.Bucket("records-copy", bucket="acme-records-copy", region="eu-central-1")
aws.s3.BucketReplicationConfig(
    "records",
    bucket=source.id,
    role="arn:aws:iam::111111111111:role/acme-replication",
    rules=[{"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::acme-records-copy", "account": "111111111111"}}],
)
""",
    ),
    Control(
        id="residency-aws-s3-inline-replication",
        title="Replication rules inside a bucket end in buckets of the client in the allowed regions",
        why="The bucket still accepts replication rules of its own, which copy every new object like the separate resource does.",
        fix="Point replicationConfiguration.rules[*].destination.bucket at a bucket inside residency or dr_residency, or move it to BucketReplicationConfig.",
        blind="The account of a bucket that the rule names without destination.accountId, and batch replication that is started by hand.",
        source="https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/ (read 2026-11-22)",
        category=Category.COPY,
        rows=("R004",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={
            BUCKET: (f"{INLINE}.bucket", f"{INLINE}.accountId", "replicationConfiguration.rules[*].status"),
            BUCKET_V2: (f"{INLINE_V2}.bucket", f"{INLINE_V2}.accountId", "replicationConfigurations[*].rules[*].status"),
        },
        looks_at=NAMED_BUCKETS,
        evaluate_linked=inline,
        snippet="""\
import pulumi_aws as aws

aws.s3.Bucket("records-copy", bucket="acme-records-copy", region="eu-central-1")
aws.s3.Bucket(
    "records",
    bucket="acme-records",
    replication_configuration={
        "role": "arn:aws:iam::111111111111:role/acme-replication",
        "rules": [{"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::acme-records-copy"}}],
    },
)
""",
    ),
    Control(
        id="residency-aws-s3-multi-region-access",
        title="Multi-Region Access Points route to buckets of the client in the allowed regions only",
        why="One name reads and writes whichever member bucket is nearest, so each member may receive any request.",
        fix="Remove the bucket from details.regions, or replace it with one inside residency or dr_residency.",
        blind="Clients outside the allowed regions that use the access point, and replication between its buckets.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPoints.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R005",),
        maps=SENT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={MULTI_REGION: ("details.regions[*].bucket", "details.regions[*].bucketAccountId")},
        looks_at=NAMED_BUCKETS,
        evaluate_linked=multi_region,
        snippet="""\
import pulumi_aws as aws

near = aws.s3.Bucket("near", bucket="acme-near")
far = aws.s3.Bucket("far", bucket="acme-far", region="eu-central-1")
aws.s3control.MultiRegionAccessPoint("records", details={"name": "records", "regions": [{"bucket": near.bucket}, {"bucket": far.bucket}]})
""",
    ),
    Control(
        id="residency-aws-s3-acceleration",
        title="Buckets are reached in their own region, not over edge sites",
        why="With transfer acceleration, uploads and downloads enter AWS at the edge site nearest to the caller, in any country.",
        fix="Set status (on a bucket: accelerationStatus) to Suspended, or list cloudfront in global_services of the data class with the client's consent.",
        blind="Whether anybody uses the accelerated endpoint.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R006",),
        maps=SENT,
        also=("gdpr 44",),
        reads={ACCELERATION: ("status",), BUCKET: ("accelerationStatus",), BUCKET_V2: ("accelerationStatus",)},
        evaluate=acceleration,
        snippet="""\
import pulumi_aws as aws

records = aws.s3.Bucket("records", bucket="acme-records")
aws.s3.BucketAccelerateConfiguration("records", bucket=records.id, status="Suspended")
""",
    ),
)
