"""Who did what: a trail of every region into a bucket of the client's, and the log group of operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import cloudtrail, cloudwatch, s3

from stacks.components.aws import statements
from stacks.components.aws.sealed_bucket import SealedBucket, SealedBucketArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

RETENTION_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogArgs:
    """Where the trail goes, and the key it is written with."""

    account: str
    bucket_name: str
    trail_name: str
    trail_arn: str
    log_group_name: str
    key_arn: pulumi.Output[str]
    disposable: bool
    tags: Mapping[str, str]


class AuditLog(pulumi.ComponentResource):
    """Every management event of every region, with digests that show tampering, kept from deletion for a year."""

    def __init__(self, name: str, args: AuditLogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:AuditLog", name, None, opts)
        bucket = SealedBucket(
            name,
            SealedBucketArgs(
                bucket_name=args.bucket_name,
                key_arn=args.key_arn,
                locked_days=0 if args.disposable else RETENTION_DAYS,
                disposable=args.disposable,
                tags=args.tags,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        policy = s3.BucketPolicy(
            name,
            bucket=bucket.bucket_name,
            policy=bucket.arn.apply(lambda arn: statements.trail_bucket(arn, account=args.account, trail_arn=args.trail_arn)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(bucket.sealed)),
        )
        trail = cloudtrail.Trail(
            name,
            name=args.trail_name,
            s3_bucket_name=bucket.bucket_name,
            kms_key_id=args.key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        logs = cloudwatch.LogGroup(
            name,
            name=args.log_group_name,
            retention_in_days=RETENTION_DAYS,
            kms_key_id=args.key_arn,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.bucket_name: pulumi.Output[str] = bucket.bucket_name
        self.trail_arn: pulumi.Output[str] = trail.arn
        self.log_group_name: pulumi.Output[str] = logs.name
        self.register_outputs({"bucketName": self.bucket_name, "trailArn": self.trail_arn, "logGroupName": self.log_group_name})
