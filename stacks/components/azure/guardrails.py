"""What the subscription itself refuses, whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import authorization

from stacks.components.azure import roles

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailsArgs:
    """The places and the managing tenants that are allowed."""

    subscription: str
    prefix: str
    locations: Sequence[str]
    managing_tenants: Sequence[str]
    frameworks: Sequence[str]


class Guardrails(pulumi.ComponentResource):
    """Resources only in the spec's locations; delegations only to the tenants of parties with a grant, and to none when there is no grant. The spec's frameworks are checked."""

    def __init__(self, name: str, args: GuardrailsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:Guardrails", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        scope = f"/subscriptions/{args.subscription}"
        authorization.PolicyAssignment(
            f"{name}-locations",
            policy_assignment_name=f"{args.prefix}-locations",
            display_name="Resources only where the engagement allows",
            policy_definition_id=roles.ALLOWED_LOCATIONS,
            scope=scope,
            enforcement_mode="Default",
            parameters={"listOfAllowedLocations": {"value": list(args.locations)}},
            opts=inside,
        )
        tenants = authorization.PolicyAssignment(
            f"{name}-tenants",
            policy_assignment_name=f"{args.prefix}-tenants",
            display_name="Delegations only to parties with a grant",
            policy_definition_id=roles.ALLOWED_MANAGING_TENANTS,
            scope=scope,
            enforcement_mode="Default",
            parameters={"listOfAllowedTenants": {"value": list(args.managing_tenants)}},
            opts=inside,
        )
        checked = {one: roles.INITIATIVES[one] for one in args.frameworks if one in roles.INITIATIVES}
        for initiative, framework in {initiative: framework for framework, initiative in reversed(checked.items())}.items():
            authorization.PolicyAssignment(
                f"{name}-{framework}",
                policy_assignment_name=f"{args.prefix}-{framework}"[:64],
                display_name=f"Checked against {framework}",
                policy_definition_id=f"/providers/Microsoft.Authorization/policySetDefinitions/{initiative}",
                scope=scope,
                enforcement_mode="Default",
                opts=inside,
            )
        self.tenants: pulumi.Resource = tenants
        """What a delegation waits for."""
        self.register_outputs({})
