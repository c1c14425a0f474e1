"""Who works with administrator's rights in Entra: with a second factor, and until a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, exists

from . import _entra

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

POLICY = "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy"
SCHEDULES = (
    "azuread:index/privilegedAccessGroupEligibilitySchedule:PrivilegedAccessGroupEligibilitySchedule",
    "azuread:index/privilegedAccessGroupAssignmentSchedule:PrivilegedAccessGroupAssignmentSchedule",
)
STRENGTH = "azuread:index/authenticationStrengthPolicy:AuthenticationStrengthPolicy"
ADMINISTRATORS: Mapping[str, str] = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
}
"""Roles that can give themselves all others. source: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference (read 2026-11-22)"""
RESISTANT = frozenset({"fido2", "windowshelloforbusiness", "x509certificatemultifactor"})
"""Combinations that no copied page can ask for, in lower case."""
USERS, ROLES, OUT_ROLES = "conditions.users.includedUsers[*]", "conditions.users.includedRoles[*]", "conditions.users.excludedRoles[*]"
APPLICATIONS, OUT_APPLICATIONS = "conditions.applications.includedApplications[*]", "conditions.applications.excludedApplications[*]"
CONTROLS_BUILT_IN, STRENGTH_ID, OPERATOR = "grantControls.builtInControls[*]", "grantControls.authenticationStrengthPolicyId", "grantControls.operator"
PORTALS = "MicrosoftAdminPortals"


def second_factor(resource: Resource, _: Context) -> Iterator[Finding]:
    """The policy is in force, for every administrator's role, and nothing but a second factor opens it."""
    state = resource.get("state")
    if state is UNKNOWN:
        yield unknown(f"whether it is in force {LATER}", "state")
    elif state != "enabled":
        yield fail(f"is {state}, so it stops nobody", "state")
    yield from _factor(resource)
    yield from _who(resource)
    applications, unsure = _texts(resource, APPLICATIONS)
    if not applications & {"All", PORTALS}:
        path = "conditions.applications.includedApplications"
        yield unknown(f"what it guards {LATER}", path) if unsure else fail("guards neither all applications nor the administrators' portals", path)
    left_out, unsure = _texts(resource, OUT_APPLICATIONS)
    if PORTALS in left_out:
        yield fail("leaves out the administrators' portals", "conditions.applications.excludedApplications")
    elif unsure:
        yield unknown(f"what it leaves out {LATER}", "conditions.applications.excludedApplications")


def _factor(resource: Resource) -> Iterator[Finding]:
    controls, unsure = _texts(resource, CONTROLS_BUILT_IN)
    strength = resource.get(STRENGTH_ID)
    if strength not in (None, "", UNKNOWN) or (strength is UNKNOWN and resource.links.get("grantControls")):
        return
    path = "grantControls.builtInControls"
    if controls & {"mfa", "block"}:
        operator = resource.get(OPERATOR)
        if operator is UNKNOWN and (len(controls) > 1 or unsure):
            yield unknown(f"whether another proof is enough {LATER}", OPERATOR)
        elif unsure and operator != "AND":
            yield unknown(f"what else is enough {LATER}", path)
        elif len(controls) > 1 and operator != "AND":
            yield fail("is content with another proof than a second factor", OPERATOR)
    elif unsure or strength is UNKNOWN:
        yield unknown(f"what it asks for {LATER}", path)
    else:
        yield fail("asks for no second factor", path)


def _who(resource: Resource) -> Iterator[Finding]:
    users, unsure_users = _texts(resource, USERS)
    roles, unsure_roles = _texts(resource, ROLES)
    out, unsure_out = _texts(resource, OUT_ROLES)
    missing = [name for role, name in ADMINISTRATORS.items() if role in out or not ("All" in users or role in roles)]
    if missing and (unsure_users or unsure_roles):
        yield unknown(f"for whom it is {LATER}", "conditions.users.includedRoles")
    elif missing:
        yield fail(f"is not for {', '.join(missing)}", "conditions.users.includedRoles")
    elif unsure_out:
        yield unknown(f"whom it leaves out {LATER}", "conditions.users.excludedRoles")


def _texts(resource: Resource, path: str) -> tuple[set[str], bool]:
    values = [value for _, value in resource.each(path)]
    return {one for one in values if isinstance(one, str)}, any(isinstance(one, Unknown) for one in values)


def ends(resource: Resource, context: Context) -> Iterator[Finding]:
    """A way into a privileged group ends no later than the contract, for everybody who is not the client's."""
    who = resource.get("principalId")
    own = context.engagement.parties.client.identities.azure.object_ids
    if isinstance(who, str) and who in own:
        yield not_applicable("for a principal of the client's")
        return
    for one in _ends(resource, context):
        yield unknown(f"whose it is {LATER}, and it {one.message}", one.path) if who is UNKNOWN and own else one


