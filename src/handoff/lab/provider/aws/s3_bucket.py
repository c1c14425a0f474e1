"""S3 buckets. Versioning, encryption, policy and so on are types of their own, as pulumi-aws advises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import client, regional, tag_list, tag_map, tagged
from handoff.lab.provider.record import Created, EmulatorError, Naming, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

_DELETE_BATCH = 1000


def create(ctx: Context, inputs: Properties) -> Created:
    """Makes the bucket where the resource says."""
    s3, region = client(ctx, "s3", inputs), inputs.get("region") or ctx.region
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    lock = {"ObjectLockEnabledForBucket": True} if inputs.get("objectLockEnabled") else {}
    s3.create_bucket(Bucket=inputs["bucket"], **where, **lock)
    _tag(s3, inputs)
    return Created(id=inputs["bucket"])


def read(ctx: Context, name: str, state: Properties) -> Properties | None:
    """What S3 says of the bucket."""
    s3, region = client(ctx, "s3", state), state.get("region") or ctx.region
    s3.head_bucket(Bucket=name)
    return {
        "bucket": name,
        "arn": f"arn:aws:s3:::{name}",
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "bucketRegion": region,
        "region": s3.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1",
        "objectLockEnabled": _locked(s3, name),
        "tags": _tags(s3, name),
    }


def update(ctx: Context, _name: str, _old: Properties, new: Properties) -> None:
    """Only tags change in place."""
    _tag(client(ctx, "s3", new), new)


def delete(ctx: Context, name: str, state: Properties) -> None:
    """Empties it first when `forceDestroy` says so; else S3 refuses a bucket that still holds objects."""
    s3 = client(ctx, "s3", state)
    if state.get("forceDestroy"):
        _empty(s3, name)
    s3.delete_bucket(Bucket=name)


def _tag(s3: Any, inputs: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    tags = tag_list(inputs.get("tagsAll"))
    if tags:
        s3.put_bucket_tagging(Bucket=inputs["bucket"], Tagging={"TagSet": tags})
    else:
        s3.delete_bucket_tagging(Bucket=inputs["bucket"])


def _tags(s3: Any, name: str) -> dict[str, str]:  # noqa: ANN401 - boto3 clients have no static type
    try:
        return tag_map(s3.get_bucket_tagging(Bucket=name)["TagSet"])
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchTagSet":
            return {}
        raise


def _locked(s3: Any, name: str) -> bool:  # noqa: ANN401 - boto3 clients have no static type
    try:
        return bool(s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] == "ObjectLockConfigurationNotFoundError":
            return False
        raise


def _empty(s3: Any, name: str) -> None:  # noqa: ANN401 - boto3 clients have no static type
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        for start in range(0, len(found), _DELETE_BATCH):
            batch = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found[start : start + _DELETE_BATCH]]
            errors = s3.delete_objects(Bucket=name, Delete={"Objects": batch, "Quiet": True}).get("Errors", ())
            for error in errors:
                raise EmulatorError(error.get("Code", "DeleteFailed"), f"{name}/{error.get('Key')}: {error.get('Message', '')}")


BUCKET = tagged(
    regional(
        Record(
            token="aws:s3/bucket:Bucket",
            create=create,
            read=read,
            update=update,
            delete=delete,
            handled=frozenset({"bucket", "objectLockEnabled"}),
            kept=frozenset({"forceDestroy"}),
            computed=frozenset({"arn", "bucketDomainName", "bucketRegionalDomainName", "bucketRegion"}),
            replace_on=frozenset({"bucket", "objectLockEnabled"}),
            name_property="bucket",
            naming=Naming(lower=True),
        )
    )
)

RECORDS = (BUCKET,)
