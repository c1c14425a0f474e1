"""What is set on a bucket: each a type of its own, whose id is the bucket's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import camel, client, given, pascal, regional, text
from handoff.lab.provider.record import Created, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

_NAMES: Mapping[str, str] = {
    "id": "ID",
    "mfaDelete": "MFADelete",
    "sseAlgorithm": "SSEAlgorithm",
    "kmsMasterKeyId": "KMSMasterKeyID",
    "transitions": "Transitions",
    "noncurrentVersionTransitions": "NoncurrentVersionTransitions",
}


def _setting(
    token: str,
    *,
    handled: set[str],
    put: Callable[[Any, str, Properties], object],
    get: Callable[[Any, str], Properties | None],
    delete: Callable[[Any, str], object],
    kept: set[str] | None = None,
    unordered: set[str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    required: set[str] | None = None,
) -> Record:
    """`put(s3, bucket, inputs)`, `get(s3, bucket)`, `delete(s3, bucket)`; the API has one call for making and changing."""

    def create(ctx: Context, inputs: Properties) -> Created:
        put(client(ctx, "s3", inputs), inputs["bucket"], inputs)
        return Created(id=inputs["bucket"])

    def read(ctx: Context, bucket: str, state: Properties) -> Properties | None:
        found = get(client(ctx, "s3", state), bucket)
        return None if found is None else {"bucket": bucket, **found}

    def update(ctx: Context, bucket: str, _old: Properties, new: Properties) -> None:
        put(client(ctx, "s3", new), bucket, new)

    def remove(ctx: Context, bucket: str, state: Properties) -> None:
        if not state.get("skipDestroy"):
            delete(client(ctx, "s3", state), bucket)

    return regional(
        Record(
            token=f"aws:s3/{token[:1].lower() + token[1:]}:{token}",
            create=create,
            read=read,
            update=update,
            delete=remove,
            documents=frozenset({"policy"} & handled),
            handled=frozenset({"bucket", *handled}),
            kept=frozenset(kept or ()),
            defaults=dict(defaults or {}),
            required=frozenset({"bucket", *(required or ())}),
            replace_on=frozenset({"bucket"}),
            unordered=frozenset(unordered or ()),
        )
    )


_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _put_block(s3: Any, bucket: str, inputs: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=pascal({name: bool(inputs.get(name)) for name in _BLOCKS}))


def _get_block(s3: Any, bucket: str) -> Properties:  # noqa: ANN401 - boto3 clients have no static type
    found = camel(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])
    return {name: bool(found.get(name)) for name in _BLOCKS}


def _put_versioning(s3: Any, bucket: str, inputs: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    wanted = inputs["versioningConfiguration"]
    if wanted.get("status") != "Disabled":  # S3 has no such state to set: it is what a new bucket is in
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=pascal(wanted, _NAMES))


def _get_versioning(s3: Any, bucket: str) -> Properties:  # noqa: ANN401 - boto3 clients have no static type
    found = s3.get_bucket_versioning(Bucket=bucket)
    return {"versioningConfiguration": {"status": found.get("Status", "Disabled"), **given(mfaDelete=found.get("MFADelete"))}}


def _end_versioning(s3: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 clients have no static type
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def _put_encryption(s3: Any, bucket: str, inputs: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": pascal(inputs["rules"], _NAMES)})


def _get_encryption(s3: Any, bucket: str) -> Properties:  # noqa: ANN401 - boto3 clients have no static type
    return {"rules": camel(s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"], _NAMES)}


def _put_lifecycle(s3: Any, bucket: str, inputs: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    rules = [{"filter": {"prefix": ""}, **rule} for rule in inputs["rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": pascal(rules, _NAMES)})


def _get_lifecycle(s3: Any, bucket: str) -> Properties:  # noqa: ANN401 - boto3 clients have no static type
    rules = camel(s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"], _NAMES)
    return {"rules": [{key: value for key, value in rule.items() if not (key == "filter" and not any(value.values()))} for rule in rules]}


def _put_lock(s3: Any, bucket: str, inputs: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    rule = {"Rule": pascal(inputs["rule"])} if inputs.get("rule") else {}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": inputs["objectLockEnabled"], **rule})


def _get_lock(s3: Any, bucket: str) -> Properties:  # noqa: ANN401 - boto3 clients have no static type
    found = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    return {"objectLockEnabled": found.get("ObjectLockEnabled", "Enabled"), **given(rule=camel(found["Rule"]) if found.get("Rule") else None)}


def _end_lock(s3: Any, bucket: str) -> None:  # noqa: ANN401 - boto3 clients have no static type
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})


RECORDS = (
    _setting(
        "BucketPublicAccessBlock",
        handled=set(_BLOCKS),
        kept={"skipDestroy"},
        put=_put_block,
        get=_get_block,
        delete=lambda s3, bucket: s3.delete_public_access_block(Bucket=bucket),
    ),
    _setting(
        "BucketPolicy",
        handled={"policy"},
        required={"policy"},
        put=lambda s3, bucket, inputs: s3.put_bucket_policy(Bucket=bucket, Policy=inputs["policy"]),
        get=lambda s3, bucket: {"policy": text(s3.get_bucket_policy(Bucket=bucket)["Policy"])},
        delete=lambda s3, bucket: s3.delete_bucket_policy(Bucket=bucket),
    ),
    _setting(
        "BucketVersioning",
        handled={"versioningConfiguration"},
        required={"versioningConfiguration"},
        put=_put_versioning,
        get=_get_versioning,
        delete=_end_versioning,
    ),
    _setting(
        "BucketServerSideEncryptionConfiguration",
        handled={"rules"},
        required={"rules"},
        put=_put_encryption,
        get=_get_encryption,
        delete=lambda s3, bucket: s3.delete_bucket_encryption(Bucket=bucket),
    ),
    _setting(
        "BucketLifecycleConfiguration",
        handled={"rules"},
        required={"rules"},
        unordered={"rules"},
        put=_put_lifecycle,
        get=_get_lifecycle,
        delete=lambda s3, bucket: s3.delete_bucket_lifecycle(Bucket=bucket),
    ),
    _setting(
        "BucketObjectLockConfiguration",
        handled={"objectLockEnabled", "rule"},
        defaults={"objectLockEnabled": "Enabled"},
        put=_put_lock,
        get=_get_lock,
        delete=_end_lock,
    ),
)
