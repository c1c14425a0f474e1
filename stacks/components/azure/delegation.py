"""An Azure Lighthouse delegation: how another party works in the subscription from its own tenant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import managedservices

from handoff.errors import SpecError
from stacks.components.azure import roles

if TYPE_CHECKING:
    from stacks.settings import Grant

LONGEST_ACTIVATION = timedelta(hours=8)
"""source: https://learn.microsoft.com/azure/lighthouse/how-to/create-eligible-authorizations (read 2026-11-22)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationArgs:
    """One grant at one subscription."""

    grant: Grant
    subscription: str
    offer_name: str


class Delegation(pulumi.ComponentResource):
    """Standing rights only to look and to leave; writing only by an activation that is short and asks for a second factor.

    Azure has no end date for a delegation: the description carries it, and the exit deletes it. Raises SpecError when the party cannot be recognised.
    """

    def __init__(self, name: str, args: DelegationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:Delegation", name, None, opts)
        identities = args.grant.party.identities.azure
        if not identities.tenants or not identities.object_ids:
            raise SpecError(
                f"parties.{args.grant.holder}.identities.azure: a grant on Azure needs tenants and object_ids",
                hint="Name the party's tenant and the groups or service principals in it that will work here.",
            )
        inside = pulumi.ResourceOptions(parent=self)
        scope = f"/subscriptions/{args.subscription}"
        definition = managedservices.RegistrationDefinition(
            name,
            registration_definition_id=roles.stable_id(scope, "definition", args.grant.name),
            scope=scope,
            properties=self._properties(args, tenant=identities.tenants[0], principals=identities.object_ids),
            opts=inside,
        )
        assignment = managedservices.RegistrationAssignment(
            name,
            registration_assignment_id=roles.stable_id(scope, "assignment", args.grant.name),
            scope=scope,
            properties={"registration_definition_id": definition.id},
            opts=inside,
        )
        self.assignment_id: pulumi.Output[str] = assignment.id
        self.register_outputs({"assignmentId": self.assignment_id})

    @staticmethod
    def _properties(args: DelegationArgs, *, tenant: str, principals: tuple[str, ...]) -> dict[str, object]:
        grant = args.grant
        who = grant.party.name

        def authorization(principal: str, role: str) -> dict[str, object]:
            return {"principal_id": principal, "principal_id_display_name": who, "role_definition_id": role}

        properties: dict[str, object] = {
            "registration_definition_name": args.offer_name,
            "description": f"handoff:party={grant.holder} handoff:grant={grant.purpose} expires={grant.expires}",
            "managed_by_tenant_id": tenant,
            "authorizations": [authorization(one, role) for one in principals for role in (roles.READER, roles.REGISTRATION_DELETER)],
        }
        if grant.writes:
            policy = {
                "multi_factor_auth_provider": "Azure",
                "maximum_activation_duration": _duration(min(grant.just_in_time or LONGEST_ACTIVATION, LONGEST_ACTIVATION)),
            }
            properties["eligible_authorizations"] = [{**authorization(one, roles.CONTRIBUTOR), "just_in_time_access_policy": policy} for one in principals]
        return properties


def _duration(length: timedelta) -> str:
    """ISO 8601, in the form that Azure gives back: hours and minutes."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes or not hours else "")
