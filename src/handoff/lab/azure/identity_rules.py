"""Managed identities, and the storage accounts that use a key of a vault through one.

source: https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview (read 2026-11-22): the vault is protected against purging,
and the account's identity may read, wrap and unwrap with the key.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from handoff.lab.azure import graph_links, rbac
from handoff.lab.azure.caller import Caller, principals_of
from handoff.lab.azure.refusals import ArmRefusal
from handoff.lab.azure.world import stamp

if TYPE_CHECKING:
    from handoff.lab.azure.draft import Draft
    from handoff.lab.azure.world import Record, World

IDENTITIES = "microsoft.managedidentity/userassignedidentities"
_RBAC_ACTIONS = ("read", "wrap/action", "unwrap/action")
_POLICY_NAMES = frozenset({"get", "wrapkey", "unwrapkey"})


def user_assigned(draft: Draft) -> None:
    """A managed identity: a service principal without application or credential in the tenant of its subscription, which lives as long as the identity."""
    world, before = draft.world, draft.old["properties"] if draft.old else {}
    tenant = rbac.tenant_of(world, draft.target.scope) or draft.caller.tenant
    principal, client = before.get("principalId") or str(uuid.uuid4()), before.get("clientId") or str(uuid.uuid4())
    draft.properties.update(principalId=principal, clientId=client, tenantId=tenant)
    if draft.old is not None:
        return
    # source: https://learn.microsoft.com/graph/api/resources/serviceprincipal (read 2026-11-22): appOwnerOrganizationId is of applications only.
    world.table("servicePrincipals")[principal] = {
        "id": principal,
        "_tenant": tenant,
        "createdDateTime": stamp(),
        "deletedDateTime": None,
        "accountEnabled": True,
        "appId": client,
        "appDisplayName": None,
        "displayName": draft.target.names[-1],
        "appOwnerOrganizationId": None,
        "servicePrincipalType": "ManagedIdentity",
        "servicePrincipalNames": [client],
        "alternativeNames": ["isExplicit=True", draft.target.id],
        "tags": [],
        "passwordCredentials": [],
        "keyCredentials": [],
        "_federated": [],
        "_owners": [],
    }


def gone(world: World, record: Record) -> None:
    """The identity was deleted, so its service principal goes."""
    principal = record["properties"]["principalId"]
    world.table("servicePrincipals").pop(principal, None)
    graph_links.forget(world, [principal])


def account(draft: Draft) -> None:
    """What a storage account says of its identity and of its key holds, or the write is refused."""
    identity = draft.record.get("identity") or {}
    held = identity.get("userAssignedIdentities") or {}
    if bool(held) != ("UserAssigned" in str(identity.get("type"))) or len(held) > 1:
        raise ArmRefusal(
            400, "InvalidRequestContent", "A storage account of identity type 'UserAssigned' names one identity in 'userAssignedIdentities', others none."
        )
    for one in held:
        found = draft.world.table("resources").get(one.lower())
        if found is None or found["type"].lower() != IDENTITIES:
            raise ArmRefusal(404, "FailedIdentityOperation", f"The managed identity '{one}' was not found.")
        held[one] = {"principalId": found["properties"]["principalId"], "clientId": found["properties"]["clientId"]}
    encryption = draft.properties.get("encryption") or {}
    if str(encryption.get("keySource") or "").lower() == "microsoft.keyvault":
        _check_key(draft, encryption, {one.lower(): found["principalId"] for one, found in held.items()})


def _check_key(draft: Draft, encryption: Record, held: dict[str, str]) -> None:
    world, key = draft.world, encryption.get("keyvaultproperties") or {}
    if not key.get("keyname") or not key.get("keyvaulturi"):
        raise ArmRefusal(400, "InvalidRequestContent", "Encryption by 'Microsoft.Keyvault' takes 'keyvaultproperties' with 'keyname' and 'keyvaulturi'.")
    wanted = str((encryption.get("identity") or {}).get("userAssignedIdentity") or "")
    principal = held.get(wanted.lower())
    if principal is None:
        raise ArmRefusal(400, "InvalidRequestContent", f"The identity '{wanted}' of 'encryption.identity' is none of the account's own: {sorted(held)}.")
    vault = _vault(world, str(key["keyvaulturi"]))
    if vault is None:
        raise ArmRefusal(404, "KeyVaultVaultNotFound", f"The operation failed because the key vault '{key['keyvaulturi']}' is not found.")
    if not (vault["properties"].get("enableSoftDelete") and vault["properties"].get("enablePurgeProtection")):
        raise ArmRefusal(400, "KeyVaultPolicyError", f"The key vault '{vault['name']}' has to be protected by soft delete and purge protection.")
    found = world.table("keys").get(f"{vault['name'].lower()}/{key['keyname'].lower()}")
    versions = [v for v in (found or {}).get("versions", []) if key.get("keyversion") in (None, "", v["version"]) and v["attributes"]["enabled"]]
    if found is None or found["deleted"] or not versions:
        raise ArmRefusal(404, "KeyVaultKeyNotFound", f"The key '{key['keyname']}' is not in the key vault '{vault['name']}', or not enabled.")
    if not _may_use(world, vault, found["name"], principal):
        raise ArmRefusal(
            403,
            "KeyVaultAuthenticationFailure",
            f"The operation failed because of authentication issue on the keyvault: '{principal}' may not read, wrap and unwrap with '{found['name']}' of '{vault['name']}'.",
        )
    key["currentVersionedKeyIdentifier"] = f"https://{vault['name']}.vault.azure.net/keys/{found['name']}/{versions[-1]['version']}"
    key["lastKeyRotationTimestamp"] = stamp()


def _vault(world: World, uri: str) -> Record | None:
    wanted = uri.rstrip("/").lower()
    vaults = (r for r in world.table("resources").values() if r["type"].lower() == "microsoft.keyvault/vaults")
    return next((r for r in vaults if wanted in {str(r["properties"]["vaultUri"]).rstrip("/").lower(), f"https://{r['name']}.vault.azure.net".lower()}), None)


def _may_use(world: World, vault: Record, key: str, principal: str) -> bool:
    tenant = vault["properties"]["tenantId"]
    if vault["properties"]["enableRbacAuthorization"]:
        caller = Caller(tenant=tenant, object_id=principal, app_id="", is_root=False, claims={})
        return all(rbac.permits(world, caller, f"Microsoft.KeyVault/vaults/keys/{verb}", f"{vault['id']}/keys/{key}", data=True) for verb in _RBAC_ACTIONS)
    mine = principals_of(world, principal)
    policies = [p for p in vault["properties"]["accessPolicies"] if p["tenantId"] == tenant and p["objectId"] in mine]
    allowed = {str(verb).lower() for p in policies for verb in (p.get("permissions") or {}).get("keys", [])}
    return "all" in allowed or allowed >= _POLICY_NAMES
