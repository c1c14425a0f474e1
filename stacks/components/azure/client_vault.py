"""The client's key vault and the key of its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import authorization, keyvault

from stacks.components.azure import roles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROTATION = {"attributes": {"expiry_time": "P2Y"}, "lifetime_actions": [{"action": {"type": "rotate"}, "trigger": {"time_after_create": "P1Y"}}]}
KEPT_DAYS = 90
SHORTEST_KEPT_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientVaultArgs:
    """Where, whose and for what."""

    vault_name: str
    subscription: str
    tenant: str
    location: str
    group_name: pulumi.Output[str]
    subnet_id: pulumi.Output[str]
    """The only network that it answers, besides Azure's own services."""
    administrators: Sequence[str]
    """Object ids of the client's people."""
    disposable: bool
    tags: Mapping[str, str]


class ClientVault(pulumi.ComponentResource):
    """Only the client's people administer it, through RBAC; deleted keys come back for 90 days (7 in a disposable estate) and nobody can purge them before."""

    def __init__(self, name: str, args: ClientVaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:ClientVault", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        vault = keyvault.Vault(
            name,
            vault_name=args.vault_name,
            resource_group_name=args.group_name,
            location=args.location,
            properties={
                "tenant_id": args.tenant,
                "sku": {"family": "A", "name": "standard"},
                "enable_rbac_authorization": True,
                "enable_soft_delete": True,
                "soft_delete_retention_in_days": SHORTEST_KEPT_DAYS if args.disposable else KEPT_DAYS,
                # Storage accounts take keys only of a vault that nobody can purge; a disposable one is shorter in its wait.
                "enable_purge_protection": True,
                "network_acls": {"bypass": "AzureServices", "default_action": "Deny", "virtual_network_rules": [{"id": args.subnet_id}]},
            },
            tags=args.tags,
            opts=inside,
        )
        administrators = [
            authorization.RoleAssignment(
                f"{name}-administrator-{number}",
                role_assignment_name=roles.stable_id(args.subscription, args.vault_name, principal),
                scope=vault.id,
                role_definition_id=roles.definition(args.subscription, roles.VAULT_ADMINISTRATOR),
                principal_id=principal,
                opts=pulumi.ResourceOptions(parent=self, transformations=[roles.untyped_principal]),
            )
            for number, principal in enumerate(args.administrators)
        ]
        key = keyvault.Key(
            name,
            key_name="data",
            vault_name=vault.name,
            resource_group_name=args.group_name,
            properties={"kty": "RSA", "key_size": 3072, "key_ops": ["encrypt", "decrypt", "wrapKey", "unwrapKey"], "rotation_policy": ROTATION},
            tags=args.tags,
            # Only an administrator can delete a key, so on the way down the key goes before the roles.
            opts=pulumi.ResourceOptions(parent=self, depends_on=administrators),
        )
        self.vault_id: pulumi.Output[str] = vault.id
        self.vault_name: pulumi.Output[str] = vault.name
        self.vault_uri: pulumi.Output[str] = vault.properties.apply(lambda found: found.vault_uri or "")
        self.key_id: pulumi.Output[str] = key.id
        self.key_name: pulumi.Output[str] = key.name
        self.register_outputs({"vaultId": self.vault_id, "keyId": self.key_id})
