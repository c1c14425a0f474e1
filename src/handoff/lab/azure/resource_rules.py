"""What the other types ask of a write, and what they add to it."""

from __future__ import annotations

import base64
import re
import secrets
import uuid
from typing import TYPE_CHECKING

from handoff.lab.azure import identity_rules
from handoff.lab.azure.refusals import ArmRefusal
from handoff.lab.azure.world import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.lab.azure.draft import Draft
    from handoff.lab.azure.world import Record


def group(draft: Draft) -> None:
    """A resource group asks for nothing but its place."""
    draft.properties["provisioningState"] = "Succeeded"


def workspace(draft: Draft) -> None:
    """A Log Analytics workspace, 30 days of retention unless told otherwise."""
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


def diagnostics(draft: Draft) -> None:
    """At least one sink, which exists."""
    targets = [draft.properties.get(name) for name in ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")]
    if not any(targets):
        raise ArmRefusal(400, "BadRequest", "At least one data sink needs to be specified.")
    for found in targets[:2]:
        if found and found.lower() not in draft.world.table("resources"):
            raise ArmRefusal(404, "ResourceNotFound", f"The Resource '{found}' was not found.")


def storage(draft: Draft) -> None:
    """A storage account, with two keys made at its creation; its data's key is the service's unless a vault's is named and may be used."""
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
    identity_rules.account(draft)
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


def container(draft: Draft) -> None:
    """A blob container; anonymous access only where the account allows it."""
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


def vault(draft: Draft) -> None:
    """A key vault; purge protection once on stays on."""
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


def with_children(child_type: str, field: str) -> Callable[[Draft], None]:
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


def virtual_network(draft: Draft) -> None:
    """A virtual network with an address space."""
    if not (draft.properties.get("addressSpace") or {}).get("addressPrefixes"):
        raise ArmRefusal(400, "InvalidRequestFormat", "A virtual network takes addressSpace.addressPrefixes.")
    with_children("Microsoft.Network/virtualNetworks/subnets", "subnets")(draft)


def budget(draft: Draft) -> None:
    """A budget; nothing is ever spent in the lab."""
    draft.need("category", "amount", "timeGrain", "timePeriod")
    draft.properties["currentSpend"] = {"amount": 0, "unit": "EUR"}
    draft.record["eTag"] = f'"{secrets.token_hex(8)}"'


def recovery_vault(draft: Draft) -> None:
    """A Recovery Services vault."""
    if not (draft.record.get("sku") or {}).get("name"):
        raise ArmRefusal(400, "InvalidRequestContent", "A Recovery Services vault takes 'sku.name'.")
    draft.properties.update(provisioningState="Succeeded")
    draft.record["etag"] = f'W/"{uuid.uuid4()}"'
