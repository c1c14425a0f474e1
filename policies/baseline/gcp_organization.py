"""Bounds from above on Google Cloud: organization policies, contacts and service perimeters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

POLICY = "gcp:orgpolicy/policy:Policy"
OLD_POLICIES = (
    "gcp:projects/organizationPolicy:OrganizationPolicy",
    "gcp:folder/organizationPolicy:OrganizationPolicy",
    "gcp:organizations/policy:Policy",
)
CONTACT = "gcp:essentialcontacts/contact:Contact"
PERIMETER = "gcp:accesscontextmanager/servicePerimeter:ServicePerimeter"
MEMBERSHIP = "gcp:accesscontextmanager/servicePerimeterResource:ServicePerimeterResource"
REQUIRED = ("compute.vmExternalIpAccess", "iam.disableServiceAccountKeyCreation", "storage.publicAccessPrevention")
"""Constraints that the stack has to put in force."""
SWITCHES = frozenset(
    {
        "compute.disableSerialPortAccess",
        "compute.requireOsLogin",
        "compute.requireShieldedVm",
        "compute.skipDefaultNetworkCreation",
        "iam.automaticIamGrantsForDefaultServiceAccounts",
        "iam.disableServiceAccountKeyCreation",
        "iam.disableServiceAccountKeyUpload",
        "sql.restrictAuthorizedNetworks",
        "sql.restrictPublicIp",
        "storage.publicAccessPrevention",
        "storage.uniformBucketLevelAccess",
    }
)
"""Constraints that a policy switches on or off."""
LISTS = frozenset({"compute.vmExternalIpAccess", "gcp.resourceLocations", "iam.allowedPolicyMemberDomains"})
"""Constraints that a policy gives allowed values."""
CATEGORIES = ("SECURITY", "SUSPENSION")
SERVICES = ("bigquery.googleapis.com", "cloudkms.googleapis.com", "secretmanager.googleapis.com", "storage.googleapis.com")
"""Services that hold data or what opens it."""


def _constraint(resource: Resource) -> str | Unknown:
    """The constraint that a policy is for, whichever of its names it uses."""
    value = resource.get("name" if resource.type == POLICY else "constraint")
    if not isinstance(value, str):
        return UNKNOWN if value is UNKNOWN else ""
    return value.rpartition("/")[2].removeprefix("constraints/").replace(".managed.", ".")


def in_force(resource: Resource, _: Context) -> Iterator[Finding]:
    """A policy for a constraint that guards the estate puts it in force."""
    name = _constraint(resource)
    if isinstance(name, Unknown):
        yield unknown(f"which constraint it is for {LATER}", "name" if resource.type == POLICY else "constraint")
    elif name not in SWITCHES | LISTS:
        yield not_applicable(f"{name} is none of the constraints that this control knows")
    elif resource.type == POLICY:
        yield from _rules(resource, name)
    else:
        yield from _old(resource, name)


def _rules(resource: Resource, name: str) -> Iterator[Finding]:
    if resource.get("spec.reset") is UNKNOWN:
        yield unknown(f"whether it puts {name} back {LATER}", "spec.reset")
        return
    if _is(resource.get("spec.reset"), True):
        yield fail(f"puts {name} back to what Google takes by itself", "spec.reset")
        return
    rules = list(resource.each("spec.rules[*]"))
    if not rules:
        yield fail(f"has no rule for {name}", "spec.rules")
    for at, rule in rules:
        if rule is UNKNOWN:
            yield unknown(f"its rules {LATER}", at)
        elif isinstance(rule, dict):
            yield from _rule(rule, at, name)
        else:
            yield fail(f"has no rule for {name}", at)


def _rule(rule: Mapping[str, object], at: str, name: str) -> Iterator[Finding]:
    """A switch is on; a list does not allow everything."""
    is_switch = name in SWITCHES and "allowAll" not in rule and "denyAll" not in rule
    key = "enforce" if is_switch else "allowAll"
    value = rule.get(key)
    if value is UNKNOWN:
        yield unknown(f"whether {name} is in force {LATER}", f"{at}.{key}")
    elif is_switch and not _is(value, True):
        yield fail(f"does not enforce {name}", f"{at}.{key}")
    elif not is_switch and _is(value, True):
        yield fail(f"allows everything that {name} bounds", f"{at}.{key}")


def _old(resource: Resource, name: str) -> Iterator[Finding]:
    if name in SWITCHES:
        enforced = resource.get("booleanPolicy.enforced")
        if enforced is UNKNOWN:
            yield unknown(f"whether {name} is in force {LATER}", "booleanPolicy.enforced")
        elif not _is(enforced, True):
            yield fail(f"does not enforce {name}", "booleanPolicy.enforced")
        return
    for path in ("listPolicy.allow.all", "listPolicy[*].allow[*].all"):
        for at, value in resource.each(path):
            if value is UNKNOWN:
                yield unknown(f"whether it allows everything {LATER}", at)
            elif _is(value, True):
                yield fail(f"allows everything that {name} bounds", at)
    if resource.get("restorePolicy.default") is not None:
        yield fail(f"puts {name} back to what Google takes by itself", "restorePolicy.default")


def _is(value: object, wanted: bool) -> bool:
    return value is wanted or (isinstance(value, str) and value.lower() == str(wanted).lower())


def constraints(stack: Stack, context: Context) -> Iterator[Finding]:
    """Each of the required constraints is put in force by a policy of the stack."""
    if _is_elsewhere(stack, context):
        yield not_applicable("this stack makes nothing on Google Cloud")
        return
    policies = stack.of(POLICY, *OLD_POLICIES)
    names = [_constraint(one) for one in policies]
    unsure = any(isinstance(one, Unknown) for one in names)
    missing = [one for one in REQUIRED if one not in [name for name in names if isinstance(name, str)]]
    for one in missing:
        if unsure:
            yield unknown(f"whether {one} is in force is not known: the name of a policy is known only at the update")
        else:
            yield fail(f"no organization policy of this stack puts {one} in force")
    if not missing:
        yield passed("every required constraint has a policy")


def contacts(stack: Stack, context: Context) -> Iterator[Finding]:
    """The client hears of security and of suspension."""
    if _is_elsewhere(stack, context):
        yield not_applicable("this stack makes nothing on Google Cloud")
        return
    told: set[str] = set()
    unsure = False
    for contact in stack.of(CONTACT):
        values = [value for _, value in contact.each("notificationCategorySubscriptions[*]")]
        email = contact.get("email")
        if isinstance(email, Unknown) or any(isinstance(value, Unknown) for value in values):
            unsure = True
        elif isinstance(email, str) and _is_client(email, context):
            told |= set(CATEGORIES) if "ALL" in values else {value for value in values if isinstance(value, str)}
    missing = [one for one in CATEGORIES if one not in told]
    for one in missing:
        what = f"a contact of the client's for {one}"
        yield unknown(f"whether there is {what} is known only at the update") if unsure else fail(f"this stack makes no essential contact: {what} is missing")
    if not missing:
        yield passed("the client is told")


def _is_client(email: str, context: Context) -> bool:
    client = context.engagement.parties.client
    return email in client.contacts or email.rpartition("@")[2].lower() in {one.lower() for one in client.identities.domains}


def guards(resource: Resource, _: Context) -> Iterator[Finding]:
    """A perimeter in force holds projects, and guards the services that hold data."""
    for path, says in (("status.resources", "holds no project"), ("status.restrictedServices", "guards no service")):
        if not list(resource.each(f"{path}[*]")):
            yield unknown(f"{path} {LATER}", path) if resource.get(path) is UNKNOWN else fail(says, path)
            return
    services = [value for _, value in resource.each("status.restrictedServices[*]")]
    missing = [one for one in SERVICES if one not in services]
    if missing and UNKNOWN in services:
        yield unknown(f"which services it guards {LATER}", "status.restrictedServices")
    elif missing:
        yield fail(f"does not guard {', '.join(missing)}", "status.restrictedServices")


def inside(stack: Stack, context: Context) -> Iterator[Finding]:
    """An environment of restricted data lies in a perimeter."""
    if _is_elsewhere(stack, context):
        yield not_applicable("this stack makes nothing on Google Cloud")
    elif not any(one.sensitivity == "restricted" for one in context.engagement.data):
        yield not_applicable("no data class is restricted")
    elif stack.of(PERIMETER, MEMBERSHIP):
        yield passed("the stack makes a perimeter, or puts its project into one")
    else:
        yield fail("holds restricted data, and this stack neither makes a service perimeter nor puts its project into one")


def _is_elsewhere(stack: Stack, context: Context) -> bool:
    return "gcp" not in context.environment.clouds or not any(one.startswith("gcp:") for one in stack.types)


_CFG = Maps(nist="~CM-2 CM-6", hipaa="~308(a)(1)(ii)(A) 308(a)(8)", pci="~2.2.1 2.2.6", soc2="~CC7.1 CC8.1", iso="~A.8.9 A.5.1")
_NET = Maps(nist="~AC-4 SC-7", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="~CC6.6", iso="~A.8.20 A.8.21")
_OLD_PATHS = ("constraint", "booleanPolicy.enforced", "listPolicy.allow.all", "restorePolicy.default")
_PERIMETER_SNIPPET = """\
import pulumi_gcp as gcp

