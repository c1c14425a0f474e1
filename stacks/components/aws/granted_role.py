"""The role through which another party works, for as long as its grant lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import iam, kms

from handoff.errors import SpecError
from stacks.components.aws import statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacks.settings import Grant

LONGEST_SESSION_S = 3600
"""One hour: with a longer session the end of the grant would come later than its date says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedRoleArgs:
    """One access grant, and what it may touch."""

    grant: Grant
    role_name: str
    account: str
    arn_partition: str
    buckets: Sequence[str]
    """Names of the data stores whose objects a writing role may read and write."""
    data_key_arn: pulumi.Output[str] | None
    """Key that a writing role gets the use of; None gives none."""
    tags: Mapping[str, str]


class GrantedRole(pulumi.ComponentResource):
    """Trust with an external id and an end, a boundary with the same end, and the key's use by a revocable grant. Raises SpecError when the party cannot be recognised."""

    def __init__(self, name: str, args: GrantedRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:GrantedRole", name, None, opts)
        identities = args.grant.party.identities.aws
        if not identities.accounts or not identities.external_ids:
            raise SpecError(
                f"parties.{args.grant.holder}.identities.aws: a grant on AWS needs accounts and external_ids",
                hint="Name the account that the party comes from and the external id that was agreed with it.",
            )
        inside = pulumi.ResourceOptions(parent=self)
        where = {"account": args.account, "arn_partition": args.arn_partition}
        limit = iam.Policy(
            f"{name}-boundary",
            name=f"{args.role_name}-boundary",
            description="The most that this grant can ever open, and until when",
            policy=statements.boundary(args.grant, **where),
            tags=args.tags,
            opts=inside,
        )
        allowed = iam.Policy(
            name,
            name=args.role_name,
            description=f"What {args.grant.party.name} does: {args.grant.purpose}",
            policy=statements.permissions(args.grant, **where, buckets=args.buckets),
            tags=args.tags,
            opts=inside,
        )
        role = iam.Role(
            name,
            name=args.role_name,
            description=f"{args.grant.party.name}, {args.grant.purpose}, until {args.grant.expires}",
            assume_role_policy=statements.provider_trust(args.grant, arn_partition=args.arn_partition),
            max_session_duration=LONGEST_SESSION_S,
            permissions_boundary=limit.arn,
            tags=args.tags,
            opts=inside,
        )
        iam.RolePolicyAttachment(name, role=role.name, policy_arn=allowed.arn, opts=inside)
        if args.data_key_arn is not None and args.grant.writes:
            kms.Grant(
                name,
                name=args.role_name,
                key_id=args.data_key_arn,
                grantee_principal=role.arn,
                operations=list(statements.GRANTED_KEY_USE),
                opts=inside,
            )
        self.arn: pulumi.Output[str] = role.arn
        self.register_outputs({"arn": self.arn})
