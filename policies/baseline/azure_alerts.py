"""Alerts of the activity log: somebody is told when the guards themselves are changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN, Unknown

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

ALERT = "azure-native:monitor:ActivityLogAlert"
WATCHED = (
    "Microsoft.Authorization/policyAssignments/write",
    "Microsoft.Authorization/policyAssignments/delete",
    "Microsoft.Network/networkSecurityGroups/write",
    "Microsoft.Network/networkSecurityGroups/delete",
    "Microsoft.Security/securitySolutions/write",
    "Microsoft.Security/securitySolutions/delete",
)
"""Operations that change a guard. source: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations (read 2026-11-22)"""
_FIELDS: Mapping[str, tuple[str, ...]] = {"category": ("administrative",), "status": ("started", "accepted", "succeeded"), "level": ("informational",)}
"""Field of a condition -> values that all watched operations have."""


def alerted(stack: Stack, context: Context) -> Iterator[Finding]:
    """Each watched operation has an alert that is on, looks at a subscription and tells somebody."""
    why = shapes.elsewhere(stack, context)
    if why:
        yield not_applicable(why)
        return
    alerts = [(one, _is_ready(one)) for one in stack.of(ALERT)]
    for operation in WATCHED:
        answers = [_both(ready, _meets(one, operation)) for one, ready in alerts]
        if any(one is True for one in answers):
            continue
        if any(one is UNKNOWN for one in answers):
            yield unknown(f"whether an alert tells of {operation} is not known before the update", urn=alerts[answers.index(UNKNOWN)][0].urn)
        else:
            yield fail(f"no ActivityLogAlert of the stack tells anybody of {operation}")


def _is_ready(alert: Resource) -> bool | Unknown:
    """Whether it is on, looks at a whole subscription and names an action group."""
    switch = alert.get("enabled")
    scopes = [value for _, value in alert.each("scopes[*]")]
    groups = [value for _, value in alert.each("actions.actionGroups[*].actionGroupId")]
    if any(one is UNKNOWN and not alert.links.get("actions") for one in groups):
        told: bool | Unknown = UNKNOWN
    else:
        told = bool(groups)
    wide = _some(UNKNOWN if one is UNKNOWN else isinstance(one, str) and shapes.is_subscription(one) for one in scopes)
    on = UNKNOWN if switch is UNKNOWN else switch is None or str(switch).lower() == "true"
    return _both(_both(on, wide), told)


def _meets(alert: Resource, operation: str) -> bool | Unknown:
    """Whether every condition of an alert lets the operation through."""
    result: bool | Unknown = True
    seen = False
    for _, condition in alert.each("condition.allOf[*]"):
        seen = True
        choices = condition.get("anyOf") if isinstance(condition, Mapping) else None
        leaves = choices if isinstance(choices, list | tuple) and choices else [UNKNOWN if choices is UNKNOWN else condition]
        result = _both(result, _some(_leaf(one, operation.lower()) for one in leaves))
    return result if seen else False


def _leaf(leaf: object, operation: str) -> bool | Unknown:
    """Whether one condition, such as `operationName equals X`, holds for the operation."""
    if not isinstance(leaf, Mapping):
        return UNKNOWN if leaf is UNKNOWN else False
    field, equals, contains = leaf.get("field"), leaf.get("equals"), leaf.get("containsAny")
    if UNKNOWN in (field, equals, contains):
        return UNKNOWN
    wanted = [equals.lower()] if isinstance(equals, str) else []
    parts = [one.lower() for one in contains if isinstance(one, str)] if isinstance(contains, list | tuple) else []
    kind = operation.rpartition("/")[0]
    values = {"operationname": (operation,), "resourcetype": (kind,), "resourceprovider": (kind.partition("/")[0],), **_FIELDS}.get(str(field).lower(), ())
    return any(one in values for one in wanted) or any(part in value for part in parts for value in values)


def _both(one: bool | Unknown, other: bool | Unknown) -> bool | Unknown:
    if one is False or other is False:
        return False
    return UNKNOWN if one is UNKNOWN or other is UNKNOWN else True


def _some(answers: Iterable[bool | Unknown]) -> bool | Unknown:
    found = list(answers)
    if any(one is True for one in found):
        return True
    return UNKNOWN if any(one is UNKNOWN for one in found) else False


CONTROLS = (
    Control(
        id="azure-monitor-alerts",
        title="Somebody is told when policies, security groups or security solutions are changed",
        why="Whoever prepares an unfriendly exit, or breaks in, first takes away what would stop or show it.",
        fix="Make an ActivityLogAlert for each operation named, over the subscription, with an entry in actions.actionGroups.",
        blind="Alerts of other stacks, rules in Sentinel, and whether the action group reaches a person.",
        source="https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-types (read 2026-11-22)",
        category=Category.BASELINE,
        family="MON",
        rows=("Z45",),
        maps=Maps(nist="SI-4 IR-4", hipaa="308(a)(6)(ii) 308(a)(1)(ii)(D)", pci="~10.4.1 10.4.1.1", soc2="CC7.3", iso="A.8.16 A.5.7"),
        severity=Severity.MEDIUM,
        looks_at={ALERT: ("enabled", "scopes[*]", "actions.actionGroups[*].actionGroupId", "condition.allOf[*]")},
        evaluate_stack=alerted,
        snippet="""\
from pulumi_azure_native import monitor

guards = (
    "Microsoft.Authorization/policyAssignments",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Security/securitySolutions",
)
team = monitor.ActionGroup("security", resource_group_name="acme-prod", group_short_name="security", enabled=True, location="Global")
for kind in guards:
    for verb in ("write", "delete"):
        monitor.ActivityLogAlert(
            f"{kind.rpartition('/')[2]}-{verb}",
            resource_group_name="acme-prod",
            location="Global",
            scopes=["/subscriptions/33333333-3333-4333-8333-333333333333"],
            enabled=True,
            condition={
                "all_of": [{"field": "category", "equals": "Administrative"}, {"field": "operationName", "equals": f"{kind}/{verb}"}],
            },
            actions={"action_groups": [{"action_group_id": team.id}]},
        )
""",
    ),
)
