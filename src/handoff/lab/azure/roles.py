"""Built-in roles with their real ids and permissions.

source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (read 2026-11-22)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
USER_ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
BLOB_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
STORAGE_ACCOUNT_CONTRIBUTOR = "17d1049b-9a84-46fb-8f53-869881c3d3ab"
VAULT_ADMINISTRATOR = "00482a5a-887f-4fb3-b363-3b7fe8e74483"
VAULT_READER = "21090545-7ca7-4776-b22c-e363652d74d2"
VAULT_SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
VAULT_SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
VAULT_CRYPTO_USER = "12338af0-0e69-4776-bea7-57ae8d297424"
VAULT_CRYPTO_SERVICE_USER = "e147488a-f6f5-4113-8e2d-b22465e65bf6"
VAULT_CRYPTO_OFFICER = "14b46e9e-c2b7-41b4-b07b-48a6ebf60603"
REGISTRATION_DELETER = "91c1777a-f3dc-4fae-b103-61d183457e46"
MONITORING_READER = "43d0d8ad-25c7-4714-9337-8ba259a9fe05"
LOG_ANALYTICS_READER = "73c42c96-874c-492b-b04d-ab87d138a893"
BACKUP_OPERATOR = "00c29273-979b-4161-815c-10b084fb9324"

_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_SUPPORT = (
    "Microsoft.Insights/alertRules/*",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
)
_VAULT = (
    "Microsoft.Authorization/*/read",
    *_SUPPORT,
    "Microsoft.KeyVault/checkNameAvailability/read",
    "Microsoft.KeyVault/deletedVaults/read",
    "Microsoft.KeyVault/locations/*/read",
    "Microsoft.KeyVault/vaults/*/read",
    "Microsoft.KeyVault/operations/read",
)


def _role(
    name: str, description: str, actions: Iterable[str], not_actions: Iterable[str] = (), data: Iterable[str] = (), not_data: Iterable[str] = ()
) -> dict[str, Any]:
    permission = {"actions": list(actions), "notActions": list(not_actions), "dataActions": list(data), "notDataActions": list(not_data)}
    return {"roleName": name, "description": description, "type": "BuiltInRole", "assignableScopes": ["/"], "permissions": [permission]}


BUILT_IN: Mapping[str, dict[str, Any]] = {
    OWNER: _role("Owner", "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.", ["*"]),
    CONTRIBUTOR: _role(
        "Contributor",
        "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.",
        ["*"],
        [
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
            "Microsoft.Purview/consents/write",
            "Microsoft.Purview/consents/delete",
        ],
    ),
    READER: _role("Reader", "View all resources, but does not allow you to make any changes.", ["*/read"]),
    USER_ACCESS_ADMINISTRATOR: _role(
        "User Access Administrator", "Lets you manage user access to Azure resources.", ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"]
    ),
    BLOB_OWNER: _role(
        "Storage Blob Data Owner",
        "Allows for full access to Azure Storage blob containers and data, including assigning POSIX access control.",
        [f"{_BLOBS}/*", "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"],
        data=[f"{_BLOBS}/blobs/*"],
    ),
    BLOB_CONTRIBUTOR: _role(
        "Storage Blob Data Contributor",
        "Allows for read, write and delete access to Azure Storage blob containers and data.",
        [f"{_BLOBS}/delete", f"{_BLOBS}/read", f"{_BLOBS}/write", "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"],
        data=[f"{_BLOBS}/blobs/{verb}" for verb in ("delete", "read", "write", "move/action", "add/action")],
    ),
    BLOB_READER: _role(
        "Storage Blob Data Reader",
        "Allows for read access to Azure Storage blob containers and data.",
        [f"{_BLOBS}/read", "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"],
        data=[f"{_BLOBS}/blobs/read"],
    ),
    STORAGE_ACCOUNT_CONTRIBUTOR: _role(
        "Storage Account Contributor",
        "Lets you manage storage accounts, including accessing storage account keys which provide full access to storage account data.",
        ["Microsoft.Authorization/*/read", *_SUPPORT, "Microsoft.Insights/diagnosticSettings/*", "Microsoft.Storage/storageAccounts/*"],
    ),
    VAULT_ADMINISTRATOR: _role(
        "Key Vault Administrator",
        "Perform all data plane operations on a key vault and all objects in it, including certificates, keys, and secrets.",
        _VAULT,
        data=["Microsoft.KeyVault/vaults/*"],
    ),
    VAULT_READER: _role(
        "Key Vault Reader",
        "Read metadata of key vaults and its certificates, keys, and secrets.",
        _VAULT,
        data=["Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"],
    ),
    VAULT_SECRETS_USER: _role(
        "Key Vault Secrets User",
        "Read secret contents.",
        [],
        data=["Microsoft.KeyVault/vaults/secrets/getSecret/action", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"],
    ),
    VAULT_SECRETS_OFFICER: _role(
        "Key Vault Secrets Officer",
        "Perform any action on the secrets of a key vault, except manage permissions.",
        _VAULT,
        data=["Microsoft.KeyVault/vaults/secrets/*"],
    ),
    VAULT_CRYPTO_USER: _role(
        "Key Vault Crypto User",
        "Perform cryptographic operations using keys.",
        [],
        data=[
            f"Microsoft.KeyVault/vaults/keys/{verb}"
            for verb in (
                "read",
                "update/action",
                "backup/action",
                "encrypt/action",
                "decrypt/action",
                "wrap/action",
                "unwrap/action",
                "sign/action",
                "verify/action",
            )
        ],
    ),
    VAULT_CRYPTO_SERVICE_USER: _role(
        "Key Vault Crypto Service Encryption User",
        "Read metadata of keys and perform wrap/unwrap operations.",
        [f"Microsoft.EventGrid/eventSubscriptions/{verb}" for verb in ("write", "read", "delete")],
        data=[f"Microsoft.KeyVault/vaults/keys/{verb}" for verb in ("read", "wrap/action", "unwrap/action")],
    ),
    VAULT_CRYPTO_OFFICER: _role(
        "Key Vault Crypto Officer",
        "Perform any action on the keys of a key vault, except manage permissions.",
        _VAULT,
        data=["Microsoft.KeyVault/vaults/keys/*", "Microsoft.KeyVault/vaults/keyrotationpolicies/*"],
    ),
    REGISTRATION_DELETER: _role(
        "Managed Services Registration assignment Delete Role",
        "Managed Services Registration Assignment Delete Role allows the managing tenant users to delete the registration assignment assigned to their tenant.",
        [
            "Microsoft.ManagedServices/registrationAssignments/read",
            "Microsoft.ManagedServices/registrationAssignments/delete",
            "Microsoft.ManagedServices/operationStatuses/read",
        ],
    ),
    MONITORING_READER: _role(
        "Monitoring Reader", "Can read all monitoring data.", ["*/read", "Microsoft.OperationalInsights/workspaces/search/action", "Microsoft.Support/*"]
    ),
    LOG_ANALYTICS_READER: _role(
        "Log Analytics Reader",
        "Log Analytics Reader can view and search all monitoring data as well as and view monitoring settings.",
        [
            "*/read",
            "Microsoft.OperationalInsights/workspaces/analytics/query/action",
            "Microsoft.OperationalInsights/workspaces/search/action",
            "Microsoft.Support/*",
        ],
        ["Microsoft.OperationalInsights/workspaces/sharedKeys/read"],
    ),
    BACKUP_OPERATOR: _role(
        "Backup Operator",
        "Lets you manage backup services, except removal of backup, vault creation and giving access to others.",
        [
            "Microsoft.Authorization/*/read",
            *_SUPPORT,
            "Microsoft.RecoveryServices/Vaults/read",
            "Microsoft.RecoveryServices/Vaults/backupJobs/*",
            "Microsoft.RecoveryServices/Vaults/usages/read",
        ],
    ),
}
