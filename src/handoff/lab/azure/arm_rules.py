"""What each ARM type asks of a write, and what it adds to what was sent: one function per type, `(draft) -> None`."""

from __future__ import annotations

import base64
import re
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.lab.azure import guards, rbac
from handoff.lab.azure.graph_links import objects
from handoff.lab.azure.refusals import ArmRefusal
from handoff.lab.azure.roles import BUILT_IN, OWNER
from handoff.lab.azure.world import stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handoff.lab.azure.arm_ids import Target
    from handoff.lab.azure.caller import Caller
    from handoff.lab.azure.world import Record, World

_KINDS = {"user": "User", "group": "Group", "servicePrincipal": "ServicePrincipal"}


@dataclass(slots=True, kw_only=True)
class Draft:
    """A resource about to be stored."""

    world: World
    caller: Caller
    target: Target
    record: Record
    old: Record | None

    @property
    def properties(self) -> Record:
        """The `properties` to be stored."""
        found: Record = self.record["properties"]
        return found

    def need(self, *names: str) -> None:
        """These properties are required."""
        for name in names:
            if self.properties.get(name) in (None, "", [], {}):
                raise ArmRefusal(400, "InvalidRequestContent", f"The required property '{name}' of '{self.target.type}' is missing.")


def _group(draft: Draft) -> None:
    draft.properties["provisioningState"] = "Succeeded"


