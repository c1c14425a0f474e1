"""The Entra directory: from where people sign in, which applications are fed with it, and who is invited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack
    from handoff.spec.model import Identities

LOCATION = "azuread:index/namedLocation:NamedLocation"
POLICY = "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy"
SYNCHRONIZATION = "azuread:index/synchronizationJob:SynchronizationJob"
INVITATION = "azuread:index/invitation:Invitation"
COUNTRIES = "country.countriesAndRegions[*]"
UNPLACED = "country.includeUnknownCountriesAndRegions"
INCLUDED = "conditions.locations.includedLocations[*]"
EXCLUDED = "conditions.locations.excludedLocations[*]"
CONTROLS_OF = "grantControls.builtInControls[*]"
KEYWORDS = frozenset({"All", "AllTrusted"})
SENT = Maps(nist="~AC-4 AC-21 SA-9(5)", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")


def sign_in(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A list of countries that is not there to be blocked names only countries of the residency."""
    if resource.get("country") is None:
        yield not_applicable("a list of addresses, which names no country")
        return
    if _is_block_list(resource, stack):
        yield not_applicable("a list of countries to block")
        return
    unplaced = resource.get(UNPLACED)
    if unplaced is UNKNOWN:
        yield unknown(f"{UNPLACED} {LATER}", UNPLACED)
    elif unplaced in (True, "true"):
        yield fail("counts sign-ins from unknown countries in", UNPLACED)
    allowed = _allowed(resource, context)
    for at, value in resource.each(COUNTRIES):
        if not isinstance(value, str):
            yield unknown(f"which country {LATER}", at)
            continue
        outside = next((name for name, codes in allowed if value.strip().lower() not in codes), None)
        if outside is not None:
            bound = f"the residency of class {outside}" if outside else "the countries that the environment lives in"
            yield fail(f"names {value} as a place to sign in from, which is outside {bound}", at, data_class=outside)


def _is_block_list(resource: Resource, stack: Stack) -> bool:
    """Whether policies of the stack use the location, and all of them only to block it."""
    uses = [one for one in stack.of(POLICY) if resource.urn in one.links.get("conditions", ()) and one.get("state") != "disabled"]
    return bool(uses) and all(_blocks(one) for one in uses)


def _blocks(policy: Resource) -> bool:
    granted = [value for _, value in policy.each(CONTROLS_OF)]
    return "block" in granted and _names(policy, INCLUDED) and not _names(policy, EXCLUDED)


def _names(policy: Resource, path: str) -> bool:
    """Whether a list names locations of the directory, beside the words for all of them."""
    return any(not isinstance(value, str) or value not in KEYWORDS for _, value in policy.each(path))


def _allowed(resource: Resource, context: Context) -> list[tuple[str, frozenset[str]]]:
    """For each data class, the countries of its residency; without classes, those that the environment lives in."""
    classes = context.classes(resource)
    if classes:
        return [(one.name, _codes(one.residency)) for one in classes]
    block = context.environment.azure
    return [("", _codes(block.locations if block else ()))]


def _codes(names: tuple[str, ...]) -> frozenset[str]:
    """Country codes of places: groups and codes as they stand, names by the cloud regions that lie there."""
    codes: set[str] = set()
    for name in names:
        plain = name.strip().lower()
        codes |= places.GROUPS.get(plain, frozenset({plain} if len(plain) == 2 else ()))
        for cloud in places.CLOUDS:
            for region in places.regions(cloud, name):
                found = places.find(cloud, region)
                codes |= found.countries if found else frozenset()
    return frozenset(codes)


def _third(context: Context) -> list[Identities]:
    return [one.identities for one in context.engagement.parties.third_parties]


def synchronization(resource: Resource, context: Context) -> Iterator[Finding]:
    """The application that the directory is copied to is one that the spec names."""
    template, target = resource.get("templateId"), resource.get("servicePrincipalId")
    known = {name.lower() for one in _third(context) for name in (*one.azure.object_ids, *one.azure.app_ids)}
    if resource.get("enabled") in (False, "false"):
        yield not_applicable("switched off")
    elif isinstance(target, str) and target.rstrip("/").rpartition("/")[2].lower() in known:
        return
    elif template is UNKNOWN:
        yield unknown(f"to which application {LATER}", "templateId")
    elif isinstance(template, str) and context.global_service(resource, template):
        return
    elif target is UNKNOWN and known:
        yield unknown(f"to which application {LATER}", "servicePrincipalId")
    else:
        yield fail(f"copies people of the directory to an application ({template}) that the spec does not name", "templateId")


