"""Bounds that Google itself enforces: Assured Workloads and the organization policy on locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, Severity, Verdict, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._gcp_places import LIVES, TRANSFER, lies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

WORKLOAD = "gcp:assuredworkloads/workload:Workload"
POLICY = "gcp:orgpolicy/policy:Policy"
OLDER = ("gcp:projects/organizationPolicy:OrganizationPolicy", "gcp:folder/organizationPolicy:OrganizationPolicy", "gcp:organizations/policy:Policy")
MADE = ("gcp:organizations/project:Project", "gcp:organizations/folder:Folder")
CONSTRAINT = "gcp.resourceLocations"

_US = (
    "IL2 IL4 IL5 CJIS FEDRAMP_HIGH FEDRAMP_MODERATE US_REGIONAL_ACCESS HIPAA HITRUST ITAR IRS_1075 "
    "HEALTHCARE_AND_LIFE_SCIENCES_CONTROLS HEALTHCARE_AND_LIFE_SCIENCES_CONTROLS_US_SUPPORT"
)
REGIMES: Mapping[str, str] = {
    # source: https://cloud.google.com/assured-workloads/docs/control-packages (read 2026-11-22)
    **dict.fromkeys(_US.split(), "us"),
    "EU_REGIONS_AND_SUPPORT": "eu",
    "CA_REGIONS_AND_SUPPORT": "northamerica-northeast1",
    "CA_PROTECTED_B": "northamerica-northeast1",
    "ISR_REGIONS": "me-west1",
    "ISR_REGIONS_AND_SUPPORT": "me-west1",
    "JP_REGIONS_AND_SUPPORT": "asia-northeast1",
    "KSA_REGIONS_AND_SUPPORT_WITH_SOVEREIGNTY_CONTROLS": "me-central2",
    "AU_REGIONS_AND_US_SUPPORT": "australia-southeast1",
}
"""Regimes of Assured Workloads that bind data to one country or union, by a location that stands for it."""
BY_LOCATION = frozenset({"REGIONAL_CONTROLS", "ASSURED_WORKLOADS_FOR_PARTNERS"})
"""Regimes that bind data to the location of the workload."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    # source: https://cloud.google.com/resource-manager/docs/organization-policy/defining-locations (read 2026-11-22)
    "us": ("us",),
    "eu": ("eu",),
    "europe": ("europe",),
    "asia": ("asia",),
    "canada": ("northamerica-northeast1",),
    "australia": ("australia-southeast1",),
    "northamerica": ("us", "northamerica-northeast1", "northamerica-south1"),
    "southamerica": ("southamerica-east1", "southamerica-west1"),
}
"""Value groups by locations that stand for their countries."""


def workload(resource: Resource, context: Context) -> Iterator[Finding]:
    """Location and regime bind no more than the data classes allow."""
    yield from lies(resource, context, resource.get("location"), "location", "binds data to")
    regime = resource.get("complianceRegime")
    bound = REGIMES.get(regime) if isinstance(regime, str) else None
    if bound is not None:
        yield from judged(resource, context, bound, "complianceRegime", f"is under {regime}, which binds data to", cloud="gcp", is_copy=False)
    elif regime is UNKNOWN:
        yield unknown(f"its regime {LATER}", "complianceRegime")
    elif regime in (None, "", "COMPLIANCE_REGIME_UNSPECIFIED"):
        yield fail("names no regime, so nothing is bound", "complianceRegime")
    elif not isinstance(regime, str) or regime not in BY_LOCATION:
        yield unknown(f"where {regime} binds data, the table of this control does not tell", "complianceRegime")


def bounds(resource: Resource, context: Context) -> Iterator[Finding]:
    """The policy on locations allows nothing outside the residency of the data classes."""
    speaks = _speaks(resource)
    if speaks is False:
        yield not_applicable("is about another constraint")
    elif speaks is None:
        yield unknown(f"which constraint it sets {LATER}", "name" if resource.type == POLICY else "constraint")
    else:
        yield from (_new if resource.type == POLICY else _old)(resource, context)


