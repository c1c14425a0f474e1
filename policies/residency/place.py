"""Where every resource lives, by its effective region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Control, Severity, fail, not_applicable, unknown
from handoff.controls.region import Effective, cloud_of, effective
from handoff.controls.resource import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

CONTROL_PLANE = frozenset({"aws:account", "aws:budgets", "aws:costexplorer", "aws:iam", "aws:organizations"})
"""AWS services without regions that hold settings, none of the client's data. source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html (read 2026-11-22)"""
EVERYWHERE = frozenset({"aws:cloudfront", "aws:globalaccelerator", "aws:route53", "aws:shield", "aws:waf"})
"""AWS services without regions that serve or pass data everywhere."""
AZURE_LOCATED = frozenset(
    {
        "azure-native:keyvault:Vault",
        "azure-native:network:NetworkSecurityGroup",
        "azure-native:network:VirtualNetwork",
        "azure-native:operationalinsights:Workspace",
        "azure-native:recoveryservices:Vault",
        "azure-native:resources:ResourceGroup",
        "azure-native:storage:StorageAccount",
    }
)
"""Types that always have a location of their own; the others without one live in their parent."""
AZURE_GLOBAL = frozenset(
    {"azure-native:monitor:ActionGroup", "azure-native:monitor:ActivityLogAlert", "azure-native:dns:Zone", "azure-native:privatedns:PrivateZone"}
)
"""Types whose location is `global` by nature and that hold settings only."""
GCP_DEFAULT = {"gcp:storage/bucket:Bucket": "us", "gcp:bigquery/dataset:Dataset": "us"}
"""Where Google puts what names no location. source: https://cloud.google.com/storage/docs/locations (read 2026-11-22)"""
GCP_REGIONAL = frozenset(
    {
        "gcp:compute/subnetwork:Subnetwork",
        "gcp:compute/router:Router",
        "gcp:compute/instance:Instance",
        "gcp:compute/disk:Disk",
        "gcp:sql/databaseInstance:DatabaseInstance",
    }
)
"""Types that take the provider's region when they name none; the other types without a location are global settings."""
ELSEWHERE = frozenset({"gcp:kms/keyRing:KeyRing"})
"""Judged by residency-keys."""


def evaluate(resource: Resource, context: Context) -> Iterator[Finding]:
    """The effective region lies in a place that the data classes allow."""
    if resource.type.startswith("pulumi:providers:"):
        yield from _provider(resource, context)
        return
    place = effective(resource)
    if place is None or resource.type in ELSEWHERE:
        yield not_applicable("has no region, or another control judges it")
        return
    exempt = {"aws": _aws, "azure": _azure, "gcp": _gcp}[place.cloud](resource, place, context)
    if exempt is not None:
        yield from exempt
        return
    if resource.type in GCP_DEFAULT and not place.is_own:
        place = Effective(cloud="gcp", region=GCP_DEFAULT[resource.type], origin="")
    yield from _judge(resource, place, context)


def _judge(resource: Resource, place: Effective, context: Context) -> Iterator[Finding]:
    region = place.region
    if region is None:
        yield unknown("neither the resource nor its provider names a region: whoever runs the update decides")
    elif isinstance(region, Unknown):
        yield unknown(f"{place.origin} is not known before the update", place.origin if place.is_own else "")
    else:
        forbidden = context.outside(resource, place.cloud, region)
        if forbidden:
            origin = place.origin or "the cloud's own choice, as no location is named"
            yield fail(f"lives in {region} ({origin}); {forbidden}", place.origin if place.is_own else "")


def _provider(resource: Resource, context: Context) -> Iterator[Finding]:
    cloud = cloud_of(resource.type.removeprefix("pulumi:providers:"))
    region = resource.get("location" if cloud == "azure" else "region")
    if cloud is None or region is None:
        yield not_applicable("names no region")
    elif not isinstance(region, str):
        yield unknown("its region is not known before the update", "region")
    else:
        forbidden = context.outside(resource, cloud, region)
        if forbidden:
            yield fail(f"puts every resource that names no region in {region}; {forbidden}", "region")


def _aws(resource: Resource, place: Effective, context: Context) -> Iterator[Finding] | None:
    service = resource.type.split("/", 1)[0]
    if place.is_own:
        return None
    if service in CONTROL_PLANE:
        return iter((not_applicable("a service without regions that holds settings only"),))
    if service not in EVERYWHERE:
        return None
    name = service.partition(":")[2]
    if context.global_service(resource, name):
        return iter(())
    return iter((fail(f"{name} has no region and is not among the data classes' global_services"),))


def _azure(resource: Resource, place: Effective, context: Context) -> Iterator[Finding] | None:
    if place.is_own and place.region == "global":
        service = resource.type.split(":")[1]
        if resource.type in AZURE_GLOBAL:
            return iter((not_applicable("global by nature, and holds settings only"),))
        return iter(()) if context.global_service(resource, service) else None
    if place.is_own or resource.type in AZURE_LOCATED:
        return None
    return iter((not_applicable("has no location of its own: it lives where its parent lives"),))


def _gcp(resource: Resource, place: Effective, context: Context) -> Iterator[Finding] | None:
    del context
    if place.is_own or resource.type in GCP_REGIONAL or resource.type in GCP_DEFAULT:
        return None
    return iter((not_applicable("has no location"),))


CONTROL = Control(
    id="residency-place",
    title="Every resource lives where its data classes may live",
    why="A resource's own region beats the provider's, so looking at the provider alone misses it.",
    fix="Set the region or location to one inside the data class's residency, or widen the residency in the spec with the client's consent.",
    source="https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/ (read 2026-11-22)",
    frameworks=("gdpr 44", "nist-800-53 SA-9(5)", "iso-27001 A.5.23"),
    severity=Severity.CRITICAL,
    types=frozenset({"aws:*", "azure-native:*", "gcp:*", "pulumi:providers:aws", "pulumi:providers:azure-native", "pulumi:providers:gcp"}),
    evaluate=evaluate,
)
