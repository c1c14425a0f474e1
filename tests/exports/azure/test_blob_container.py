from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from handoff.errors import AccessDenied, CloudError
from handoff.exports._contract import ObjectInfo
from handoff.exports.azure.blob_container import EXPORT
from handoff.model import Outcome
from tests.kinds.azure._tenant import SUBSCRIPTION, Outside, Tenant, roles

ODD = ["plain.txt", "a/b/c.txt", "blank and ü+%20.txt", "trailing/", "..hidden", "nul-like-%00", "q?x=1&y#z", "a//b", "semi;colon,comma'quote", "日本語"]


def store_of(account: str) -> str:
    return f"{account.rsplit('/', 1)[-1]}/records"


def container(lab_env: Mapping[str, str], tenant: Tenant, bodies: Mapping[str, bytes], **metadata: str) -> tuple[str, Any]:
    """A container of a new account, filled with the vendor's own client."""
    account = tenant.account()
    name, key = account.rsplit("/", 1)[-1], tenant.keys(account)["key1"]
    client = BlobServiceClient(f"{lab_env['HANDOFF_AZURE_BLOB_URL']}/{name}", credential=key, connection_verify=lab_env["HANDOFF_CA_FILE"])
    held = client.get_container_client("records")
    for blob, body in bodies.items():
        held.upload_blob(blob, body, metadata=metadata or None)
    return account, held


def test_every_blob_comes_back_byte_for_byte(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    bodies = {key: key.encode() * 7 for key in ODD} | {"empty": b"", "large": bytes(range(256)) * 12_000}
    account, _ = container(lab_env, tenant, bodies, classified="phi")
    reader = tenant.cloud.objects(SUBSCRIPTION)
    store = store_of(account)
    assert store in list(EXPORT.find(reader))
    listed = {item.key: item for item in EXPORT.objects(reader, store)}
    assert set(listed) == set(bodies)
    for key, body in bodies.items():
        chunks = list(EXPORT.open(reader, store, listed[key]))
        assert all(0 < len(chunk) <= 1 << 20 for chunk in chunks)
        assert b"".join(chunks) == body
        item = listed[key]
        assert item.size_bytes == len(body)
        assert item.checksums.get("md5", hashlib.md5(body).hexdigest()) == hashlib.md5(body).hexdigest()  # noqa: S324 what the service keeps
        assert item.metadata["classified"] == "phi"
        assert item.modified_at is not None
        assert item.modified_at.utcoffset() is not None


def test_every_container_of_every_account(lab: Any, lab_env: Mapping[str, str]) -> None:
    tenant, outside = Tenant(), Outside(lab)
    accounts = [tenant.account() for _ in range(2)]
    tenant.container(accounts[0], "archive")
    name = accounts[0].rsplit("/", 1)[-1]
    outside.settings(page_size=1)
    try:
        found = list(EXPORT.find(tenant.cloud.objects(SUBSCRIPTION)))
    finally:
        outside.settings(page_size=100)
    assert {f"{name}/archive", *map(store_of, accounts)} <= set(found)
    assert len(found) == len(set(found))


def test_a_blob_replaced_since_it_was_listed_is_not_returned_as_if_it_were_the_same(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account, held = container(lab_env, tenant, {"a": b"old", "b": b"same"})
    reader, store = tenant.cloud.objects(SUBSCRIPTION), store_of(account)
    listed = {item.key: item for item in EXPORT.objects(reader, store)}
    held.upload_blob("a", b"new", overwrite=True)
    with pytest.raises(CloudError, match="412"):
        list(EXPORT.open(reader, store, listed["a"]))
    held.delete_blob("a")
    with pytest.raises(CloudError, match=r"404|412"):
        list(EXPORT.open(reader, store, listed["a"]))
    assert b"".join(EXPORT.open(reader, store, listed["b"])) == b"same"


def test_a_size_that_differs_from_the_listing_is_an_error(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account, _ = container(lab_env, tenant, {"a": b"four"})
    reader, store = tenant.cloud.objects(SUBSCRIPTION), store_of(account)
    (item,) = EXPORT.objects(reader, store)
    with pytest.raises(CloudError, match="4 bytes came, 5 were listed"):
        list(EXPORT.open(reader, store, replace(item, size_bytes=5)))


def test_a_denied_container_is_no_empty_container(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account, _ = container(lab_env, tenant, {"a": b"x"})
    stranger = tenant.app()
    tenant.assign(stranger.principal, roles.READER)  # sees the container, not what is in it
    reader, store = tenant.cloud.objects(SUBSCRIPTION, stranger.login), store_of(account)
    assert tenant.works(stranger.login)[0] is Outcome.WORKED
    assert store in list(EXPORT.find(reader))
    with pytest.raises(AccessDenied):
        list(EXPORT.objects(reader, store))
    with pytest.raises(AccessDenied):
        list(EXPORT.open(reader, store, ObjectInfo(key="a", size_bytes=1)))


def test_a_container_that_is_not_there_is_no_empty_container(lab_env: Mapping[str, str]) -> None:
    tenant = Tenant()
    account = tenant.account()
    reader = tenant.cloud.objects(SUBSCRIPTION)
    assert list(EXPORT.objects(reader, store_of(account))) == []
    with pytest.raises(CloudError):
        list(EXPORT.objects(reader, f"{account.rsplit('/', 1)[-1]}/no-such-container"))
