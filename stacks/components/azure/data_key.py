"""The client's key as storage accounts use it: through an identity of the client's that nobody holds a credential of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import authorization, managedidentity

from stacks.components.azure import roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.components.azure.client_vault import ClientVault


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKeyArgs:
    """Whose key, and where its identity lives."""

    identity_name: str
    subscription: str
    location: str
    group_name: pulumi.Output[str]
    vault: ClientVault
    tags: Mapping[str, str]


class DataKey(pulumi.ComponentResource):
    """The identity and its right to wrap and unwrap with the vault's keys; whoever uses the key depends on this component, so that the right is there first and goes last."""

    def __init__(self, name: str, args: DataKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:DataKey", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        identity = managedidentity.UserAssignedIdentity(
            name,
            resource_name_=args.identity_name,
            resource_group_name=args.group_name,
            location=args.location,
            tags=args.tags,
            opts=inside,
        )
        authorization.RoleAssignment(
            name,
            role_assignment_name=roles.stable_id(args.subscription, args.identity_name, "data-key"),
            scope=args.vault.vault_id,
            role_definition_id=roles.definition(args.subscription, roles.VAULT_CRYPTO_SERVICE_USER),
            principal_id=identity.principal_id,
            principal_type="ServicePrincipal",
            opts=inside,
        )
        self.identity_id: pulumi.Output[str] = identity.id
        self.key_name: pulumi.Output[str] = args.vault.key_name
        self.key_uri: pulumi.Output[str] = pulumi.Output.concat(args.vault.vault_uri, "keys/", args.vault.key_name)
        """Without a version: whoever uses it follows the key's rotation."""
        self.vault_uri: pulumi.Output[str] = args.vault.vault_uri
        self.register_outputs({"identityId": self.identity_id})
