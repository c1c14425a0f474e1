from __future__ import annotations

import base64
from typing import Any

import pytest

from handoff.lab.provider import lifecycle
from handoff.lab.provider.record import EmulatorError
from handoff.lab.provider.values import Asset

OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
SIGNED = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17"}


def test_text_is_read_back(make: Any, ctx: Any) -> None:
    bucket = make("aws:s3/bucket:Bucket", forceDestroy=True)
    note = make(OBJECT, bucket=bucket.id, key="a/b.txt", content="hello", contentType="text/plain", metadata={"owner": "x"}, tags={"a": "1"})
    note.update({"bucket": bucket.id, "key": "a/b.txt", "content": "bye", "contentType": "text/plain"})
    assert ctx.aws("s3").get_object(Bucket=bucket.id, Key="a/b.txt")["Body"].read() == b"bye"
    ctx.aws("s3").put_object(Bucket=bucket.id, Key="a/b.txt", Body=b"evil", ContentType="text/plain")
    assert note.changed() == {"content": "evil"}
    note.delete()
    bucket.delete()


@pytest.mark.parametrize("given", [{"contentBase64": base64.b64encode(b"\xff\x00").decode()}, {"source": Asset(wire={**SIGNED, "text": "asset"})}])
def test_other_forms(given: dict[str, Any], make: Any, ctx: Any) -> None:
    bucket = make("aws:s3/bucket:Bucket", forceDestroy=True)
    made = make(OBJECT, bucket=bucket.id, key="k", **given)
    body = ctx.aws("s3").get_object(Bucket=bucket.id, Key="k")["Body"].read()
    assert body in {b"\xff\x00", b"asset"}
    made.delete()
    bucket.delete()


def test_what_cannot_be_read_is_refused(make: Any, ctx: Any) -> None:
    bucket = make("aws:s3/bucket:Bucket")
    record = make(OBJECT, bucket=bucket.id, key="k", content="x").record
    with pytest.raises(EmulatorError, match="not base64"):
        lifecycle.create(ctx, record, {"bucket": bucket.id, "key": "l", "contentBase64": "%"})
    with pytest.raises(EmulatorError, match="absolute path"):
        lifecycle.create(ctx, record, {"bucket": bucket.id, "key": "l", "source": "/nowhere/at/all"})
