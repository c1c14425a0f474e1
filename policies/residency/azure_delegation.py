"""Where a service without regions keeps its data on Azure, and from which tenant a subscription is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._azure_regions import GDPR, KEPT, SENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

COMMUNICATION = "azure-native:communication:CommunicationService"
EMAIL = "azure-native:communication:EmailService"
LIGHTHOUSE = "azure-native:managedservices:RegistrationDefinition"
GOVERNMENT = ("usgovarizona", "usgovtexas", "usgovvirginia")
GEOGRAPHIES = {
    "africa": "za",
    "asiapacific": ("eastasia", "southeastasia"),
    "australia": "au",
    "brazil": "br",
    "canada": "ca",
    "europe": ("northeurope", "westeurope"),
    "france": "fr",
    "germany": "de",
    "india": "in",
    "japan": "jp",
    "korea": "kr",
    "norway": "no",
    "switzerland": "ch",
    "uae": "ae",
    "uk": "gb",
    "unitedarabemirates": "ae",
    "unitedkingdom": "gb",
    "unitedstates": "us",
    "usgov": GOVERNMENT,
}
"""The data locations of Communication Services: a country, or the regions of a geography of several.
source: https://learn.microsoft.com/azure/communication-services/concepts/privacy (read 2026-11-22)"""


def geography(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every region of the geography that the data may lie in is allowed."""
    for at, value in resource.each("dataLocation"):
        found = GEOGRAPHIES.get(places.normal("azure", value)) if isinstance(value, str) else None
        if found is None:
            yield unknown(f"dataLocation {LATER}" if value is UNKNOWN else f"which regions {value} stands for is not known", at)
            continue
        for region in sorted(places.regions("azure", found) - set(GOVERNMENT) if isinstance(found, str) else found):
            forbidden = context.forbids(resource, "azure", region)
            if forbidden is not None:
                yield fail(f"keeps its data in {value}, which may be {region}; {forbidden.why}", at, data_class=forbidden.data_class)
                break
    if resource.get("dataLocation") is None:
        yield unknown("names no dataLocation", "dataLocation")


def tenants(context: Context) -> frozenset[str]:
    """Every tenant that the spec gives to a party or an environment, in lower case."""
    parties = context.engagement.parties
    blocks = [parties.client.identities, parties.provider.identities, *(one.identities for one in parties.third_parties)]
    if parties.incoming is not None:
        blocks.append(parties.incoming.identities)
    own = [one.azure.tenant for one in context.engagement.environments if one.azure]
    return frozenset(name.lower() for name in (*own, *(name for one in blocks for name in one.azure.tenants)))


def managing_tenant(resource: Resource, context: Context) -> Iterator[Finding]:
    """The tenant that a delegation lets in is one of the spec's."""
    path = "properties.managedByTenantId"
    value = resource.get(path)
    if value is UNKNOWN:
        yield unknown(f"which tenant it lets in {LATER}", path)
    elif not isinstance(value, str) or not value:
        yield fail("names no tenant that can be read", path)
    elif value.lower() not in tenants(context):
        yield fail(f"lets in tenant {value}, which the spec gives to no party", path)


CONTROLS = (
    Control(
        id="residency-azure-communication-geography",
        title="Communication services keep their data in a geography that is allowed",
        why="Messages, recordings and addresses lie somewhere in the geography that dataLocation names, whatever the resource's own location.",
        fix="Set dataLocation to a geography whose regions are all inside the residency of the data class, such as Germany. A change replaces the resource.",
        blind="Calls and messages in transit, which the service routes as it needs to.",
        source="https://learn.microsoft.com/azure/communication-services/concepts/privacy (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R072",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={COMMUNICATION: ("dataLocation",), EMAIL: ("dataLocation",)},
        evaluate=geography,
        snippet="""\
import pulumi_azure_native as azure

azure.communication.CommunicationService("messages", resource_group_name="records", location="global", data_location="Europe")
""",
    ),
    Control(
        id="residency-azure-delegation-tenant",
        title="Delegations let in only tenants that the spec names",
        why="Whoever runs a subscription from another tenant reads its data from wherever that tenant's people are.",
        fix="Name the tenant under parties.*.identities.azure.tenants of the spec, or remove the delegation.",
        blind="From which country the people of a named tenant work; assignments of a definition made outside the stack.",
        source="https://learn.microsoft.com/azure/lighthouse/overview (read 2026-11-22)",
        category=Category.REACH,
        rows=("R078",),
        maps=SENT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={LIGHTHOUSE: ("properties.managedByTenantId",)},
        evaluate=managing_tenant,
        snippet="""\
import pulumi_azure_native as azure

azure.managedservices.RegistrationDefinition(
    "operations",
    scope="subscriptions/33333333-3333-4333-8333-333333333333",
    properties={
        "managed_by_tenant_id": "22222222-2222-4222-8222-222222222222",
        "authorizations": [
            {"principal_id": "bbbbbbbb-0001-4000-8000-000000000001", "role_definition_id": "acdd72a7-3385-48ef-bd42-f606fba81ae7"},
        ],
    },
)
""",
    ),
)
