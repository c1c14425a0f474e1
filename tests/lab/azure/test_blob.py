from __future__ import annotations

import hashlib
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import AccessPolicy, BlobServiceClient, ContainerSasPermissions, generate_account_sas, generate_blob_sas, generate_container_sas

from handoff.lab import identities
from handoff.lab.azure import roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Azure

SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: str
    name: str
    url: str
    keys: dict[str, str]


@pytest.fixture
def account(azure: Azure) -> Account:
    name = f"s{uuid.uuid4().hex[:14]}"
    path = f"{azure.group()}/providers/Microsoft.Storage/storageAccounts/{name}"
    made = azure.ok(azure.arm("PUT", path, {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}))
    keys = azure.ok(azure.arm("POST", f"{path}/listKeys"))["keys"]
    azure.ok(azure.arm("PUT", f"{path}/blobServices/default/containers/records", {"properties": {}}), 201)
    return Account(id=made["id"], name=name, url=made["properties"]["primaryEndpoints"]["blob"], keys={k["keyName"]: k["value"] for k in keys})


def service(azure: Azure, account: Account, credential: Any) -> BlobServiceClient:
    return BlobServiceClient(account.url, credential=credential, connection_verify=azure.ca, retry_total=0)


def named(account: Account, key: str = "key1") -> dict[str, str]:
    return {"account_name": account.name, "account_key": account.keys[key]}


