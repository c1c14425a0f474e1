from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.keyvault.secrets import SecretClient

from handoff.lab import identities
from handoff.lab.azure import roles

if TYPE_CHECKING:
    import httpx
    from conftest import Azure


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    id: str
    uri: str


@pytest.fixture
def vault(azure: Azure) -> Vault:
    name = f"kv{uuid.uuid4().hex[:10]}"
    body = {
        "location": "westeurope",
        "properties": {"tenantId": identities.CLIENT_TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True},
    }
    made = azure.ok(azure.arm("PUT", f"{azure.group()}/providers/Microsoft.KeyVault/vaults/{name}", body))
    return Vault(id=made["id"], uri=made["properties"]["vaultUri"])


def client(azure: Azure, vault: Vault, who: object) -> SecretClient:
    return SecretClient(vault.uri, azure.credential(who), connection_verify=azure.ca, verify_challenge_resource=False)


def test_the_secrets_sdk_sets_gets_versions_disables_deletes_and_purges(azure: Azure, vault: Vault) -> None:
    ours = client(azure, vault, identities.ADMIN)
    first = ours.set_secret("db", "one", content_type="text/plain")
    ours.set_secret("db", "two")
    assert (ours.get_secret("db").value, ours.get_secret("db", first.properties.version).value) == ("two", "one")
    assert [s.name for s in ours.list_properties_of_secrets()] == ["db"]
    ours.update_secret_properties("db", enabled=False)
    with pytest.raises(HttpResponseError, match="disabled secret"):
        ours.get_secret("db")
    ours.begin_delete_secret("db").wait()
    with pytest.raises(ResourceNotFoundError):
        ours.get_secret("db")
    assert [s.name for s in ours.list_deleted_secrets()] == ["db"]
    ours.purge_deleted_secret("db")
    assert list(ours.list_deleted_secrets()) == []
    assert ours.set_secret("db", "three").value == "three"


def test_data_actions_decide_and_owner_has_none(azure: Azure, vault: Vault) -> None:
    client(azure, vault, identities.ADMIN).set_secret("db", "one")
    principal = azure.principal()
    azure.assign(principal, roles.OWNER, vault.id)
    theirs = client(azure, vault, principal)
    with pytest.raises(HttpResponseError, match="not authorized to perform action"):
        theirs.get_secret("db")
    azure.assign(principal, roles.VAULT_SECRETS_USER, vault.id)
    assert theirs.get_secret("db").value == "one"
    with pytest.raises(HttpResponseError, match="not authorized to perform action"):
        theirs.set_secret("db", "two")


def test_access_policies_decide_where_rbac_is_off(azure: Azure) -> None:
    principal, name = azure.principal(), f"kv{uuid.uuid4().hex[:10]}"
    policy = {"tenantId": identities.CLIENT_TENANT, "objectId": principal.object_id, "permissions": {"secrets": ["get", "set"]}}
    body = {
        "location": "westeurope",
        "properties": {"tenantId": identities.CLIENT_TENANT, "sku": {"family": "A", "name": "standard"}, "accessPolicies": [policy]},
    }
    made = azure.ok(azure.arm("PUT", f"{azure.group()}/providers/Microsoft.KeyVault/vaults/{name}", body))
    found = Vault(id=made["id"], uri=made["properties"]["vaultUri"])
    client(azure, found, principal).set_secret("db", "one")
    assert client(azure, found, principal).get_secret("db").value == "one"
    with pytest.raises(HttpResponseError, match="does not have secrets delete permission"):
        client(azure, found, principal).begin_delete_secret("db")
    with pytest.raises(HttpResponseError, match="does not have secrets get permission"):
        client(azure, found, identities.SECOND_ADMIN).get_secret("db")


def test_no_token_gets_the_challenge_that_names_tenant_and_resource(azure: Azure, vault: Vault) -> None:
    answer = azure.client.get(f"{vault.uri}secrets/db", params={"api-version": "7.4"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == f'Bearer authorization="{azure.base}/{identities.CLIENT_TENANT}", resource="https://vault.azure.net"'


def test_a_key_made_through_arm_encrypts_and_a_disabled_one_does_not(azure: Azure, vault: Vault) -> None:
    shown = azure.ok(azure.arm("PUT", f"{vault.id}/keys/cmk", {"properties": {"kty": "RSA", "keySize": 2048}}))
    assert "/keys/cmk/" in shown["properties"]["keyUriWithVersion"]
    headers = {"authorization": f"Bearer {azure.token(identities.ADMIN, 'https://vault.azure.net')}"}

    def call(method: str, path: str, body: object = None) -> httpx.Response:
        return azure.client.request(method, f"{vault.uri}{path}", json=body, headers=headers, params={"api-version": "7.4"})

    plain = base64.urlsafe_b64encode(b"data key").rstrip(b"=").decode()
    sealed = azure.ok(call("POST", "keys/cmk/encrypt", {"alg": "RSA-OAEP-256", "value": plain}))["value"]
    assert sealed != plain
    assert azure.ok(call("POST", "keys/cmk/decrypt", {"alg": "RSA-OAEP-256", "value": sealed}))["value"] == plain
    azure.ok(call("PATCH", "keys/cmk", {"attributes": {"enabled": False}}))
    assert call("POST", "keys/cmk/decrypt", {"alg": "RSA-OAEP-256", "value": sealed}).status_code == 403
    azure.ok(call("PATCH", "keys/cmk", {"attributes": {"enabled": True}}))
    assert azure.ok(call("POST", "keys/cmk/decrypt", {"alg": "RSA-OAEP-256", "value": sealed}))["value"] == plain
    theirs = {"authorization": f"Bearer {azure.token(identities.AUDITOR, 'https://vault.azure.net')}"}
    assert azure.client.get(f"{vault.uri}keys", headers=theirs, params={"api-version": "7.4"}).status_code == 403


def test_a_secret_set_through_arm_is_readable_on_the_data_plane_and_hidden_in_arm(azure: Azure, vault: Vault) -> None:
    made = azure.arm("PUT", f"{vault.id}/secrets/db", {"properties": {"value": "s3cr3t-value"}})
    assert made.status_code == 201
    assert "s3cr3t-value" not in made.text + azure.arm("GET", f"{vault.id}/secrets/db").text
    assert client(azure, vault, identities.ADMIN).get_secret("db").value == "s3cr3t-value"


def test_purge_protection_keeps_a_deleted_secret_recoverable(azure: Azure) -> None:
    name = f"kv{uuid.uuid4().hex[:10]}"
    properties = {
        "tenantId": identities.CLIENT_TENANT,
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
    }
    path = f"{azure.group()}/providers/Microsoft.KeyVault/vaults/{name}"
    made = azure.ok(azure.arm("PUT", path, {"location": "westeurope", "properties": properties}))
    assert azure.arm("PUT", path, {"location": "westeurope", "properties": {**properties, "enablePurgeProtection": False}}).status_code == 400
    ours = client(azure, Vault(id=made["id"], uri=made["properties"]["vaultUri"]), identities.ADMIN)
    ours.set_secret("db", "one")
    ours.begin_delete_secret("db").wait()
    with pytest.raises(HttpResponseError, match="purge protection"):
        ours.purge_deleted_secret("db")
    ours.begin_recover_deleted_secret("db").wait()
    assert ours.get_secret("db").value == "one"
