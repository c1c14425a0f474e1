"""The use of the client's key by another party, through a group that the client can empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_azuread
from pulumi_azure_native import authorization

from stacks.components.azure import roles

if TYPE_CHECKING:
    from stacks.settings import Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUseArgs:
    """One grant and the vault whose keys it may use."""

    grant: Grant
    group_name: str
    subscription: str
    vault_id: pulumi.Output[str]
    entra: pulumi.ProviderResource


class KeyUse(pulumi.ComponentResource):
    """A group in the client's tenant with the right to use, not to manage, the keys. The client puts members in. Groups carry no tags, so the description says whose it is, with an address to ask."""

    def __init__(self, name: str, args: KeyUseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:KeyUse", name, None, opts)
        mark = f"handoff:party={args.grant.holder} handoff:grant={args.grant.purpose} expires={args.grant.expires}"
        group = pulumi_azuread.Group(
            name,
            display_name=args.group_name,
            description=" ".join((mark, *args.grant.party.contacts[:1])),
            security_enabled=True,
            prevent_duplicate_names=True,
            opts=pulumi.ResourceOptions(parent=self, provider=args.entra),
        )
        assignment = authorization.RoleAssignment(
            name,
            role_assignment_name=roles.stable_id(args.subscription, args.group_name, "key-use"),
            scope=args.vault_id,
            role_definition_id=roles.definition(args.subscription, roles.VAULT_CRYPTO_USER),
            principal_id=group.object_id,
            principal_type="Group",
            description=mark,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.group_id: pulumi.Output[str] = group.object_id
        self.assignment_id: pulumi.Output[str] = assignment.id
        self.register_outputs({"groupId": self.group_id, "assignmentId": self.assignment_id})