def _role_assignment(draft: Draft) -> None:
    draft.need("roleDefinitionId", "principalId")
    world, properties, scope = draft.world, draft.properties, draft.target.scope
    if rbac.definition(world, properties["roleDefinitionId"]) is None:
        raise ArmRefusal(
            400, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{properties['roleDefinitionId'].rpartition('/')[2]}' does not exist."
        )
    if properties.get("condition"):
        raise ArmRefusal(400, "InvalidCreateRoleAssignmentRequest", "The lab does not evaluate conditions of role assignments, so it does not take them.")
    tenant = rbac.tenant_of(world, scope) or draft.caller.tenant
    kind = next((_KINDS.get(noun) for noun, r in objects(world, tenant) if r["id"] == properties["principalId"]), None)
    if kind is None:
        raise ArmRefusal(
            400,
            "PrincipalNotFound",
            f"Principal {properties['principalId'].replace('-', '')} does not exist in the directory {tenant}. Check that you have the correct principal ID.",
        )
    if draft.old is not None:
        if (draft.old["properties"]["principalId"], _guid(draft.old)) != (properties["principalId"], _guid(draft.record)):
            raise ArmRefusal(400, "RoleAssignmentUpdateNotPermitted", "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
    else:
        for other in world.table("resources").values():
            same = other["type"].lower() == rbac.ASSIGNMENTS and other["_scope"].lower() == scope.lower()
            if same and (other["properties"]["principalId"], _guid(other)) == (properties["principalId"], _guid(draft.record)):
                raise ArmRefusal(
                    409,
                    "RoleAssignmentExists",
                    f"The role assignment already exists. The ID of the existing role assignment is {other['name'].replace('-', '')}.",
                )
    subscription = rbac.subscription_of(scope)
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    before = draft.old["properties"] if draft.old else {}
    properties.update(
        roleDefinitionId=f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{properties['roleDefinitionId'].rpartition('/')[2]}",
        principalType=kind,
        scope=scope,
        createdOn=before.get("createdOn") or stamp(),
        createdBy=before.get("createdBy") or draft.caller.object_id,
        updatedOn=stamp(),
        updatedBy=draft.caller.object_id,
    )


def _guid(record: Record) -> str:
    return str(record["properties"]["roleDefinitionId"]).rpartition("/")[2].lower()


def _role_definition(draft: Draft) -> None:
    draft.need("roleName", "permissions", "assignableScopes")
    if draft.target.names[-1].lower() in BUILT_IN:
        raise ArmRefusal(403, "RoleDefinitionUpdateNotPermitted", "A built-in role cannot be changed.")
    for permission in draft.properties["permissions"]:
        for name in ("actions", "notActions", "dataActions", "notDataActions"):
            permission.setdefault(name, [])
    draft.properties.update(type="CustomRole", createdOn=stamp(), updatedOn=stamp(), createdBy=draft.caller.object_id, updatedBy=draft.caller.object_id)


def _policy_assignment(draft: Draft) -> None:
    draft.need("policyDefinitionId")
    guid = draft.properties["policyDefinitionId"].rpartition("/")[2].lower()
    known = guards.DEFINITIONS.get(guid)
    if known is None:
        raise ArmRefusal(
            404,
            "PolicyDefinitionNotFound",
            f"The policy definition '{draft.properties['policyDefinitionId']}' is not one the lab knows: {sorted(guards.DEFINITIONS)}.",
        )
    if known["parameter"] and "value" not in ((draft.properties.get("parameters") or {}).get(known["parameter"]) or {}):
        raise ArmRefusal(400, "MissingPolicyParameter", f"The policy assignment '{draft.target.names[-1]}' is missing the parameter '{known['parameter']}'.")
    draft.properties.update(scope=draft.target.scope, enforcementMode=draft.properties.get("enforcementMode") or "Default")


def _lock(draft: Draft) -> None:
    if draft.properties.get("level") not in {"CanNotDelete", "ReadOnly"}:
        raise ArmRefusal(400, "InvalidLock", "The lock level is 'CanNotDelete' or 'ReadOnly'.")


def _registration_definition(draft: Draft) -> None:
    draft.need("managedByTenantId", "authorizations")
    world, properties = draft.world, draft.properties
    manager = world.table("tenants").get(properties["managedByTenantId"])
    managed = rbac.tenant_of(world, draft.target.scope)
    if manager is None or managed is None or manager["id"] == managed:
        raise ArmRefusal(
            400, "InvalidRegistrationDefinitionRequest", f"'{properties['managedByTenantId']}' is not another tenant that could manage this subscription."
        )
    for authorization in [*properties["authorizations"], *(properties.get("eligibleAuthorizations") or [])]:
        role = BUILT_IN.get(str(authorization.get("roleDefinitionId", "")).lower())
        # source: https://learn.microsoft.com/azure/lighthouse/concepts/tenants-users-roles (read 2026-11-22): built-in roles only, no Owner, no data actions
        if role is None or authorization["roleDefinitionId"].lower() == OWNER or any(p["dataActions"] for p in role["permissions"]):
            raise ArmRefusal(
                400,
                "InvalidRegistrationDefinitionRequest",
                f"The role '{authorization.get('roleDefinitionId')}' cannot be delegated: a built-in role other than Owner, without data actions, is needed.",
            )
        if not authorization.get("principalId"):
            raise ArmRefusal(400, "InvalidRegistrationDefinitionRequest", "Every authorization takes a principalId.")
    properties.update(
        managedByTenantName=manager["displayName"],
        manageeTenantId=managed,
        manageeTenantName=world.table("tenants")[managed]["displayName"],
        provisioningState="Succeeded",
    )
    for assignment in world.table("resources").values():
        if assignment["type"].lower() == rbac.DELEGATIONS and assignment["properties"]["registrationDefinitionId"].lower() == draft.target.key:
            assignment["_definition"] = properties


def _registration_assignment(draft: Draft) -> None:
    draft.need("registrationDefinitionId")
    held = draft.world.table("resources").get(draft.properties["registrationDefinitionId"].lower())
    if held is None:
        raise ArmRefusal(404, "RegistrationDefinitionNotFound", f"The registration definition '{draft.properties['registrationDefinitionId']}' was not found.")
    draft.properties.pop("registrationDefinition", None)
    draft.properties["provisioningState"] = "Succeeded"
    draft.record["_definition"] = held["properties"]


def _workspace(draft: Draft) -> None:
    before = draft.old["properties"] if draft.old else {}
    draft.properties.setdefault("sku", {"name": "PerGB2018"})
    draft.properties.setdefault("retentionInDays", 30)
    for name in ("publicNetworkAccessForIngestion", "publicNetworkAccessForQuery"):
        draft.properties.setdefault(name, "Enabled")
    draft.properties.update(
        provisioningState="Succeeded",
        customerId=before.get("customerId") or str(uuid.uuid4()),
        createdDate=before.get("createdDate") or stamp(),
        modifiedDate=stamp(),
    )


def _diagnostics(draft: Draft) -> None:
    targets = [draft.properties.get(name) for name in ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")]
    if not any(targets):
        raise ArmRefusal(400, "BadRequest", "At least one data sink needs to be specified.")
    for found in targets[:2]:
        if found and found.lower() not in draft.world.table("resources"):
            raise ArmRefusal(404, "ResourceNotFound", f"The Resource '{found}' was not found.")


def _storage(draft: Draft) -> None:
    world, name, properties, old = draft.world, draft.target.names[-1], draft.properties, draft.old
    if not re.fullmatch(r"[a-z0-9]{3,24}", name):
        raise ArmRefusal(
            400,
            "AccountNameInvalid",
            f"{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.",
        )
    if any(
        r["type"].lower() == "microsoft.storage/storageaccounts" and r["name"] == name and r["id"].lower() != draft.target.key
        for r in world.table("resources").values()
    ):
        raise ArmRefusal(409, "StorageAccountAlreadyTaken", f"The storage account named {name} is already taken.")
    if not (draft.record.get("sku") or {}).get("name") or not draft.record.get("kind"):
        raise ArmRefusal(400, "InvalidRequestContent", "A storage account takes 'sku.name' and 'kind'.")
    now = stamp()
    draft.record["sku"]["tier"] = draft.record["sku"]["name"].partition("_")[0]
    held = world.table("storageKeys").setdefault(
        name, {"keys": [{"keyName": key, "value": fresh_key(), "creationTime": now} for key in ("key1", "key2")], "_epoch": secrets.token_hex(16)}
    )
    for field, value in {"supportsHttpsTrafficOnly": True, "allowBlobPublicAccess": False, "minimumTlsVersion": "TLS1_2", "accessTier": "Hot"}.items():
        properties.setdefault(field, value)
    properties.setdefault(
        "encryption", {"services": {"blob": {"enabled": True, "keyType": "Account", "lastEnabledTime": now}}, "keySource": "Microsoft.Storage"}
    )
    properties.setdefault("networkAcls", {"bypass": "AzureServices", "virtualNetworkRules": [], "ipRules": [], "defaultAction": "Allow"})
    properties.update(
        provisioningState="Succeeded",
        creationTime=old["properties"]["creationTime"] if old else now,
        keyCreationTime={key["keyName"]: key["creationTime"] for key in held["keys"]},
        primaryLocation=draft.record["location"],
        statusOfPrimary="available",
        primaryEndpoints={"blob": f"{world.url}/blob/{name}/"},
    )


def fresh_key() -> str:
    """A new storage account key: 64 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(64)).decode("ascii")


def _container(draft: Draft) -> None:
    name = draft.target.names[-1]
    if not re.fullmatch(r"[a-z0-9](?:-?[a-z0-9]){2,62}", name):
        raise ArmRefusal(400, "ContainerNameInvalid", f"'{name}' is not a valid container name.")
    parent = draft.target.id.split("/blobServices/")[0].lower()
    account = draft.world.table("resources")[parent]["properties"]
    describe_container(draft.properties)
    if draft.properties["publicAccess"] != "None" and not account["allowBlobPublicAccess"]:
        raise ArmRefusal(409, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.")


def describe_container(properties: Record) -> None:
    """What ARM says of every container."""
    properties.setdefault("publicAccess", "None")
    properties.update(
        deleted=False,
        remainingRetentionDays=0,
        defaultEncryptionScope="$account-encryption-key",
        denyEncryptionScopeOverride=False,
        leaseStatus="Unlocked",
        leaseState="Available",
        lastModifiedTime=stamp(),
        hasImmutabilityPolicy=False,
        hasLegalHold=False,
    )


def _vault(draft: Draft) -> None:
    draft.need("tenantId", "sku")
    name, properties, old = draft.target.names[-1], draft.properties, draft.old
    if not re.fullmatch(r"[A-Za-z](?:-?[A-Za-z0-9]){2,23}", name):
        raise ArmRefusal(400, "VaultNameNotValid", f"The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters.")
    if any(
        r["type"].lower() == "microsoft.keyvault/vaults" and r["name"].lower() == name.lower() and r["id"].lower() != draft.target.key
        for r in draft.world.table("resources").values()
    ):
        raise ArmRefusal(409, "VaultAlreadyExists", f"The name '{name}' is already in use.")
    if old and old["properties"].get("enablePurgeProtection") and properties.get("enablePurgeProtection") is False:
        raise ArmRefusal(
            400,
            "BadRequest",
            'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
        )
    properties.pop("createMode", None)
    if properties.get("enablePurgeProtection") is False:
        properties.pop("enablePurgeProtection")
    for field, value in {
        "accessPolicies": [],
        "enabledForDeployment": False,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enableRbacAuthorization": False,
        "publicNetworkAccess": "Enabled",
    }.items():
        properties.setdefault(field, value)
    properties.update(provisioningState="Succeeded", vaultUri=f"{draft.world.url}/vault/{name}/")


def _with_children(child_type: str, field: str) -> Callable[[Draft], None]:
    """Types that hold a list of named sub-resources, each with its own id."""

    def rule(draft: Draft) -> None:
        for child in draft.properties.get(field) or []:
            if not child.get("name"):
                raise ArmRefusal(400, "InvalidRequestFormat", f"Every entry of '{field}' takes a name.")
            child["id"] = f"{draft.target.id}/{field}/{child['name']}"
            child["type"] = child_type
            child.setdefault("properties", {})["provisioningState"] = "Succeeded"
        draft.properties.setdefault(field, [])
        draft.properties.update(
            provisioningState="Succeeded", resourceGuid=(draft.old or {"properties": {}})["properties"].get("resourceGuid") or str(uuid.uuid4())
        )
        draft.record["etag"] = f'W/"{uuid.uuid4()}"'

    return rule


def _virtual_network(draft: Draft) -> None:
    if not (draft.properties.get("addressSpace") or {}).get("addressPrefixes"):
        raise ArmRefusal(400, "InvalidRequestFormat", "A virtual network takes addressSpace.addressPrefixes.")
    _with_children("Microsoft.Network/virtualNetworks/subnets", "subnets")(draft)


def _budget(draft: Draft) -> None:
    draft.need("category", "amount", "timeGrain", "timePeriod")
    draft.properties["currentSpend"] = {"amount": 0, "unit": "EUR"}
    draft.record["eTag"] = f'"{secrets.token_hex(8)}"'


def _recovery_vault(draft: Draft) -> None:
    if not (draft.record.get("sku") or {}).get("name"):
        raise ArmRefusal(400, "InvalidRequestContent", "A Recovery Services vault takes 'sku.name'.")
    draft.properties.update(provisioningState="Succeeded")
    draft.record["etag"] = f'W/"{uuid.uuid4()}"'


RULES: Mapping[str, Callable[[Draft], None]] = {
    "microsoft.resources/resourcegroups": _group,
    "microsoft.authorization/roleassignments": _role_assignment,
    "microsoft.authorization/roledefinitions": _role_definition,
    "microsoft.authorization/policyassignments": _policy_assignment,
    "microsoft.authorization/locks": _lock,
    "microsoft.managedservices/registrationdefinitions": _registration_definition,
    "microsoft.managedservices/registrationassignments": _registration_assignment,
    "microsoft.operationalinsights/workspaces": _workspace,
    "microsoft.insights/diagnosticsettings": _diagnostics,
    "microsoft.storage/storageaccounts": _storage,
    "microsoft.storage/storageaccounts/blobservices/containers": _container,
    "microsoft.keyvault/vaults": _vault,
    "microsoft.network/virtualnetworks": _virtual_network,
    "microsoft.network/networksecuritygroups": _with_children("Microsoft.Network/networkSecurityGroups/securityRules", "securityRules"),
    "microsoft.consumption/budgets": _budget,
    "microsoft.recoveryservices/vaults": _recovery_vault,
}
"""By type in lower case; a type without an entry takes what its properties allow."""