services = [f"{name}.googleapis.com" for name in ("bigquery", "cloudkms", "secretmanager", "storage")]
gcp.accesscontextmanager.ServicePerimeter(
    "records",
    parent="accessPolicies/123456",
    name="accessPolicies/123456/servicePerimeters/records",
    title="records",
    status={"resources": ["projects/123456789012"], "restricted_services": services},
)
"""
CONTROLS = (
    Control(
        id="gcp-organization-constraints",
        title="Organization policies forbid account keys, public buckets and machines on the internet",
        why="A bound from above holds also for what no program makes.",
        fix="Make a Policy for each constraint that the finding names, with name PARENT/policies/CONSTRAINT and a rule in spec.rules.",
        blind="Policies that the client's organization sets for all projects; constraints are matched by name only, gcp-organization-policy judges their rules.",
        source="https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("G37",),
        maps=_CFG,
        severity=Severity.MEDIUM,
        looks_at={POLICY: ("name",), **dict.fromkeys(OLD_POLICIES, ("constraint",))},
        evaluate_stack=constraints,
        snippet="""\
import pulumi_gcp as gcp

rules = {
    "compute.vmExternalIpAccess": {"deny_all": "TRUE"},
    "iam.disableServiceAccountKeyCreation": {"enforce": "TRUE"},
    "storage.publicAccessPrevention": {"enforce": "TRUE"},
}
for name, rule in rules.items():
    gcp.orgpolicy.Policy(name, parent="projects/acme-prod", name=f"projects/acme-prod/policies/{name}", spec={"rules": [rule]})
