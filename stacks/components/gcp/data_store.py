"""One data store: a bucket for the data, and a place for the secret of the application that uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_gcp import secretmanager, storage

if TYPE_CHECKING:
    from collections.abc import Mapping

SOFT_DELETE_S = 35 * 24 * 3600
"""How long deleted objects come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStoreArgs:
    """Names, key, place and class of data."""

    project: pulumi.Output[str]
    location: str
    bucket_name: str
    secret_name: str
    key_id: pulumi.Output[str]
    ready: pulumi.Resource
    """The right of Cloud Storage to use the key."""
    disposable: bool
    labels: Mapping[str, str]


class DataStore(pulumi.ComponentResource):
    """The bucket is under the client's key, closed to the public and in one region. The secret has no value here: the client's application puts it in."""

    def __init__(self, name: str, args: DataStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:gcp:DataStore", name, None, opts)
        bucket = storage.Bucket(
            name,
            name=args.bucket_name,
            project=args.project,
            # Cloud Storage writes the names of places in capitals.
            location=args.location.upper(),
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            versioning={"enabled": True},
            soft_delete_policy={"retention_duration_seconds": SOFT_DELETE_S},
            encryption={"default_kms_key_name": args.key_id},
            force_destroy=args.disposable,
            labels=args.labels,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.ready]),
        )
        secret = secretmanager.Secret(
            name,
            secret_id=args.secret_name,
            project=args.project,
            replication={"user_managed": {"replicas": [{"location": args.location}]}},
            labels=args.labels,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.bucket_name: pulumi.Output[str] = bucket.name
        self.secret_id: pulumi.Output[str] = secret.id
        self.register_outputs({"bucketName": self.bucket_name, "secretId": self.secret_id})
