"""Where every resource lives, by its effective region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.region import Effective, cloud_of, effective
from handoff.controls.resource import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
ELSEWHERE = frozenset({"gcp:kms/keyRing:KeyRing", "gcp:storage/bucket:Bucket", "gcp:bigquery/dataset:Dataset"})
"""Types with a control of their own for where they live, which knows what the service takes when nothing is named."""


COPIES: Mapping[str, str] = {
    "aws:dynamodb/tableReplica:TableReplica": "",
    "aws:kms/replicaKey:ReplicaKey": "",
    "aws:kms/replicaExternalKey:ReplicaExternalKey": "",
    "aws:rds/instance:Instance": "replicateSourceDb",
    "aws:rds/cluster:Cluster": "replicationSourceIdentifier",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": "",
    "azure-native:containerregistry:Replication": "",
    "azure-native:appconfiguration:Replica": "",
    "azure-native:signalrservice:SignalRReplica": "",
    "azure-native:webpubsub:WebPubSubReplica": "",
    "azure-native:sql:Database": "sourceDatabaseId",
    "azure-native:dbforpostgresql:Server": "sourceServerResourceId",
    "azure-native:dbformysql:Server": "sourceServerResourceId",
    "azure-native:mongocluster:MongoCluster": "properties.replicaParameters",
    "gcp:sql/databaseInstance:DatabaseInstance": "masterInstanceName",
    "gcp:alloydb/cluster:Cluster": "secondaryConfig",
    "gcp:gkebackup/backupPlan:BackupPlan": "",
    "gcp:backupdisasterrecovery/backupVault:BackupVault": "",
}
"""Types whose resources are copies of others, always or when the property is set: dr_residency counts for where they live."""


def located(resource: Resource, context: Context) -> Iterator[Finding]:
    """The effective region lies in a place that the data classes allow."""
    place = effective(resource)
    if place is None or resource.type in ELSEWHERE:
        yield not_applicable("has no region, or another control judges it")
        return
    exempt = {"aws": _aws, "azure": _azure, "gcp": _gcp}[place.cloud](resource, place, context)
    if exempt is not None:
        yield from exempt
        return
    yield from _judge(resource, place, context)


def _judge(resource: Resource, place: Effective, context: Context) -> Iterator[Finding]:
    region = place.region
    if region is None:
        yield unknown("neither the resource nor its provider names a region: whoever runs the update decides")
    elif isinstance(region, Unknown):
        yield unknown(f"{place.origin} is not known before the update", place.origin if place.is_own else "")
    else:
        forbidden = context.forbids(resource, place.cloud, region, is_copy=_is_copy(resource))
        if forbidden:
            path = place.origin if place.is_own else ""
            yield fail(f"lives in {region} ({place.origin}); {forbidden.why}", path, data_class=forbidden.data_class)


def _is_copy(resource: Resource) -> bool:
    mark = COPIES.get(resource.type)
    if mark is None:
        return False
    value = resource.get(mark) if mark else True
    return value is not None and value is not UNKNOWN


def provider(resource: Resource, context: Context) -> Iterator[Finding]:
    """The region that a provider gives to everything that names none."""
    cloud = cloud_of(resource.type.removeprefix("pulumi:providers:"))
    name = "location" if cloud == "azure" else "region"
    region = resource.get(name)
    if cloud is None or region is None:
        yield not_applicable("names no region")
    elif not isinstance(region, str):
        yield unknown("its region is not known before the update", name)
    else:
        forbidden = context.forbids(resource, cloud, region)
        if forbidden:
            yield fail(f"puts every resource that names no region in {region}; {forbidden.why}", name, data_class=forbidden.data_class)


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
    if place.is_own or resource.type in GCP_REGIONAL:
        return None
    return iter((not_applicable("has no location"),))


_MAPS = Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
_FIX = "Set {} to a place inside the data class's residency, or widen the residency in the spec with the client's consent."
CONTROLS = (
    Control(
        id="residency-provider-region",
        title="A provider puts what names no region of its own where the data may live",
        why="Every resource without a region of its own lands where its provider points.",
        fix=_FIX.format("the provider's region"),
        blind="A provider whose region comes from the environment of whoever runs the update: its resources are judged as unknown.",
        source="https://www.pulumi.com/docs/iac/concepts/resources/providers/ (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R001",),
        maps=_MAPS,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={
            "pulumi:providers:aws": ("region",),
            "pulumi:providers:azure-native": ("location",),
            "pulumi:providers:gcp": ("region",),
        },
        evaluate=provider,
        snippet="""\
import pulumi_aws as aws

aws.Provider("primary", region="eu-west-1")
""",
    ),
    Control(
        id="residency-aws-region",
        title="Every AWS resource lives where its data classes may live",
        why="A resource's own region beats the provider's, so looking at the provider alone misses it.",
        fix=_FIX.format("region"),
        blind="What a service without regions does inside; which data really lies in a resource without a data-class tag.",
        source="https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/ (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R002", "R047"),
        maps=_MAPS,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={"aws:*": ("region", "replicateSourceDb", "replicationSourceIdentifier")},
        evaluate=located,
        snippet="""\
import pulumi_aws as aws

aws.sqs.Queue("jobs", region="eu-west-1", tags={"data-class": "phi"})
""",
    ),
    Control(
        id="residency-azure-location",
        title="Every Azure resource lives where its data classes may live",
        why="Azure keeps a resource's data in its location, and each resource has one of its own.",
        fix=_FIX.format("location"),
        blind="Resources without a location, which live where their parent lives; which data really lies in a resource without a data-class tag.",
        source="https://learn.microsoft.com/azure/reliability/regions-overview (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R048",),
        maps=_MAPS,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={"azure-native:*": ("location", "sourceDatabaseId", "sourceServerResourceId", "properties.replicaParameters")},
        evaluate=located,
        snippet="""\
import pulumi_azure_native as azure

azure.resources.ResourceGroup("records", resource_group_name="records", location="westeurope", tags={"data-class": "phi"})
""",
    ),
    Control(
        id="residency-gcp-location",
        title="Every Google Cloud resource lives where its data classes may live",
        why="Locations such as us, eu and global hold many regions, and a resource's own beats the provider's.",
        fix=_FIX.format("location, region or zone"),
        blind="Types without any location, which are global settings; which data really lies in a resource without a data-class label.",
        source="https://cloud.google.com/docs/geography-and-regions (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R079",),
        maps=_MAPS,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads={"gcp:*": ("location", "region", "zone", "masterInstanceName", "secondaryConfig")},
        evaluate=located,
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.Disk("records", zone="europe-west1-b", size=10, labels={"data-class": "phi"})
""",
    ),
)