def presence(stack: Stack, context: Context) -> Iterator[Finding]:
    """A stack that makes projects or folders bounds their locations too."""
    policies = [(one, _speaks(one)) for one in stack.of(POLICY, *OLDER)]
    about = [one for one, speaks in policies if speaks]
    made = stack.of(*MADE)
    if context.environment.gcp is None or not made:
        yield not_applicable("makes no project and no folder: the policy stands where those are made")
        return
    wrong: Finding | None = None
    for one in about:
        findings = [each for each in (_new if one.type == POLICY else _old)(one, context) if each.verdict is not Verdict.PASS]
        if not findings:
            yield passed(f"{one.name} bounds locations", urn=one.urn)
            return
        worst = min(findings, key=lambda each: each.verdict is not Verdict.FAIL)
        make = fail if worst.verdict is Verdict.FAIL else unknown
        wrong = make(f"is the policy on locations and {worst.message}", worst.path, urn=one.urn)
    if any(speaks is None for _, speaks in policies):
        yield unknown(f"which constraint one of its policies sets {LATER}", urn=made[0].urn)
    else:
        yield wrong or fail("is made, and no policy bounds the locations of what is made inside", urn=made[0].urn)


def _speaks(resource: Resource) -> bool | None:
    """Whether a policy is about locations; None when that is not known."""
    value = resource.get("name" if resource.type == POLICY else "constraint")
    if not isinstance(value, str):
        return None
    return value.rstrip("/").rsplit("/", 1)[-1] == CONSTRAINT


def _new(resource: Resource, context: Context) -> Iterator[Finding]:
    if resource.get("spec") is None:
        yield fail("is only tried (dryRunSpec), so nothing is bound", "spec")
        return
    if resource.get("spec.reset") in (True, "true"):
        yield fail("gives up the bound on locations (reset)", "spec.reset")
        return
    if _is_on(resource.get("spec.inheritFromParent")):
        yield unknown("adds to what its parent allows, which this program does not tell", "spec.inheritFromParent")
    binds = False
    for at, rule in resource.each("spec.rules[*]"):
        if not isinstance(rule, dict):
            yield unknown(f"{at} {LATER}", at)
            binds = True
            continue
        if _is_on(rule.get("allowAll")):
            yield fail("allows every location", f"{at}.allowAll")
        binds = binds or any(rule.get(name) is UNKNOWN or _is_on(rule.get(name)) for name in ("allowAll", "denyAll"))
        if rule.get("allowAll") is UNKNOWN:
            yield unknown(f"{at}.allowAll {LATER}", f"{at}.allowAll")
        for path, value in resource.each(f"{at}.values.allowedValues[*]"):
            binds = True
            yield from _allows(resource, context, value, path)
    if not binds:
        yield fail("names no allowed locations, so everything that it does not deny is allowed", "spec.rules")


def _old(resource: Resource, context: Context) -> Iterator[Finding]:
    if _is_on(resource.get("restorePolicy.default")):
        yield fail("gives up the bound on locations (restorePolicy)", "restorePolicy.default")
        return
    if _is_on(resource.get("listPolicy.inheritFromParent")):
        yield unknown("adds to what its parent allows, which this program does not tell", "listPolicy.inheritFromParent")
    everything = resource.get("listPolicy.allow.all")
    if everything is UNKNOWN:
        yield unknown(f"listPolicy.allow.all {LATER}", "listPolicy.allow.all")
        return
    if _is_on(everything):
        yield fail("allows every location", "listPolicy.allow.all")
        return
    values = list(resource.each("listPolicy.allow.values[*]"))
    for path, value in values:
        yield from _allows(resource, context, value, path)
    if not values and not _is_on(resource.get("listPolicy.deny.all")):
        yield fail("names no allowed locations, so everything that it does not deny is allowed", "listPolicy.allow.values")


