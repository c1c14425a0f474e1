"""Who did what: a trail of every region into a bucket of the client's, and into the log group of operations, which alarms watch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import cloudtrail, cloudwatch, iam

from stacks.components.aws import statements
from stacks.components.aws.sealed_bucket import SealedBucket, SealedBucketArgs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RETENTION_DAYS = 365
OF_THE_LOG = ("GetObject", "GetObjectVersion", "DeleteObject", "DeleteObjects", "DeleteObjectVersion")
"""What is logged of the log's own objects: with their writing too, every delivery of the trail would be an event for the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogArgs:
    """Where the trail goes, and the key it is written with."""

    bucket_name: str
    bucket_arn: str
    allows: Sequence[statements.Statement]
    """What the bucket's policy allows to services of AWS: the trail's own writing, and that of other logs."""
    trail_name: str
    role_name: str
    log_group_name: str
    log_group_arn: str
    stores: Sequence[str]
    """ARNs of the buckets whose object events are logged."""
    key_arn: pulumi.Output[str]
    disposable: bool
    plain_http: bool
    tags: Mapping[str, str]


class AuditLog(pulumi.ComponentResource):
    """Every management event of every region and every event of the stores' objects, with digests that show tampering, kept from deletion for a year."""

    def __init__(self, name: str, args: AuditLogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:AuditLog", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        bucket = SealedBucket(
            name,
            SealedBucketArgs(
                bucket_name=args.bucket_name,
                bucket_arn=args.bucket_arn,
                key_arn=args.key_arn,
                locked_days=0 if args.disposable else RETENTION_DAYS,
                disposable=args.disposable,
                plain_http=args.plain_http,
                tags=args.tags,
                allows=args.allows,
            ),
            inside,
        )
        logs = cloudwatch.LogGroup(name, name=args.log_group_name, retention_in_days=RETENTION_DAYS, kms_key_id=args.key_arn, tags=args.tags, opts=inside)
        role = iam.Role(
            name,
            name=args.role_name,
            description="What the trail writes to its log group with",
            assume_role_policy=statements.service_trust("cloudtrail.amazonaws.com"),
            tags=args.tags,
            opts=inside,
        )
        writes = iam.RolePolicy(name, name="write", role=role.name, policy=statements.trail_to_logs(args.log_group_arn), opts=inside)
        trail = cloudtrail.Trail(
            name,
            name=args.trail_name,
            s3_bucket_name=bucket.bucket_name,
            kms_key_id=args.key_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            cloud_watch_logs_group_arn=logs.arn.apply(lambda arn: f"{arn}:*"),
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selectors=selectors(args.stores, log=args.bucket_arn),
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*bucket.sealed, writes]),
        )
        self.bucket_name: pulumi.Output[str] = bucket.bucket_name
        self.trail_arn: pulumi.Output[str] = trail.arn
        self.log_group_name: pulumi.Output[str] = logs.name
        self.ready: pulumi.Resource = bucket.sealed[-1]
        """What others that write to the bucket wait for."""
        self.register_outputs({"bucketName": self.bucket_name, "trailArn": self.trail_arn, "logGroupName": self.log_group_name})


def selectors(stores: Sequence[str], *, log: str) -> list[dict[str, object]]:
    """Management events, every event of the stores' objects, and the reading and deleting of the log itself."""

    def objects(of: Sequence[str], *more: dict[str, object]) -> list[dict[str, object]]:
        kind: list[dict[str, object]] = [{"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.type", "equals": ["AWS::S3::Object"]}]
        return [*kind, {"field": "resources.ARN", "starts_withs": [f"{arn}/" for arn in of]}, *more]

    found: list[dict[str, object]] = [{"name": "management", "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}]}]
    if stores:
        found.append({"name": "stores", "field_selectors": objects(stores)})
    return [*found, {"name": "log", "field_selectors": objects([log], {"field": "eventName", "equals": list(OF_THE_LOG)})}]
