"""Who is told when somebody changes what guards the subscription."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import monitor, security

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GUARDS = ("Microsoft.Authorization/policyAssignments", "Microsoft.Network/networkSecurityGroups", "Microsoft.Security/securitySolutions")
OPERATIONS = tuple(f"{guard}/{verb}" for guard in GUARDS for verb in ("write", "delete"))
"""source: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations (read 2026-11-22)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsArgs:
    """What is watched, and who hears of it."""

    base_name: str
    subscription: str
    group_name: pulumi.Output[str]
    client_emails: Sequence[str]
    """Alone told of changes to the guards: such a change may be the provider's."""
    emails: Sequence[str]
    """Both parties: told of what Azure itself finds to be an attack."""
    tags: Mapping[str, str]


class Alerts(pulumi.ComponentResource):
    """One alert on every operation that changes a guard, and the contact of Azure's own security alerts."""

    def __init__(self, name: str, args: AlertsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:Alerts", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        receivers = [{"name": f"client-{number}", "email_address": email, "use_common_alert_schema": True} for number, email in enumerate(args.client_emails)]
        told = monitor.ActionGroup(
            name,
            action_group_name=args.base_name,
            resource_group_name=args.group_name,
            location="global",
            group_short_name="handoff",
            enabled=True,
            email_receivers=receivers,
            tags=args.tags,
            opts=inside,
        )
        operations = [{"field": "operationName", "equals": one} for one in OPERATIONS]
        monitor.ActivityLogAlert(
            name,
            activity_log_alert_name=args.base_name,
            resource_group_name=args.group_name,
            location="global",
            description="A policy assignment, security group or security solution was changed",
            enabled=True,
            scopes=[f"/subscriptions/{args.subscription}"],
            condition={"all_of": [{"field": "category", "equals": "Administrative"}, {"any_of": operations}]},
            actions={"action_groups": [{"action_group_id": told.id}]},
            tags=args.tags,
            opts=inside,
        )
        if args.emails:
            security.SecurityContact(
                name,
                security_contact_name="default",
                emails=";".join(args.emails),
                is_enabled=True,
                notifications_by_role={"state": "On", "roles": ["Owner"]},
                opts=inside,
            )
        self.register_outputs({})
