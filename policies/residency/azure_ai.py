"""AI services on Azure: in which region a model answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

from ._azure_references import AI_ACCOUNT, looks_at, region_of
from ._azure_regions import GDPR, SENT, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

DEPLOYMENT = "azure-native:cognitiveservices:Deployment"
SERVICE = "cognitiveservices"
ANYWHERE = ("global", "developer")
"""Beginnings of the SKU names, in lower case, whose requests any region may answer."""
ZONE = "datazone"
ZONES = ("eu", "us")
"""The data zones, as places."""
ACCOUNT_REGIONS = "properties.locations.regions[*].name"


def deployment(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A regional deployment answers where its account is; the others where there is room."""
    sku = resource.get("sku.name")
    if context.global_service(resource, SERVICE):
        return
    if not isinstance(sku, str):
        says = LATER if sku is UNKNOWN else "is not set"
        yield unknown(f"where its model answers: sku.name {says}", "sku.name")
    elif sku.lower().startswith(ANYWHERE):
        yield fail(f"sends prompts and answers of {sku} to any region of the world", "sku.name")
    elif sku.lower().startswith(ZONE):
        yield from _zone(sku, _region(resource, stack), context, resource)


def _zone(sku: str, region: str | Unknown, context: Context, resource: Resource) -> Iterator[Finding]:
    """A data zone is allowed when every region of it is."""
    why = {place: found for place in ZONES if (found := _outside(resource, context, place))}
    zone = next((one for one in ZONES if isinstance(region, str) and region in places.regions("azure", one)), "")
    if zone:
        if zone in why:
            yield fail(f"sends prompts and answers of {sku} to {why[zone]}", "sku.name")
    elif len(why) == len(ZONES):
        yield fail(f"sends prompts and answers of {sku} to {' or '.join(why.values())}", "sku.name")
    else:
        yield unknown(f"in which data zone {sku} answers: the region of its account is not known, or in no zone", "sku.name")


def _outside(resource: Resource, context: Context, zone: str) -> str:
    """The first region of a zone that is forbidden, and why; empty = none is."""
    for one in sorted(places.regions("azure", zone)):
        forbidden = context.outside(resource, "azure", one)
        if forbidden:
            return f"regions such as {one}; {forbidden}"
    return ""


def _region(resource: Resource, stack: Stack) -> str | Unknown:
    accounts = stack.made_from(resource, "accountName", AI_ACCOUNT)
    name = resource.get("accountName")
    if not accounts and isinstance(name, str):
        accounts = tuple(one for one in stack.of(AI_ACCOUNT) if one.inputs.get("accountName") == name)
    return region_of(accounts[0], stack) if len(accounts) == 1 else UNKNOWN


CONTROLS = (
    Control(
        id="residency-azure-ai-deployment",
        title="Model deployments answer in allowed regions",
        why="Global deployments hand each prompt to whichever region of the world has room, and data zone deployments to any region of the zone.",
        fix="Set sku.name to Standard or ProvisionedManaged, or name cognitiveservices under global_services of the class.",
        blind="Where the service keeps what it logs for abuse monitoring; data zones of an account outside the stack.",
        source="https://learn.microsoft.com/azure/ai-services/openai/how-to/deployment-types (read 2026-11-22)",
        category=Category.REACH,
        rows=("R069",),
        maps=SENT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={DEPLOYMENT: ("sku.name", "accountName")},
        looks_at=looks_at(AI_ACCOUNT),
        evaluate_linked=deployment,
        snippet="""\
import pulumi_azure_native as azure

azure.cognitiveservices.Deployment(
    "model",
    resource_group_name="records",
    account_name="acme-ai",
    sku={"name": "Standard", "capacity": 10},
    properties={"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}},
)
""",
    ),
    Control(
        id="residency-azure-ai-account",
        title="AI accounts answer from allowed regions",
        why="A multi-region account routes each request to one of the regions that it lists.",
        fix="Keep properties.locations.regions to regions inside the residency of the data class.",
        blind="Deployments inside the account, which another control judges.",
        source="https://learn.microsoft.com/azure/templates/microsoft.cognitiveservices/accounts (read 2026-11-22)",
        category=Category.REACH,
        rows=("R069",),
        maps=SENT,
        also=GDPR,
        reads={AI_ACCOUNT: (ACCOUNT_REGIONS,)},
        evaluate=named(ACCOUNT_REGIONS, "answers from", is_copy=False),
        snippet="""\
import pulumi_azure_native as azure

azure.cognitiveservices.Account(
    "ai",
    resource_group_name="records",
    location="westeurope",
    kind="OpenAI",
    sku={"name": "S0"},
    properties={"custom_sub_domain_name": "acme-ai"},
)
""",
    ),
)
