"""Services on Azure that answer from all over the world, and gateways in further regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._azure_regions import GDPR, SENT, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

CDN = "azure-native:cdn:Profile"
FRONT_DOOR = "azure-native:frontdoor:FrontDoor"
STATIC_SITE = "azure-native:web:StaticSite"
TRAFFIC_MANAGER = "azure-native:trafficmanager:Profile"
GATEWAY = "azure-native:apimanagement:ApiManagementService"
SAYS = {
    CDN: "caches what it serves at edge sites all over the world",
    FRONT_DOOR: "passes and caches what it serves at edge sites all over the world",
    STATIC_SITE: "is published to sites all over the world, whatever its location says",
    TRAFFIC_MANAGER: "answers from name servers all over the world, and sends clients to whichever endpoint it picks",
}
SWITCHES = {FRONT_DOOR: "enabledState", TRAFFIC_MANAGER: "profileStatus"}
"""Where a service is switched off altogether."""
CLASS_TAGS = ("data-class", "data_class")


def edge(resource: Resource, context: Context) -> Iterator[Finding]:
    """A service without a region is there only when every data class names it under global_services."""
    service = resource.type.split(":")[1]
    if context.global_service(resource, service):
        return
    if resource.type in SWITCHES and resource.get(SWITCHES[resource.type]) == "Disabled":
        yield not_applicable("switched off")
        return
    tags = resource.get("tags")
    untold = tags is UNKNOWN or (isinstance(tags, dict) and any(tags.get(name) is UNKNOWN for name in CLASS_TAGS))
    if untold and any(service in one.global_services for one in context.engagement.data):
        yield unknown(f"of which data class it is {LATER}, and not every class accepts {service}", "tags")
    else:
        yield fail(f"{SAYS[resource.type]}, and {service} is not among the global_services of its data classes")


CONTROLS = (
    Control(
        id="residency-azure-edge",
        title="Services that answer from all over the world are there only where the data class accepts them",
        why="Content networks, static sites and traffic managers have no region: what they serve, or who asks for it, is known at every edge site.",
        fix="Serve from a region (Application Gateway, App Service), switch it off, or name cdn, frontdoor, web or trafficmanager under global_services of the class.",
        blind="Which of the contents served are personal data.",
        source="https://learn.microsoft.com/azure/frontdoor/edge-locations-by-region (read 2026-11-22)",
        category=Category.REACH,
        rows=("R070",),
        maps=SENT,
        also=GDPR,
        reads={one: ("tags", SWITCHES[one]) if one in SWITCHES else ("tags",) for one in SAYS},
        evaluate=edge,
        snippet="""\
import pulumi_azure_native as azure

# Until a data class names trafficmanager under global_services in the spec, the profile stays off.
azure.trafficmanager.Profile(
    "entrance",
    resource_group_name="records",
    location="global",
    profile_status="Disabled",
    traffic_routing_method="Priority",
)
""",
    ),
    Control(
        id="residency-azure-gateway-regions",
        title="API gateways stand in allowed regions",
        why="Each further region of API Management terminates and caches requests there.",
        fix="Remove the region from additionalLocations, or move it inside the residency of the data class.",
        blind="Self-hosted gateways, and what back ends do with the requests.",
        source="https://learn.microsoft.com/azure/api-management/api-management-howto-deploy-multi-region (read 2026-11-22)",
        category=Category.REACH,
        rows=("R076",),
        maps=SENT,
        also=GDPR,
        reads={GATEWAY: ("additionalLocations[*].location",)},
        evaluate=named("additionalLocations[*].location", "has a gateway in", is_copy=False),
        snippet="""\
import pulumi_azure_native as azure

azure.apimanagement.ApiManagementService(
    "gateway",
    resource_group_name="records",
    location="westeurope",
    publisher_email="api@acme.example",
    publisher_name="Acme Health",
    sku={"name": "Premium", "capacity": 1},
    additional_locations=[{"location": "northeurope", "sku": {"name": "Premium", "capacity": 1}}],
)
""",
    ),
)