def error(attempt: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(HttpResponseError) as caught:
        attempt()
    return caught.value.status_code, str(caught.value.error_code.value if hasattr(caught.value.error_code, "value") else caught.value.error_code)


@pytest.mark.parametrize("form", ["key", "named key", "bearer"])
def test_the_sdk_writes_lists_and_reads_back_large_and_oddly_named_blobs(azure: Azure, account: Account, form: str) -> None:
    credential = {"key": account.keys["key1"], "named key": named(account), "bearer": azure.credential(identities.ADMIN)}[form]
    container = service(azure, account, credential).get_container_client("records")
    large = os.urandom(5_000_000)
    for name, data in {"a dir/ü &+%x.txt": b"hello", "large": large, "empty": b""}.items():
        container.upload_blob(name, data, metadata={"class": "phi"})
        assert hashlib.sha256(container.download_blob(name).readall()).digest() == hashlib.sha256(data).digest()
    found = {blob.name: blob.size for blob in container.list_blobs()}
    assert found == {"a dir/ü &+%x.txt": 5, "large": 5_000_000, "empty": 0}
    assert container.download_blob("large", offset=10, length=5).readall() == large[10:15]
    assert container.get_blob_client("empty").get_blob_properties().metadata == {"class": "phi"}
    container.delete_blob("empty")
    assert error(lambda: container.download_blob("empty").readall()) == (404, "BlobNotFound")


def test_accounts_do_not_see_each_other_and_arm_sees_what_the_data_plane_makes(azure: Azure, account: Account) -> None:
    ours = service(azure, account, named(account))
    ours.create_container("made-here")
    listed = azure.ok(azure.arm("GET", f"{account.id}/blobServices/default/containers"))["value"]
    assert [c.name for c in ours.list_containers()] == ["made-here", "records"] == [c["name"] for c in listed]
    assert [c.name for c in ours.list_containers(name_starts_with="rec")] == ["records"]
    ours.delete_container("made-here")
    azure.ok(azure.arm("DELETE", f"{account.id}/blobServices/default/containers/records"))
    assert list(ours.list_containers()) == []
    assert azure.ok(azure.arm("GET", f"{account.id}/blobServices/default/containers"))["value"] == []


def test_data_actions_decide_at_the_containers_scope(azure: Azure, account: Account) -> None:
    service(azure, account, named(account)).get_blob_client("records", "x").upload_blob(b"1")
    principal = azure.principal()
    theirs = service(azure, account, azure.credential(principal)).get_blob_client("records", "x")
    azure.assign(principal, roles.OWNER, account.id)
    assert error(lambda: theirs.download_blob().readall()) == (403, "AuthorizationPermissionMismatch")
    azure.assign(principal, roles.BLOB_READER, f"{account.id}/blobServices/default/containers/records")
    assert theirs.download_blob().readall() == b"1"
    assert error(lambda: theirs.upload_blob(b"2", overwrite=True)) == (403, "AuthorizationPermissionMismatch")


def test_a_regenerated_key_and_what_it_signed_stop_at_once_and_the_other_key_goes_on(azure: Azure, account: Account) -> None:
    blob = service(azure, account, named(account)).get_blob_client("records", "x")
    blob.upload_blob(b"1")
    sas = generate_blob_sas(account.name, "records", "x", account_key=account.keys["key1"], permission="r", expiry=datetime.now(UTC) + SOON)
    shared = service(azure, account, sas).get_blob_client("records", "x")
    assert shared.download_blob().readall() == b"1"
    keys = azure.ok(azure.arm("POST", f"{account.id}/regenerateKey", {"keyName": "key1"}))["keys"]
    assert error(lambda: blob.download_blob().readall()) == (403, "AuthenticationFailed")
    assert error(lambda: shared.download_blob().readall()) == (403, "AuthenticationFailed")
    fresh = {"account_name": account.name, "account_key": next(k["value"] for k in keys if k["keyName"] == "key1")}
    for credential in (fresh, named(account, "key2")):
        assert service(azure, account, credential).get_blob_client("records", "x").download_blob().readall() == b"1"


def test_shared_key_access_can_be_switched_off_while_bearers_go_on(azure: Azure, account: Account) -> None:
    service(azure, account, named(account)).get_blob_client("records", "x").upload_blob(b"1")
    azure.ok(azure.arm("PATCH", account.id, {"properties": {"allowSharedKeyAccess": False}}))
    sas = generate_account_sas(account.name, account.keys["key1"], "sco", "rl", datetime.now(UTC) + SOON)
    for credential in (named(account), sas):
        assert error(lambda c=credential: service(azure, account, c).get_blob_client("records", "x").download_blob().readall()) == (
            403,
            "KeyBasedAuthenticationNotPermitted",
        )
    assert service(azure, account, azure.credential(identities.ADMIN)).get_blob_client("records", "x").download_blob().readall() == b"1"


def test_a_sas_opens_what_it_says_for_as_long_as_it_says(azure: Azure, account: Account) -> None:
    service(azure, account, named(account)).get_blob_client("records", "x").upload_blob(b"1")
    now, key = datetime.now(UTC), account.keys["key1"]

    def with_container(permission: str, expiry: datetime) -> BlobServiceClient:
        return service(azure, account, generate_container_sas(account.name, "records", account_key=key, permission=permission, expiry=expiry))

    reads = with_container("rl", now + SOON)
    assert [b.name for b in reads.get_container_client("records").list_blobs()] == ["x"]
    assert reads.get_blob_client("records", "x").download_blob().readall() == b"1"
    assert error(lambda: reads.get_blob_client("records", "x").delete_blob()) == (403, "AuthorizationPermissionMismatch")
    assert error(lambda: with_container("rl", now - SOON).get_blob_client("records", "x").download_blob()) == (403, "AuthenticationFailed")
    assert error(lambda: list(reads.list_containers())) == (403, "AuthenticationFailed")
    whole = service(azure, account, generate_account_sas(account.name, key, "s", "l", now + SOON))
    assert [c.name for c in whole.list_containers()] == ["records"]
    assert error(lambda: whole.get_blob_client("records", "x").download_blob()) == (403, "AuthorizationResourceTypeMismatch")


def test_a_stored_access_policy_carries_a_sas_until_it_is_removed(azure: Azure, account: Account) -> None:
    ours = service(azure, account, named(account)).get_container_client("records")
    ours.upload_blob("x", b"1")
    ours.set_container_access_policy(
        {"vendor": AccessPolicy(permission=ContainerSasPermissions(read=True), expiry=datetime.now(UTC) + SOON, start=datetime.now(UTC) - SOON)}
    )
    sas = generate_container_sas(account.name, "records", account_key=account.keys["key1"], policy_id="vendor")
    shared = service(azure, account, sas).get_blob_client("records", "x")
    assert shared.download_blob().readall() == b"1"
    ours.set_container_access_policy({})
    assert error(lambda: shared.download_blob().readall()) == (403, "AuthenticationFailed")


def test_without_credentials_nothing_opens_and_paths_cannot_climb(azure: Azure, account: Account) -> None:
    answer = azure.client.get(f"{account.url}records/x")
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (401, "NoAuthenticationInformation")
    assert answer.headers["www-authenticate"].startswith(f"Bearer authorization_uri={azure.base}/{identities.CLIENT_TENANT}/")
    token = azure.token(identities.ADMIN, "https://storage.azure.com")
    climbing = azure.client.get(f"{account.url}records/%2e%2e/other-records/x", headers={"authorization": f"Bearer {token}", "x-ms-version": "2025-11-05"})
    assert (climbing.status_code, climbing.headers["x-ms-error-code"]) == (400, "InvalidUri")
    wrong = azure.client.get(f"{account.url}records/x", headers={"authorization": f"Bearer {azure.token(identities.ADMIN)}"})
    assert (wrong.status_code, wrong.headers["x-ms-error-code"]) == (401, "InvalidAuthenticationInfo")
