"""A bucket that is closed to the public and to plain HTTP, keeps versions and is encrypted with the client's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import s3

from stacks.components.aws import statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBucketArgs:
    """Which bucket, and with which key."""

    bucket_name: str
    bucket_arn: str
    key_arn: pulumi.Output[str]
    locked_days: int
    """Days for which no version can be deleted; 0 keeps no lock."""
    disposable: bool
    plain_http: bool
    """Requests without TLS are answered: the lab speaks nothing else."""
    tags: Mapping[str, str]
    allows: Sequence[statements.Statement] = ()
    """What the bucket's policy allows to services of AWS."""


class SealedBucket(pulumi.ComponentResource):
    """The bucket and the settings without which it must not exist."""

    def __init__(self, name: str, args: SealedBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:SealedBucket", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        bucket = s3.Bucket(
            name,
            bucket=args.bucket_name,
            force_destroy=args.disposable,
            **({"object_lock_enabled": True} if args.locked_days else {}),
            tags=args.tags,
            opts=inside,
        )
        closed = s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=inside,
        )
        versions = s3.BucketVersioning(name, bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=inside)
        encryption = s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.id,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": args.key_arn}, "bucket_key_enabled": True}],
            opts=inside,
        )
        if args.locked_days:
            s3.BucketObjectLockConfiguration(
                name,
                bucket=bucket.id,
                rule={"default_retention": {"mode": "GOVERNANCE", "days": args.locked_days}},
                opts=pulumi.ResourceOptions(parent=self, depends_on=[versions]),
            )
        sealed: list[pulumi.Resource] = [closed, versions, encryption]
        said = [*args.allows, *(() if args.plain_http else (statements.encrypted_only(args.bucket_arn),))]
        if said:
            after = pulumi.ResourceOptions(parent=self, depends_on=[closed, versions, encryption])
            sealed.append(s3.BucketPolicy(name, bucket=bucket.bucket, policy=statements.document(*said), opts=after))
        self.bucket_name: pulumi.Output[str] = bucket.bucket
        self.arn: pulumi.Output[str] = bucket.arn
        self.sealed: tuple[pulumi.Resource, ...] = tuple(sealed)
        """What has to be in place before data arrives."""
        self.register_outputs({"bucketName": self.bucket_name, "arn": self.arn})
