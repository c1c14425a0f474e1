from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest

from handoff.errors import AccessDenied, CloudError
from handoff.exports._contract import ObjectInfo
from handoff.exports.gcp.storage_bucket import EXPORT
from tests.kinds.gcp._project import Project, lab

ODD = ["plain.txt", "a/b/c.txt", "blank and ü+%20.txt", "trailing/", "..hidden", "100%25", "q?x=1&y#z"]


class Store:
    """A project with somebody who may write objects into its buckets."""

    def __init__(self) -> None:
        self.project = Project()
        self.keeper = self.project.login("keeper", "roles/storage.admin")
        token = self.project.cloud.mint(self.project.scope, self.keeper, {"op": "token"}).material["token"]
        self._http = httpx.Client(base_url=os.environ["HANDOFF_GCP_URL"], headers={"Authorization": f"Bearer {token.reveal()}"}, trust_env=False, timeout=30)

    def bucket(self, bodies: Mapping[str, bytes], name: str = "records") -> str:
        full = f"{name}-{self.project.id}"
        self.project.writer.write("storage.buckets.insert", project=self.project.id, body={"name": full, "location": "EUROPE-WEST1"})
        for key, body in bodies.items():
            self.put(full, key, body)
        return full

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """In one multipart request: the emulator takes no empty object by a simple one."""
        described = json.dumps({"name": key, "contentType": "text/plain"}).encode()
        parts = b"".join(b"--cut\r\nContent-Type: %b\r\n\r\n%b\r\n" % part for part in ((b"application/json", described), (b"text/plain", body)))
        url, kind = f"/upload/storage/v1/b/{bucket}/o?uploadType=multipart", "multipart/related; boundary=cut"
        self._http.post(url, content=parts + b"--cut--\r\n", headers={"Content-Type": kind}).raise_for_status()


def test_every_object_comes_back_byte_for_byte(lab_env: Mapping[str, str]) -> None:
    store = Store()
    bodies = {key: key.encode() * 7 for key in ODD} | {"empty": b"", "large": bytes(range(256)) * 12_000}
    name = store.bucket(bodies)
    reader = store.project.cloud.objects(store.project.scope, store.keeper)
    assert list(EXPORT.find(reader)) == [name]
    listed = {item.key: item for item in EXPORT.objects(reader, name)}
    assert set(listed) == set(bodies)
    for key, body in bodies.items():
        chunks = list(EXPORT.open(reader, name, listed[key]))
        assert all(0 < len(chunk) <= 1 << 20 for chunk in chunks)
        assert b"".join(chunks) == body
        assert listed[key].size_bytes == len(body)
        assert listed[key].checksums["md5"] == hashlib.md5(body, usedforsecurity=False).hexdigest()
        assert listed[key].version_id
        assert listed[key].modified_at is not None


def test_every_bucket_and_object_over_many_pages(lab_env: Mapping[str, str]) -> None:
    store = Store()
    names = {store.bucket({f"{number:02}": b"x" for number in range(7)}, name) for name in ("records", "archive", "logs")}
    reader = store.project.cloud.objects(store.project.scope, store.keeper)
    lab("settings", {"page_size": 1})
    try:
        assert set(EXPORT.find(reader)) == names
        assert [item.key for item in EXPORT.objects(reader, min(names))] == [f"{number:02}" for number in range(7)]
    finally:
        lab("settings", {"page_size": None})


def test_an_object_replaced_since_it_was_listed_is_not_returned_as_if_it_were_the_same(lab_env: Mapping[str, str]) -> None:
    store = Store()
    name = store.bucket({"a": b"old", "b": b"same"})
    reader = store.project.cloud.objects(store.project.scope, store.keeper)
    listed = {item.key: item for item in EXPORT.objects(reader, name)}
    store.put(name, "a", b"new")
    with pytest.raises(CloudError):
        list(EXPORT.open(reader, name, listed["a"]))
    assert b"".join(EXPORT.open(reader, name, listed["b"])) == b"same"


def test_a_size_that_differs_from_the_listing_is_an_error(lab_env: Mapping[str, str]) -> None:
    store = Store()
    name = store.bucket({"a": b"four"})
    reader = store.project.cloud.objects(store.project.scope, store.keeper)
    (item,) = EXPORT.objects(reader, name)
    with pytest.raises(CloudError, match="4 bytes came, 5 were listed"):
        list(EXPORT.open(reader, name, replace(item, size_bytes=5)))
    assert b"".join(EXPORT.open(reader, name, item)) == b"four"


def test_a_denied_bucket_is_no_empty_bucket(lab_env: Mapping[str, str]) -> None:
    store = Store()
    name = store.bucket({"a": b"x"})
    reader = store.project.cloud.objects(store.project.scope, store.project.limited("stranger", "storage.buckets.list"))
    assert list(EXPORT.find(reader)) == [name]
    with pytest.raises(AccessDenied):
        list(EXPORT.objects(reader, name))
    with pytest.raises(AccessDenied):
        list(EXPORT.open(reader, name, ObjectInfo(key="a", size_bytes=1)))


def test_a_failing_listing_is_no_empty_bucket(lab_env: Mapping[str, str]) -> None:
    store = Store()
    name = store.bucket({"a": b"x"})
    reader = store.project.cloud.objects(store.project.scope, store.keeper)
    lab("faults", {"match": f"GET /storage/v1/b/{name}/o", "status": 503, "times": 50})
    try:
        with pytest.raises(CloudError):
            list(EXPORT.objects(reader, name))
    finally:
        lab("faults", verb="DELETE")
    assert [item.key for item in EXPORT.objects(reader, name)] == ["a"]
    with pytest.raises(CloudError):
        list(EXPORT.objects(reader, "no-such-bucket-at-all"))
