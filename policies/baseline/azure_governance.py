"""Who rules a subscription, and which policies of Azure itself hold there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, is_one_of

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

ROLE = "azure-native:authorization:RoleAssignment"
POLICY = "azure-native:authorization:PolicyAssignment"
RULING: Mapping[str, str] = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
}
"""Roles that can give roles. source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (read 2026-11-22)"""
LOCATIONS = frozenset({"e56962a6-4747-49cd-b67b-bf8b01975c4c"})
"""Allowed locations. source: https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies (read 2026-11-22)"""
_NIST = "179d1daa-458f-4e47-8086-2a68d0d6c38f"
INITIATIVES: Mapping[str, tuple[str, ...]] = {
    "nist-800-53": (_NIST,),
    "nist-800-53-low": (_NIST,),
    "nist-800-53-moderate": (_NIST,),
    "nist-800-53-high": (_NIST,),
    "fedramp-moderate": ("e95f5a9f-57ad-4d03-bb0b-b1d16db93693", _NIST),
    "fedramp-high": ("d5264498-16f4-418a-b659-fa7ef418175f", _NIST),
    "hipaa": ("a169a624-5599-4385-a696-c8d643089fab",),
    "pci-dss-4.0.1": ("a06d5deb-24aa-4991-9d58-fa7563154e31", "c676748e-3af9-4e22-bc28-50feed564afb"),
    "soc-2": ("4054785f-702b-4a98-9215-009cbd58b141",),
    "iso-27001-2022": ("5e4ff661-23bf-42fa-8e3a-309a55091cc7", "89c6cddc-1c73-4ac1-b19c-54d1a15a42f2"),
}
"""Framework of the spec -> built-in initiatives that check for it. source: https://learn.microsoft.com/azure/governance/policy/samples/built-in-initiatives (read 2026-11-22)"""


def ruled(resource: Resource, context: Context) -> Iterator[Finding]:
    """No party that leaves can give roles at the subscription, and people get roles through groups."""
    client, leaving = _client(context), _leaving(context)
    principal, kind = resource.get("principalId"), resource.get("principalType")
    who = principal.lower() if isinstance(principal, str) else ""
    if isinstance(kind, str) and kind.lower() == "user" and who not in client:
        if principal is UNKNOWN:
            yield unknown(f"which person it names {LATER}", "principalId")
        else:
            yield fail("names a person, where a group or a service principal belongs", "principalType")
    elif kind is UNKNOWN and who not in client:
        yield unknown(f"whether it names a person {LATER}", "principalType")
    role, everywhere = _role(resource.get("roleDefinitionId")), _is_everywhere(resource.get("scope"))
    if role is None or everywhere is False or who in client:
        return
    at = "principalId"
    if isinstance(role, Unknown) or isinstance(everywhere, Unknown):
        if who in leaving or principal is UNKNOWN:
            yield unknown(f"which role it gives at which scope {LATER}", "roleDefinitionId" if isinstance(role, Unknown) else "scope")
    elif who in leaving:
        yield fail(f"makes the provider {role} of a whole subscription", at)
    elif principal is UNKNOWN:
        yield unknown(f"whom it makes {role} of a whole subscription {LATER}", at)
    else:
        yield unknown(f"makes {who or 'somebody'} {role} of a whole subscription, and the spec does not say whose that is", at)


def _client(context: Context) -> frozenset[str]:
    party = context.engagement.parties.client
    people = (one.principal for one in (*party.administrators, *party.break_glass) if one.cloud == "azure")
    return frozenset(one.lower() for one in (*party.identities.azure.object_ids, *party.identities.azure.app_ids, *people))


def _leaving(context: Context) -> frozenset[str]:
    parties = context.engagement.parties
    found = [one.identities.azure for one in (parties.provider, parties.incoming) if one is not None]
    return frozenset(name.lower() for one in found for name in (*one.object_ids, *one.app_ids))


def _role(value: object) -> str | Unknown | None:
    if isinstance(value, Unknown):
        return UNKNOWN
    return RULING.get(_last(value))


def _is_everywhere(scope: object) -> bool | Unknown:
    """Whether a scope is a subscription or above."""
    if isinstance(scope, Unknown):
        return UNKNOWN
    text = scope.strip("/").lower() if isinstance(scope, str) else ""
    return text == "" or shapes.is_subscription(text) or text.startswith("providers/microsoft.management/managementgroups/")


def _last(value: object) -> str:
    return value.rstrip("/").rpartition("/")[2].lower() if isinstance(value, str) else ""


def assigned(wanted: Callable[[Context], Iterable[tuple[str, ...] | frozenset[str]]], says: str) -> Callable[[Stack, Context], Iterator[Finding]]:
    """Of each group of definitions, the stack assigns one in force."""

    def whole(stack: Stack, context: Context) -> Iterator[Finding]:
        why = shapes.elsewhere(stack, context)
        if why:
            yield not_applicable(why)
            return
        made = [(one, one.get("policyDefinitionId"), one.get("enforcementMode")) for one in stack.of(POLICY)]
        in_force = {_last(definition) for _, definition, mode in made if mode is None or str(mode).lower() == "default"}
        unsure = next((one for one, definition, mode in made if UNKNOWN in (definition, mode)), None)
        missing = [group for group in wanted(context) if not any(one in in_force for one in group)]
        if not missing:
            yield passed(says)
        elif unsure is not None:
            yield unknown(f"what it assigns {LATER}", "policyDefinitionId", urn=unsure.urn)
        else:
            for group in missing:
                yield fail(f"no PolicyAssignment of the stack assigns {says}: {' or '.join(sorted(group))}")

    return whole


