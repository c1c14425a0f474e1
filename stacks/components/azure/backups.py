"""Where backups are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import authorization, recoveryservices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.components.azure.data_key import DataKey


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsArgs:
    """Name and place."""

    vault_name: str
    location: str
    group_name: pulumi.Output[str]
    key: DataKey
    tags: Mapping[str, str]


class Backups(pulumi.ComponentResource):
    """A locked recovery vault under the client's key, closed to the public, whose copies stay in the zones of its region: the vendor's default is geo-redundant."""

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:Backups", name, None, opts)
        vault = recoveryservices.Vault(
            name,
            vault_name=args.vault_name,
            resource_group_name=args.group_name,
            location=args.location,
            sku={"name": "RS0", "tier": "Standard"},
            identity={"type": "UserAssigned", "user_assigned_identities": [args.key.identity_id]},
            properties={
                "public_network_access": "Disabled",
                "security_settings": {"immutability_settings": {"state": "Unlocked"}},
                "encryption": {
                    "infrastructure_encryption": "Enabled",
                    "kek_identity": {"use_system_assigned_identity": False, "user_assigned_identity": args.key.identity_id},
                    "key_vault_properties": {"key_uri": args.key.key_uri},
                },
                "redundancy_settings": {"standard_tier_storage_redundancy": "ZoneRedundant", "cross_region_restore": "Disabled"},
            },
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.key]),
        )
        authorization.ManagementLockByScope(
            name,
            lock_name="kept",
            scope=vault.id,
            level="CanNotDelete",
            notes="Backups are the client's; the lock goes before the vault does.",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.vault_id: pulumi.Output[str] = vault.id
        self.register_outputs({"vaultId": self.vault_id})
