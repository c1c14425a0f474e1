"""The client's own way in when every other one fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import iam

from stacks.components.aws import statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassArgs:
    """Who may use it."""

    role_name: str
    principals: Sequence[str]
    """ARNs of the client's people."""
    account_root: str
    arn_partition: str
    tags: Mapping[str, str]


class BreakGlass(pulumi.ComponentResource):
    """An administrator's role for the client's named people, with MFA; no other party can enter or edit it."""

    def __init__(self, name: str, args: BreakGlassArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:BreakGlass", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        role = iam.Role(
            name,
            name=args.role_name,
            description="The client's way in when every other one fails",
            assume_role_policy=statements.client_trust(args.principals, account_root=args.account_root),
            max_session_duration=3600,
            tags=args.tags,
            opts=inside,
        )
        iam.RolePolicyAttachment(name, role=role.name, policy_arn=f"arn:{args.arn_partition}:iam::aws:policy/AdministratorAccess", opts=inside)
        self.arn: pulumi.Output[str] = role.arn
        self.register_outputs({"arn": self.arn})
