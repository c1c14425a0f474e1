"""Where backups are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import recoveryservices

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsArgs:
    """Name and place."""

    vault_name: str
    location: str
    group_name: pulumi.Output[str]
    tags: Mapping[str, str]


class Backups(pulumi.ComponentResource):
    """A recovery vault whose copies stay in the zones of its region: the vendor's default is geo-redundant."""

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:Backups", name, None, opts)
        vault = recoveryservices.Vault(
            name,
            vault_name=args.vault_name,
            resource_group_name=args.group_name,
            location=args.location,
            sku={"name": "RS0", "tier": "Standard"},
            properties={
                "public_network_access": "Enabled",
                "redundancy_settings": {"standard_tier_storage_redundancy": "ZoneRedundant", "cross_region_restore": "Disabled"},
            },
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.vault_id: pulumi.Output[str] = vault.id
        self.register_outputs({"vaultId": self.vault_id})
