"""Objects that a program puts into a bucket; text and base64 content is read back, so a change behind Pulumi's back shows."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from handoff.lab.provider.aws._base import client, given, regional, tag_map, tagged
from handoff.lab.provider.record import Created, EmulatorError, Naming, Record
from handoff.lab.provider.values import Asset

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties


def create(ctx: Context, inputs: Properties) -> Created:
    """Puts the object; the id is its key, as in pulumi-aws."""
    client(ctx, "s3", inputs).put_object(
        Bucket=inputs["bucket"],
        Key=inputs["key"],
        Body=_body(inputs),
        **given(
            ContentType=inputs.get("contentType"),
            Metadata=inputs.get("metadata"),
            ServerSideEncryption=inputs.get("serverSideEncryption"),
            SSEKMSKeyId=inputs.get("kmsKeyId"),
            StorageClass=inputs.get("storageClass"),
            Tagging=urlencode(inputs["tagsAll"]) if inputs.get("tagsAll") else None,
        ),
    )
    return Created(id=f"{inputs['bucket']}/{inputs['key']}")


def read(ctx: Context, name: str, state: Properties) -> Properties | None:
    """Head, tags, and the content where the program gave it as text."""
    bucket, _, key = name.partition("/")
    s3 = client(ctx, "s3", state)
    head = s3.head_object(Bucket=bucket, Key=key)
    return {
        "bucket": bucket,
        "key": key,
        "arn": f"arn:aws:s3:::{name}",
        "etag": head["ETag"].strip('"'),
        "versionId": head.get("VersionId", ""),
        "contentType": head.get("ContentType", ""),
        "metadata": head.get("Metadata", {}),
        "storageClass": head.get("StorageClass", "STANDARD"),
        **given(serverSideEncryption=head.get("ServerSideEncryption"), kmsKeyId=head.get("SSEKMSKeyId")),
        **_content(s3, bucket, key, state),
        "tags": tag_map(s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]),
    }


def update(ctx: Context, _name: str, _old: Properties, new: Properties) -> None:
    """Putting again is the only way to change an object."""
    create(ctx, new)


def delete(ctx: Context, name: str, state: Properties) -> None:
    """Every version when `forceDestroy` says so, else a delete marker where the bucket keeps versions."""
    bucket, _, key = name.partition("/")
    s3 = client(ctx, "s3", state)
    if state.get("forceDestroy"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
            for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if version["Key"] == key:
                    s3.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
    else:
        s3.delete_object(Bucket=bucket, Key=key)


def _body(inputs: Properties) -> bytes:
    if "contentBase64" in inputs:
        try:
            return base64.b64decode(inputs["contentBase64"], validate=True)
        except binascii.Error as error:
            raise EmulatorError("InvalidContent", f"contentBase64 is not base64: {error}") from error
    source = inputs.get("source")
    if isinstance(source, Asset):
        return source.content()
    if source:
        try:
            return Path(str(source)).read_bytes()
        except OSError as error:
            raise EmulatorError("UnreadableSource", f"{source}: {error.strerror}; give an absolute path") from error
    return str(inputs.get("content", "")).encode()


def _content(s3: object, bucket: str, key: str, state: Properties) -> Properties:
    form = "content" if "content" in state else "contentBase64" if "contentBase64" in state else None
    if form is None:
        return {}
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()  # type: ignore[attr-defined]
    return {form: body.decode(errors="replace") if form == "content" else base64.b64encode(body).decode()}


OBJECT = tagged(
    regional(
        Record(
            token="aws:s3/bucketObjectv2:BucketObjectv2",
            create=create,
            read=read,
            update=update,
            delete=delete,
            handled=frozenset({"bucket", "key", "content", "contentBase64", "contentType", "metadata", "serverSideEncryption", "kmsKeyId", "storageClass"}),
            write_only=frozenset({"source"}),
            kept=frozenset({"forceDestroy", "sourceHash"}),
            computed=frozenset({"arn", "etag", "versionId", "contentType", "storageClass", "serverSideEncryption", "kmsKeyId"}),
            required=frozenset({"bucket"}),
            replace_on=frozenset({"bucket", "key"}),
            name_property="key",
            naming=Naming(separator="", digits=0, max_length=1024),
        )
    )
)

RECORDS = (OBJECT, replace(OBJECT, token="aws:s3/bucketObject:BucketObject"))