def invitation(resource: Resource, context: Context) -> Iterator[Finding]:
    """A guest comes from a domain of some party."""
    parties = context.engagement.parties
    blocks = [parties.client.identities, parties.provider.identities, *_third(context)]
    if parties.incoming is not None:
        blocks.append(parties.incoming.identities)
    known = {name.lower() for one in blocks for name in one.domains}
    address = resource.get("userEmailAddress")
    if address is UNKNOWN:
        yield unknown(f"who is invited {LATER}", "userEmailAddress")
        return
    domain = address.rpartition("@")[2].lower() if isinstance(address, str) else ""
    if not any(domain == one or domain.endswith(f".{one}") for one in known):
        yield fail(f"invites a guest of {domain or 'no domain that can be read'}, which the spec gives to no party", "userEmailAddress")


CONTROLS = (
    Control(
        id="residency-entra-sign-in-countries",
        title="Countries to sign in from are inside the residency of the data",
        why="Whoever may sign in from a country may read the data there.",
        fix="Keep country.countriesAndRegions to countries of the residency, and includeUnknownCountriesAndRegions off. To block countries, name the list in a policy that blocks.",
        blind="Policies outside the stack that use the list; travellers and tunnels, whose address is in another country than they are.",
        source="https://learn.microsoft.com/entra/identity/conditional-access/concept-assignment-network (read 2026-11-22)",
        category=Category.REACH,
        rows=("R112",),
        maps=SENT,
        also=("gdpr 44",),
        reads={LOCATION: (COUNTRIES, UNPLACED)},
        looks_at={POLICY: (INCLUDED, EXCLUDED, CONTROLS_OF, "state")},
        evaluate_linked=sign_in,
        snippet="""\
import pulumi_azuread as azuread

azuread.NamedLocation(
    "home",
    display_name="Countries of the residency",
    country={"countries_and_regions": ["NL", "IE", "DE"], "include_unknown_countries_and_regions": False},
)
""",
    ),
    Control(
        id="residency-entra-synchronization",
        title="The directory is copied only to applications that the spec names",
        why="Provisioning hands names, addresses and groups to a service whose data lies where its maker keeps it.",
        fix="Name the application's object id under parties.third_parties, or its templateId under global_services of the class, or remove the job.",
        blind="Where the application keeps what it is given; jobs that bring people in instead of out are treated alike.",
        source="https://learn.microsoft.com/entra/identity/app-provisioning/user-provisioning (read 2026-11-22)",
        category=Category.REACH,
        rows=("R113",),
        maps=SENT,
        also=("gdpr 44",),
        reads={SYNCHRONIZATION: ("templateId", "servicePrincipalId", "enabled")},
        evaluate=synchronization,
        snippet="""\
import pulumi_azuread as azuread

# Until the spec names the application, the job stays off.
azuread.SynchronizationJob(
    "provisioning",
    service_principal_id="/servicePrincipals/cccccccc-0001-4000-8000-000000000001",
    template_id="dataBricks",
    enabled=False,
)
""",
    ),
    Control(
        id="residency-entra-guests",
        title="Guests come from domains that the spec names",
        why="A guest is somebody of another organisation, and often of another country, inside the directory.",
        fix="Name the domain under identities.domains of the party in the spec, or do not invite.",
        blind="Who reads a mailbox of a named domain; guests invited by hand.",
        source="https://learn.microsoft.com/entra/external-id/what-is-b2b (read 2026-11-22)",
        category=Category.REACH,
        rows=("R114",),
        maps=SENT,
        also=("gdpr 44",),
        severity=Severity.HIGH,
        reads={INVITATION: ("userEmailAddress",)},
        evaluate=invitation,
        snippet="""\
import pulumi_azuread as azuread

azuread.Invitation("operator", user_email_address="operations@nimbus.example", redirect_url="https://portal.azure.com")
""",
    ),
)