def _allows(resource: Resource, context: Context, value: object, path: str) -> Iterator[Finding]:
    """One allowed value: a location, or a group of them such as `in:eu-locations`. Copies may lie in dr_residency, so it may be allowed."""
    name = value.strip().lower().removeprefix("is:") if isinstance(value, str) else ""
    if name.startswith("in:"):
        group = name.removeprefix("in:").removesuffix("-locations")
        found = list(lies(resource, context, group, path, f"allows {name}, that is", is_copy=True, members=GROUPS))
        if group not in GROUPS and not places.is_region("gcp", group):
            found = [unknown(f"which locations {name} holds, the table of this control does not tell", path)]
        yield from found
    else:
        yield from judged(resource, context, value, path, "allows", cloud="gcp", is_copy=True)


def _is_on(value: object) -> bool:
    """A switch that is on; the newer type takes it as text. UNKNOWN is not on: who cares asks for it first."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


_READS = {
    POLICY: ("name", "spec.reset", "spec.inheritFromParent", "spec.rules[*].allowAll", "spec.rules[*].denyAll", "spec.rules[*].values.allowedValues[*]"),
    **dict.fromkeys(
        OLDER,
        ("constraint", "restorePolicy.default", "listPolicy.inheritFromParent", "listPolicy.allow.all", "listPolicy.allow.values[*]", "listPolicy.deny.all"),
    ),
}
_LOCATIONS = "https://cloud.google.com/resource-manager/docs/organization-policy/defining-locations (read 2026-11-22)"
_SNIPPET = """\
import pulumi_gcp as gcp

gcp.organizations.Project("records", name="records", project_id="acme-records", org_id="111111111111")
gcp.orgpolicy.Policy(
    "locations",
    name="organizations/111111111111/policies/gcp.resourceLocations",
    parent="organizations/111111111111",
    spec={"rules": [{"values": {"allowed_values": ["in:eu-locations"]}}]},
)
"""

CONTROLS = (
    Control(
        id="residency-gcp-assured-workload",
        title="An assured workload binds data to allowed places",
        why="Assured Workloads keeps data where its location and regime say, which is worth nothing when they name another country than the spec.",
        fix="Set location and complianceRegime to the country or union of residency, such as europe-west1 and EU_REGIONS_AND_SUPPORT.",
        blind="Services outside the control package, and violations that somebody has excused.",
        source="https://cloud.google.com/assured-workloads/docs/control-packages (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R110",),
        maps=LIVES,
        also=TRANSFER,
        reads={WORKLOAD: ("location", "complianceRegime")},
        evaluate=workload,
        snippet="""\
import pulumi_gcp as gcp

gcp.assuredworkloads.Workload(
    "records",
    display_name="Health records",
    compliance_regime="EU_REGIONS_AND_SUPPORT",
    location="europe-west1",
    organization="111111111111",
)
""",
    ),
    Control(
        id="residency-gcp-location-policy",
        title="The organization policy on locations allows nothing outside the residency",
        why="Google refuses to make a resource outside gcp.resourceLocations, whoever asks for it, so a wide policy lets in what no program review sees.",
        fix="Set spec.rules[].values.allowedValues to groups inside residency, such as in:eu-locations, and leave allowAll off.",
        blind="Global resources and parts of resources, which the policy does not bind, and resources that were made before it.",
        source=_LOCATIONS,
        category=Category.PLACE,
        rows=("R111",),
        maps=LIVES,
        also=TRANSFER,
        reads=_READS,
        evaluate=bounds,
        snippet=_SNIPPET,
    ),
    Control(
        id="residency-gcp-location-policy-present",
        title="A stack that makes projects or folders bounds their locations by policy",
        why="Without gcp.resourceLocations anybody with access can make resources anywhere, outside every program.",
        fix="Add an orgpolicy Policy for gcp.resourceLocations with spec.rules[].values.allowedValues inside residency.",
        blind="A policy that another stack sets on the organization or folder above. Stacks that make no project are left out for that reason.",
        source=_LOCATIONS,
        category=Category.PLACE,
        rows=("R111",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.MEDIUM,
        looks_at={**_READS, **dict.fromkeys(MADE, ())},
        evaluate_stack=presence,
        snippet=_SNIPPET,
    ),
)