def _ends(resource: Resource, context: Context) -> Iterator[Finding]:
    permanent = resource.get("permanentAssignment")
    if permanent is True or permanent == "true":
        yield fail("never ends", "permanentAssignment")
        return
    date, lasts, start = resource.get("expirationDate"), resource.get("duration"), resource.get("startDate")
    last = _entra.end_of(context.engagement.term.end)
    if UNKNOWN in (permanent, date) or (date is None and UNKNOWN in (lasts, start)):
        yield unknown(f"when it ends {LATER}", "expirationDate")
        return
    begins = _entra.moment(start) or _entra.midnight(context.today)
    length = _entra.span(lasts)
    end = _entra.moment(date) or (begins + length if length else None)
    path = "expirationDate" if date is not None or lasts is None else "duration"
    if end is None:
        yield fail("names no end", path)
    elif end > last:
        yield fail(f"ends on {end.date()}, after the contract", path)


def strong(resource: Resource, _: Context) -> Iterator[Finding]:
    """Every combination withstands a copied sign-in page."""
    found = list(resource.each("allowedCombinations[*]"))
    if not found:
        yield fail("allows no combination", "allowedCombinations")
    for at, value in found:
        if value is UNKNOWN:
            yield unknown(f"what it allows {LATER}", at)
        elif not isinstance(value, str) or value.lower() not in RESISTANT:
            yield fail(f"allows {value}, which a copied sign-in page can ask for", at)


CONTROLS = (
    Control(
        id="entra-administrators-second-factor",
        title="A conditional access policy asks every administrator for a second factor",
        why="An administrator's password alone opens the whole directory, and with it every subscription.",
        fix="Make a ConditionalAccessPolicy with state enabled, includedRoles of every administrator's role, includedApplications All, and builtInControls mfa.",
        blind="Policies that another stack makes; users and groups that a policy leaves out, such as break-glass accounts.",
        source="https://learn.microsoft.com/entra/identity/conditional-access/policy-old-require-mfa-admin (read 2026-11-22)",
        category=Category.BASELINE,
        family="MFA",
        rows=("E01",),
        maps=Maps(nist="~IA-2(1) IA-2(2)", hipaa="312(d)", pci="8.4.1 8.4.2", soc2="CC6.3", iso="A.5.17"),
        severity=Severity.CRITICAL,
        looks_at={POLICY: ("state", USERS, ROLES, OUT_ROLES, APPLICATIONS, OUT_APPLICATIONS, CONTROLS_BUILT_IN, STRENGTH_ID, OPERATOR)},
        evaluate_stack=exists("entra", (POLICY,), "makes no conditional access policy, so an administrator's password is enough", rule=second_factor),
        snippet="""\
import pulumi_azuread as azuread

azuread.ConditionalAccessPolicy(
    "administrators",
    display_name="Administrators: second factor",
    state="enabled",
    conditions={
        "client_app_types": ["all"],
        "applications": {"included_applications": ["All"]},
        "users": {"included_users": ["All"], "excluded_users": ["aaaaaaaa-0003-4000-8000-000000000003"]},
    },
    grant_controls={"operator": "OR", "built_in_controls": ["mfa"]},
)
""",
    ),
    Control(
        id="entra-privileged-access-ends",
        title="Access to privileged groups ends with the contract",
        why="What has an end is closed on the day even when nobody remembers it.",
        fix="Set expirationDate to a moment no later than the end of the contract, and leave permanentAssignment out.",
        blind="Members of the group outside of privileged access; whose a principal is when its id is known only at the update.",
        source="https://learn.microsoft.com/entra/id-governance/privileged-identity-management/concept-pim-for-groups (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("E04",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="308(a)(4)(ii)(B) 308(a)(4)(i)", pci="~7.2.1 7.2.2", soc2="CC1.3", iso="A.5.15"),
        reads=dict.fromkeys(SCHEDULES, ("principalId", "permanentAssignment", "expirationDate", "duration", "startDate")),
        evaluate=ends,
        snippet="""\
import pulumi_azuread as azuread

azuread.PrivilegedAccessGroupEligibilitySchedule(
    "operations",
    group_id="cccccccc-0001-4000-8000-000000000001",
    principal_id="bbbbbbbb-0001-4000-8000-000000000001",
    assignment_type="member",
    expiration_date="2027-03-31T23:59:59Z",
)
""",
    ),
    Control(
        id="entra-strong-authentication",
        title="Authentication strengths allow only what a copied sign-in page cannot ask for",
        why="A code from a phone can be typed into the wrong page, and break-glass accounts have no second guard behind it.",
        fix="Set allowedCombinations to fido2, windowsHelloForBusiness and x509CertificateMultiFactor.",
        blind="Which policies use the strength: one for other people than administrators and break-glass accounts may need a waiver.",
        source="https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strengths (read 2026-11-22)",
        category=Category.BASELINE,
        family="MFA",
        rows=("E05",),
        maps=Maps(nist="~IA-2(1) IA-2(2)", hipaa="~312(d)", pci="~8.4.1 8.4.2", soc2="~CC6.1 CC6.3", iso="A.8.5"),
        severity=Severity.MEDIUM,
        reads={STRENGTH: ("allowedCombinations[*]",)},
        evaluate=strong,
        snippet="""\
import pulumi_azuread as azuread

azuread.AuthenticationStrengthPolicy("break-glass", display_name="Break glass", allowed_combinations=["fido2", "x509CertificateMultiFactor"])
""",
    ),
)