def initiatives(context: Context) -> tuple[tuple[str, ...], ...]:
    """What has to be assigned: an initiative for each framework of the spec, any one of them when it names none."""
    named = tuple(dict.fromkeys(INITIATIVES[one] for one in context.engagement.requirements.frameworks if one in INITIATIVES))
    return named or (tuple(dict.fromkeys(one for group in INITIATIVES.values() for one in group)),)


_MAPS = Maps(nist="~CM-2 CM-6", hipaa="308(a)(1)(ii)(A) 308(a)(8)", pci="~2.2.1 2.2.6", soc2="~CC7.1 CC8.1", iso="A.5.1")
_LOOKS_AT = {POLICY: ("policyDefinitionId", "enforcementMode")}
CONTROLS = (
    Control(
        id="azure-role-administrators",
        title="The provider cannot give roles at the subscription, and people get roles through groups",
        why="Whoever can give roles can let himself back in after the exit.",
        fix="Give roleDefinitionId a role without roleAssignments/write or a narrower scope, and a principalType of Group or ServicePrincipal.",
        blind="Members of a group, custom roles that allow the same, eligible assignments of PIM, and Lighthouse delegations.",
        source="https://learn.microsoft.com/azure/role-based-access-control/best-practices (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("Z40",),
        maps=Maps(nist="AC-6 AC-2", hipaa="308(a)(4)(ii)(B) 308(a)(4)(i)", pci="~7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
        severity=Severity.CRITICAL,
        reads={ROLE: ("roleDefinitionId", "principalId", "principalType", "scope")},
        evaluate=ruled,
        snippet="""\
from pulumi_azure_native import authorization

authorization.RoleAssignment(
    "readers",
    scope="/subscriptions/33333333-3333-4333-8333-333333333333",
    role_definition_id="/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
    principal_id="bbbbbbbb-0001-4000-8000-000000000001",
    principal_type="Group",
)
""",
    ),
    Control(
        id="azure-policy-locations",
        title="Azure itself refuses locations that are not allowed",
        why="Controls of a program do not see what somebody makes by hand, and Azure Policy does.",
        fix="Make a PolicyAssignment of the built-in definition for allowed locations, with enforcementMode Default.",
        blind="Whether the list of locations in parameters fits the spec, and assignments of other stacks or of a management group.",
        source="https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("Z41",),
        maps=_MAPS,
        looks_at=_LOOKS_AT,
        evaluate_stack=assigned(lambda _: (LOCATIONS,), "the built-in policy for allowed locations"),
        snippet="""\
from pulumi_azure_native import authorization

authorization.PolicyAssignment(
    "locations",
    scope="/subscriptions/33333333-3333-4333-8333-333333333333",
    policy_definition_id="/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c",
    parameters={"listOfAllowedLocations": {"value": ["westeurope"]}},
)
""",
    ),
    Control(
        id="azure-policy-initiative",
        title="Azure checks the subscription against the frameworks of the spec",
        why="An initiative shows every day what has drifted, also for what no program made.",
        fix="Make a PolicyAssignment of the built-in initiative of each framework, with enforcementMode Default.",
        blind="What the initiative finds, and assignments of other stacks or of a management group.",
        source="https://learn.microsoft.com/azure/governance/policy/samples/built-in-initiatives (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("Z41",),
        maps=_MAPS,
        severity=Severity.MEDIUM,
        looks_at=_LOOKS_AT,
        evaluate_stack=assigned(initiatives, "a built-in initiative"),
        snippet="""\
from pulumi_azure_native import authorization

authorization.PolicyAssignment(
    "nist",
    scope="/subscriptions/33333333-3333-4333-8333-333333333333",
    policy_definition_id="/providers/Microsoft.Authorization/policySetDefinitions/179d1daa-458f-4e47-8086-2a68d0d6c38f",
)
""",
    ),
    Control(
        id="azure-policy-enforced",
        title="Policy assignments are in force",
        why="An assignment that is not enforced looks like a guard and stops nothing.",
        fix="Set enforcementMode to Default.",
        blind="Exemptions and notScopes that take resources out.",
        source="https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("Z41",),
        maps=_MAPS,
        severity=Severity.MEDIUM,
        reads={POLICY: ("enforcementMode",)},
        evaluate=is_one_of("enforcementMode", ("Default",), "is not enforced", default="Default"),
        snippet="""\
from pulumi_azure_native import authorization

authorization.PolicyAssignment(
    "locations",
    scope="/subscriptions/33333333-3333-4333-8333-333333333333",
    policy_definition_id="/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c",
    enforcement_mode="Default",
)
""",
    ),
)
