from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from handoff.clouds.aws import CLOUD
from handoff.errors import AccessDenied, CloudError
from handoff.exports._contract import ObjectInfo
from handoff.exports.aws.s3_bucket import EXPORT
from handoff.model import Login, Party, Scope, ScopeType, Secret
from tests.kinds.aws._account import Account

ODD = ["plain.txt", "a/b/c.txt", "blank and ü+%20.txt", "trailing/", "..hidden", "nul-like-%00"]


def bucket(account: Account, bodies: Mapping[str, bytes]) -> str:
    name = f"records-{account.id}"
    account.writer.write("s3:CreateBucket", Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key, body in bodies.items():
        account.writer.write("s3:PutObject", Bucket=name, Key=key, Body=body)
    return name


def test_every_object_comes_back_byte_for_byte(lab_env: Mapping[str, str]) -> None:
    account = Account()
    bodies = {key: key.encode() * 7 for key in ODD} | {"empty": b"", "large": bytes(range(256)) * 12_000}
    name = bucket(account, bodies)
    reader = account.cloud.objects(account.scope, account.root)
    assert list(EXPORT.find(reader)) == [name]
    listed = {item.key: item for item in EXPORT.objects(reader, name)}
    assert set(listed) == set(bodies)
    for key, body in bodies.items():
        chunks = list(EXPORT.open(reader, name, listed[key]))
        assert all(0 < len(chunk) <= 1 << 20 for chunk in chunks)
        assert b"".join(chunks) == body
        assert listed[key].size_bytes == len(body)
        assert listed[key].etag == hashlib.md5(body).hexdigest()  # noqa: S324 that is what S3 gives for an object of one part
        assert listed[key].modified_at is not None


@pytest.mark.slow
def test_more_objects_than_one_page_holds(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = bucket(account, {f"{number:04}": b"x" for number in range(1003)})
    reader = account.cloud.objects(account.scope, account.root)
    assert [item.key for item in EXPORT.objects(reader, name)] == [f"{number:04}" for number in range(1003)]


def test_an_object_replaced_since_it_was_listed_is_not_returned_as_if_it_were_the_same(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = bucket(account, {"a": b"old", "b": b"same"})
    reader = account.cloud.objects(account.scope, account.root)
    listed = {item.key: item for item in EXPORT.objects(reader, name)}
    account.writer.write("s3:PutObject", Bucket=name, Key="a", Body=b"new")
    with pytest.raises(CloudError, match="PreconditionFailed"):
        list(EXPORT.open(reader, name, listed["a"]))
    assert b"".join(EXPORT.open(reader, name, listed["b"])) == b"same"


def test_a_size_that_differs_from_the_listing_is_an_error(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = bucket(account, {"a": b"four"})
    reader = account.cloud.objects(account.scope, account.root)
    (item,) = EXPORT.objects(reader, name)
    with pytest.raises(CloudError, match="4 bytes came, 5 were listed"):
        list(EXPORT.open(reader, name, replace(item, size_bytes=5)))


def test_a_denied_bucket_is_no_empty_bucket(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = bucket(account, {"a": b"x"})
    stranger = account.user("stranger", may=[{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}])
    reader = account.cloud.objects(account.scope, stranger)
    assert list(EXPORT.find(reader)) == [name]
    with pytest.raises(AccessDenied):
        list(EXPORT.objects(reader, name))
    with pytest.raises(AccessDenied):
        list(EXPORT.open(reader, name, ObjectInfo(key="a", size_bytes=1)))


@pytest.fixture
def breaking_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An S3 that promises 100 bytes and hangs up after 40."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"x" * 40)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_stream_that_breaks_off_is_an_error(breaking_off: None) -> None:
    login = Login(
        name="x", cloud="aws", party=Party.CLIENT, principal="p", form="aws-keys", material={"access_key_id": "AKIAX", "secret_access_key": Secret("s")}
    )
    reader = CLOUD.objects(Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111"), login)
    with pytest.raises(CloudError):
        list(reader.read_object("records", ObjectInfo(key="a", size_bytes=100)))
