"""The client's own way in when every other one fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_azuread

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassArgs:
    """Who belongs to it."""

    group_name: str
    members: Sequence[str]
    """Object ids in the client's tenant."""
    enforced: bool
    """False while the engagement is being set up: the policy then only reports what it would refuse."""
    entra: pulumi.ProviderResource


class BreakGlass(pulumi.ComponentResource):
    """A group that the second-factor policy leaves out, so that a fault of that policy cannot lock the client out of its own tenant."""

    def __init__(self, name: str, args: BreakGlassArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:BreakGlass", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self, provider=args.entra)
        group = pulumi_azuread.Group(
            name,
            display_name=args.group_name,
            description="The client's way in when every other one fails",
            security_enabled=True,
            prevent_duplicate_names=True,
            opts=inside,
        )
        for number, member in enumerate(args.members):
            pulumi_azuread.GroupMember(f"{name}-{number}", group_object_id=group.object_id, member_object_id=member, opts=inside)
        pulumi_azuread.ConditionalAccessPolicy(
            name,
            display_name=f"{args.group_name}: second factor for everybody else",
            state="enabled" if args.enforced else "enabledForReportingButNotEnforced",
            conditions={
                "client_app_types": ["all"],
                "applications": {"included_applications": ["All"]},
                "users": {"included_users": ["All"], "excluded_groups": [group.object_id]},
            },
            grant_controls={"operator": "OR", "built_in_controls": ["mfa"]},
            opts=inside,
        )
        self.group_id: pulumi.Output[str] = group.object_id
        self.register_outputs({"groupId": self.group_id})
