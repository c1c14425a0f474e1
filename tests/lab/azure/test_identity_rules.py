from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from handoff.lab import identities
from handoff.lab.azure import roles

if TYPE_CHECKING:
    from conftest import Azure, Refused


def made(azure: Azure, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
    return azure.ok(azure.arm("PUT", path, {"location": "westeurope", **body}), status)


@pytest.fixture
def sealed(azure: Azure) -> dict[str, Any]:
    """A vault with a key, and an identity that may use it; `body` is an account under that key."""
    group, name = azure.group(), f"k{uuid.uuid4().hex[:10]}"
    properties = {"tenantId": identities.CLIENT_TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
    vault_path = f"{group}/providers/Microsoft.KeyVault/vaults/{name}"
    vault = made(azure, vault_path, 200, properties={**properties, "enablePurgeProtection": True})
    azure.ok(azure.arm("PUT", f"{vault_path}/keys/data", {"properties": {"kty": "RSA"}}))
    identity = made(azure, f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
    grant = azure.assign(identity["properties"]["principalId"], roles.VAULT_CRYPTO_SERVICE_USER, vault["id"])
    encryption = {
        "keySource": "Microsoft.Keyvault",
        "keyvaultproperties": {"keyname": "data", "keyvaulturi": vault["properties"]["vaultUri"]},
        "identity": {"userAssignedIdentity": identity["id"]},
    }
    body = {
        "location": "westeurope",
        "sku": {"name": "Standard_ZRS"},
        "kind": "StorageV2",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity["id"]: {}}},
        "properties": {"encryption": encryption},
    }
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/{name}"
    return {"account": account, "body": body, "identity": identity, "grant": grant, "vault": vault_path, "group": group, "vault_properties": properties}


def test_an_identity_has_a_service_principal_as_long_as_it_lives(azure: Azure, sealed: dict[str, Any]) -> None:
    principal = sealed["identity"]["properties"]["principalId"]
    shown = azure.ok(azure.graph("GET", f"servicePrincipals/{principal}"))
    assert (shown["servicePrincipalType"], shown["appOwnerOrganizationId"]) == ("ManagedIdentity", None)
    assert shown["appId"] == sealed["identity"]["properties"]["clientId"]
    again = made(azure, sealed["identity"]["id"], 200, tags={"a": "b"})
    assert again["properties"] == sealed["identity"]["properties"]
    azure.ok(azure.arm("DELETE", sealed["identity"]["id"]))
    assert azure.graph("GET", f"servicePrincipals/{principal}").status_code == 404


def test_an_account_takes_a_key_that_its_identity_may_use(azure: Azure, sealed: dict[str, Any], refused: Refused) -> None:
    azure.ok(azure.arm("DELETE", sealed["grant"]))
    azure.assign(sealed["identity"]["properties"]["principalId"], roles.READER, sealed["vault"])
    time.sleep(1.2)  # the removed right goes on for the lag of these tests
    assert refused(azure.arm("PUT", sealed["account"], sealed["body"])) == (403, "KeyVaultAuthenticationFailure")
    assert refused(azure.arm("GET", sealed["account"])) == (404, "ResourceNotFound")
    azure.assign(sealed["identity"]["properties"]["principalId"], roles.VAULT_CRYPTO_SERVICE_USER, sealed["vault"])
    account = azure.ok(azure.arm("PUT", sealed["account"], sealed["body"]))
    assert account["properties"]["encryption"]["keyvaultproperties"]["currentVersionedKeyIdentifier"].rpartition("/")[0].endswith("/keys/data")
    assert account["identity"]["userAssignedIdentities"][sealed["identity"]["id"]]["clientId"] == sealed["identity"]["properties"]["clientId"]


@pytest.mark.parametrize(
    ("part", "change", "answer"),
    [
        ("keyvaultproperties", {"keyname": "other"}, (404, "KeyVaultKeyNotFound")),
        ("keyvaultproperties", {"keyvaulturi": "https://nowhere.vault.azure.net"}, (404, "KeyVaultVaultNotFound")),
        ("keyvaultproperties", {"keyname": ""}, (400, "InvalidRequestContent")),
        ("identity", {"userAssignedIdentity": "/subscriptions/another"}, (400, "InvalidRequestContent")),
    ],
    ids=["no such key", "no such vault", "no key named", "an identity that is not the account's"],
)
def test_what_does_not_hold_is_refused(
    azure: Azure, sealed: dict[str, Any], refused: Refused, part: str, change: dict[str, str], answer: tuple[int, str]
) -> None:
    right = dict(sealed["body"]["properties"]["encryption"][part])
    sealed["body"]["properties"]["encryption"][part].update(change)
    assert refused(azure.arm("PUT", sealed["account"], sealed["body"])) == answer
    sealed["body"]["properties"]["encryption"][part] = right
    azure.ok(azure.arm("PUT", sealed["account"], sealed["body"]))


def test_a_vault_that_can_be_purged_and_an_identity_that_is_not_there(azure: Azure, sealed: dict[str, Any], refused: Refused) -> None:
    loose = f"{sealed['group']}/providers/Microsoft.KeyVault/vaults/l{uuid.uuid4().hex[:10]}"
    vault = made(azure, loose, 200, properties=sealed["vault_properties"])
    sealed["body"]["properties"]["encryption"]["keyvaultproperties"]["keyvaulturi"] = vault["properties"]["vaultUri"]
    assert refused(azure.arm("PUT", sealed["account"], sealed["body"])) == (400, "KeyVaultPolicyError")
    sealed["body"]["identity"]["userAssignedIdentities"] = {f"{sealed['identity']['id']}x": {}}
    assert refused(azure.arm("PUT", sealed["account"], sealed["body"])) == (404, "FailedIdentityOperation")