""",
    ),
    Control(
        id="gcp-organization-policy",
        title="No organization policy switches a guard off",
        why="A policy lower down replaces what the organization set, so one line can open what was closed.",
        fix="Set spec.rules[*].enforce to TRUE, and leave allowAll and reset out.",
        blind="Rules with a condition on tags; policies that only log what they would refuse.",
        source="https://cloud.google.com/resource-manager/docs/organization-policy/overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="CFG",
        rows=("G37",),
        maps=_CFG,
        reads={POLICY: ("name", "spec.reset", "spec.rules[*].enforce", "spec.rules[*].allowAll"), **dict.fromkeys(OLD_POLICIES, _OLD_PATHS)},
        evaluate=in_force,
        snippet="""\
import pulumi_gcp as gcp

name = "projects/acme-prod/policies/iam.disableServiceAccountKeyCreation"
gcp.orgpolicy.Policy("keys", parent="projects/acme-prod", name=name, spec={"rules": [{"enforce": "TRUE"}]})
""",
    ),
    Control(
        id="gcp-organization-contacts",
        title="Google tells the client of security and of suspension",
        why="A notice that reaches the provider alone may never reach the client, least of all at the exit.",
        fix="Make a Contact with an email of the client's and notificationCategorySubscriptions of SECURITY and SUSPENSION, or ALL.",
        blind="Contacts of the organization that another stack makes; whether anybody reads the mail.",
        source="https://cloud.google.com/resource-manager/docs/managing-notification-contacts (read 2026-11-22)",
        category=Category.BASELINE,
        family="GOV",
        rows=("G42",),
        maps=Maps(nist="~IR-6 IR-4", hipaa="~308(a)(6)(ii)", pci="~12.10.1", soc2="~CC2.3 CC3.1", iso="A.5.5"),
        severity=Severity.MEDIUM,
        looks_at={CONTACT: ("email", "notificationCategorySubscriptions[*]")},
        evaluate_stack=contacts,
        snippet="""\
import pulumi_gcp as gcp

gcp.essentialcontacts.Contact(
    "security",
    parent="projects/acme-prod",
    email="cloud-security@acme.example",
    language_tag="en",
    notification_category_subscriptions=["SECURITY", "SUSPENSION"],
)
""",
    ),
    Control(
        id="gcp-perimeter-services",
        title="Service perimeters guard the services that hold data",
        why="A service that the perimeter leaves out is the way around it.",
        fix="Put bigquery, cloudkms, secretmanager and storage into status.restrictedServices, and the projects into status.resources.",
        blind="What ingress and egress rules let through.",
        source="https://cloud.google.com/vpc-service-controls/docs/overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G43",),
        maps=_NET,
        reads={PERIMETER: ("perimeterType", "status.resources[*]", "status.restrictedServices[*]")},
        evaluate=_gcp.unless("perimeterType", ("PERIMETER_TYPE_BRIDGE",), guards, "a bridge, which guards nothing by itself"),
        snippet=_PERIMETER_SNIPPET,
    ),
    Control(
        id="gcp-perimeter-inside",
        title="Environments of restricted data lie in a service perimeter",
        why="With a stolen credential alone, nobody outside of the perimeter can copy data to a project of his own.",
        fix="Make a ServicePerimeter, or put the project into one with ServicePerimeterResource (perimeterName, resource).",
        blind="A perimeter of the client's organization that another stack puts the project into.",
        source="https://cloud.google.com/vpc-service-controls/docs/overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G43",),
        maps=_NET,
        severity=Severity.MEDIUM,
        looks_at={PERIMETER: (), MEMBERSHIP: ()},
        evaluate_stack=inside,
        snippet=_PERIMETER_SNIPPET,
    ),
)
