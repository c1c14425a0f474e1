"""Storage accounts, what they keep of deleted blobs, and their containers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handoff.lab.provider.azure_native._arm import HEX_NAME, TOP, arm_record, flatten, identities_by_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.lab.provider.record import Context, Properties

_ACCOUNT = (
    {"accessTier", "allowBlobPublicAccess", "allowCrossTenantReplication", "allowSharedKeyAccess", "allowedCopyScope", "customDomain", "dnsEndpointType"}
    | {"azureFilesIdentityBasedAuthentication", "defaultToOAuthAuthentication", "enableExtendedGroups", "enableHttpsTrafficOnly", "enableNfsV3", "encryption"}
    | {"extendedLocation", "identity", "immutableStorageWithVersioning", "isHnsEnabled", "isLocalUserEnabled", "isSftpEnabled", "keyPolicy", "kind"}
    | {"largeFileSharesState", "location", "minimumTlsVersion", "networkRuleSet", "publicNetworkAccess", "routingPreference", "sasPolicy", "sku", "tags"}
)
_WIRE = {"enableHttpsTrafficOnly": "supportsHttpsTrafficOnly", "networkRuleSet": "networkAcls", "enableNfsV3": "isNfsV3Enabled"}
"""SDK name to ARM's. source: https://learn.microsoft.com/rest/api/storagerp/storage-accounts/create (read 2026-11-22)"""
_SDK = {wire: name for name, wire in _WIRE.items()}
_ENCRYPTION_WIRE = (
    {"keyVaultProperties": "keyvaultproperties", "keyName": "keyname", "keyVaultUri": "keyvaulturi", "keyVersion": "keyversion"}
    | {"encryptionIdentity": "identity", "encryptionUserAssignedIdentity": "userAssignedIdentity"}
    | {"encryptionFederatedIdentityClientId": "federatedIdentityClientId"}
)
"""The same inside of `encryption`."""
_ENCRYPTION_SDK = {wire: name for name, wire in _ENCRYPTION_WIRE.items()}
_CONTAINER = {"defaultEncryptionScope", "denyEncryptionScopeOverride", "enableNfsV3AllSquash", "enableNfsV3RootSquash", "immutableStorageWithVersioning"} | {
    "metadata",
    "publicAccess",
}
_ACCOUNTS = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}/providers/Microsoft.Storage/storageAccounts/{accountName}"


def _account(_ctx: Context, inputs: Properties) -> Properties:
    given = {key: value for key, value in inputs.items() if key in _ACCOUNT}
    inner = {_WIRE.get(key, key): value for key, value in given.items() if key not in TOP}
    if "encryption" in inner:
        inner["encryption"] = _renamed(inner["encryption"], _ENCRYPTION_WIRE)
    return {**{key: value for key, value in given.items() if key in TOP}, "properties": inner}


def _shown(answer: Properties) -> Properties:
    found = {_SDK.get(key, key): value for key, value in flatten(answer).items()}
    return {**found, "encryption": _renamed(found.get("encryption"), _ENCRYPTION_SDK)}


def _renamed(value: object, names: Mapping[str, str]) -> object:
    return {names.get(key, key): _renamed(item, names) for key, item in value.items()} if isinstance(value, dict) else value


_STORAGE_ACCOUNT = replace(
    arm_record(
        "azure-native:storage:StorageAccount",
        _ACCOUNTS,
        "2024-01-01",
        handled=_ACCOUNT,
        name_property="accountName",
        naming=HEX_NAME,
        required={"kind", "location", "sku"},
        computed={"creationTime", "keyCreationTime", "primaryEndpoints", "primaryLocation", "provisioningState", "statusOfPrimary"},
        replace_on={"enableNfsV3", "isHnsEnabled", "dnsEndpointType"},
        body=_account,
        outputs=_shown,
    ),
    check=identities_by_id,
)
_BLOBS = {"automaticSnapshotPolicyEnabled", "changeFeed", "containerDeleteRetentionPolicy", "cors", "defaultServiceVersion", "deleteRetentionPolicy"} | {
    "isVersioningEnabled",
    "lastAccessTimeTrackingPolicy",
    "restorePolicy",
}


def _stays(_ctx: Context, _arm_id: str) -> None:
    """Blob settings are a part of their account and go with it: ARM has no DELETE for them."""


RECORDS = (
    _STORAGE_ACCOUNT,
    arm_record(
        "azure-native:storage:BlobServiceProperties",
        f"{_ACCOUNTS}/blobServices/{{blobServicesName}}",
        "2024-01-01",
        handled=_BLOBS,
        remove=_stays,
    ),
    arm_record(
        "azure-native:storage:BlobContainer",
        f"{_ACCOUNTS}/blobServices/default/containers/{{containerName}}",
        "2024-01-01",
        handled=_CONTAINER,
        name_property="containerName",
        computed={"deleted", "hasImmutabilityPolicy", "hasLegalHold", "lastModifiedTime", "leaseState", "leaseStatus", "remainingRetentionDays"},
    ),
)
