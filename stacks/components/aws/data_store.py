"""One data store: a bucket for the data, and a place for the secret of the application that uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import secretsmanager

from stacks.components.aws.sealed_bucket import SealedBucket, SealedBucketArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

RECOVERY_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStoreArgs:
    """Names, key and class of data."""

    bucket_name: str
    bucket_arn: str
    secret_name: str
    key_arn: pulumi.Output[str]
    disposable: bool
    plain_http: bool
    tags: Mapping[str, str]


class DataStore(pulumi.ComponentResource):
    """The bucket is under the client's key. The secret has no value here: the client's application puts it in, and it never passes through Pulumi's state."""

    def __init__(self, name: str, args: DataStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:DataStore", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        bucket = SealedBucket(
            name,
            SealedBucketArgs(
                bucket_name=args.bucket_name,
                bucket_arn=args.bucket_arn,
                key_arn=args.key_arn,
                locked_days=0,
                disposable=args.disposable,
                plain_http=args.plain_http,
                tags=args.tags,
            ),
            inside,
        )
        secret = secretsmanager.Secret(
            name,
            name=args.secret_name,
            description="Credential of the application that uses the store",
            kms_key_id=args.key_arn,
            recovery_window_in_days=0 if args.disposable else RECOVERY_DAYS,
            tags=args.tags,
            opts=inside,
        )
        self.bucket_name: pulumi.Output[str] = bucket.bucket_name
        self.secret_arn: pulumi.Output[str] = secret.arn
        self.register_outputs({"bucketName": self.bucket_name, "secretArn": self.secret_arn})
