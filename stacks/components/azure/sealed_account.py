"""A storage account that answers one network only, stays in its region, keeps what is deleted and is encrypted with the client's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import storage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.components.azure.data_key import DataKey

ZONE_REDUNDANT = "Standard_ZRS"
"""Copies in the zones of one region; the geo-redundant kinds copy to a paired region, which the residency terms may not allow."""
KEPT_DAYS = 35
"""How long deleted blobs and containers come back."""
SERVICES = ("blob", "file", "queue", "table")
"""Queues and tables are under the account's key only when that is said at its creation.

source: https://learn.microsoft.com/azure/storage/common/account-encryption-key-create (read 2026-11-22)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAccountArgs:
    """Which account, and where."""

    account_name: str
    location: str
    group_name: pulumi.Output[str]
    subnet_id: pulumi.Output[str]
    """The only network that it answers, besides Azure's own services."""
    account_keys: bool
    """Whether the account takes its own keys. Only estates that show how an exit ends them need that."""
    key: DataKey
    tags: Mapping[str, str]


class SealedAccount(pulumi.ComponentResource):
    """The account with the settings without which it must not exist."""

    def __init__(self, name: str, args: SealedAccountArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:SealedAccount", name, None, opts)
        account = storage.StorageAccount(
            name,
            account_name=args.account_name,
            resource_group_name=args.group_name,
            location=args.location,
            kind="StorageV2",
            sku={"name": ZONE_REDUNDANT},
            allow_blob_public_access=False,
            allow_cross_tenant_replication=False,
            allow_shared_key_access=args.account_keys,
            allowed_copy_scope="AAD",
            network_rule_set={
                "bypass": "AzureServices",
                "default_action": "Deny",
                "virtual_network_rules": [{"virtual_network_resource_id": args.subnet_id}],
            },
            enable_https_traffic_only=True,
            minimum_tls_version="TLS1_2",
            identity={"type": storage.IdentityType.USER_ASSIGNED, "user_assigned_identities": [args.key.identity_id]},
            encryption={
                "key_source": storage.KeySource.MICROSOFT_KEYVAULT,
                # Without a version: Azure follows the key's rotation.
                "key_vault_properties": {"key_name": args.key.key_name, "key_vault_uri": args.key.vault_uri},
                "encryption_identity": {"encryption_user_assigned_identity": args.key.identity_id},
                "require_infrastructure_encryption": True,
                "services": {service: {"enabled": True, "key_type": storage.KeyType.ACCOUNT} for service in SERVICES},
            },
            tags={**args.tags, "handoff:reason": "shows how an exit ends account keys"} if args.account_keys else args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.key]),
        )
        storage.BlobServiceProperties(
            name,
            account_name=args.account_name,
            blob_services_name="default",
            resource_group_name=args.group_name,
            delete_retention_policy={"enabled": True, "days": KEPT_DAYS},
            container_delete_retention_policy={"enabled": True, "days": KEPT_DAYS},
            is_versioning_enabled=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )
        self.account_id: pulumi.Output[str] = account.id
        self.account_name: pulumi.Output[str] = account.name
        self.register_outputs({"accountId": self.account_id, "accountName": self.account_name})
