"""Caches, files and data movement on Azure: linked caches, replicated volumes, where copies run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._azure_references import REDIS, REDIS_DATABASE, VOLUME, leads, looks_at, references
from ._azure_regions import GDPR, KEPT, SENT, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

LINKED_CACHE = "azure-native:redis:LinkedServer"
FACTORY_RUNTIME = "azure-native:datafactory:IntegrationRuntime"
SYNAPSE_RUNTIME = "azure-native:synapse:IntegrationRuntime"
REMOTE_REGION = "dataProtection.replication.remoteVolumeRegion"
REMOTE_VOLUME = "dataProtection.replication.remoteVolumeResourceId"
KIND = "properties.type"
PLACE = "properties.computeProperties.location"
MANAGED_NETWORK = "properties.managedVirtualNetwork"


def volume(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The other end of a volume's replication: by its region, else by its id."""
    region = resource.get(REMOTE_REGION)
    if region is not None and region is not UNKNOWN:
        yield from judged(resource, context, region, REMOTE_REGION, "is replicated with")
    elif resource.get(REMOTE_VOLUME) is not None:
        yield from references(resource, stack, context, REMOTE_VOLUME, "is replicated with", VOLUME)
    elif region is UNKNOWN:
        yield unknown(f"where it is replicated {LATER}", REMOTE_REGION)


def runtime(resource: Resource, context: Context) -> Iterator[Finding]:
    """A managed runtime names its region; one in a managed network stays in the factory's."""
    kind, place = resource.get(KIND), resource.get(PLACE)
    if isinstance(kind, str) and kind.lower() == "selfhosted":
        yield not_applicable("runs on machines of the client's own")
    elif place is UNKNOWN or (kind is UNKNOWN and place is None):
        yield unknown(f"where its copies run {LATER}", PLACE)
    elif place is not None and not (isinstance(place, str) and place.lower() == "autoresolve"):
        yield from judged(resource, context, place, PLACE, "runs copies in", is_copy=False)
    elif resource.type != FACTORY_RUNTIME or resource.get(MANAGED_NETWORK) is None:
        yield fail(f"runs copies wherever the service chooses ({'AutoResolve' if place else 'AutoResolve by default'})", PLACE)


CONTROLS = (
    Control(
        id="residency-azure-cache-link",
        title="Caches are linked with caches in allowed regions",
        why="A linked cache holds the same entries in the other region.",
        fix="Link a cache in a region inside residency or dr_residency of the data class.",
        blind="Exports of a cache to a storage account.",
        source="https://learn.microsoft.com/azure/azure-cache-for-redis/cache-how-to-geo-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R066",),
        maps=KEPT,
        also=GDPR,
        reads={LINKED_CACHE: ("linkedRedisCacheLocation",)},
        evaluate=named("linkedRedisCacheLocation", "is linked with a cache in"),
        snippet="""\
import pulumi_azure_native as azure

azure.redis.LinkedServer(
    "link",
    resource_group_name="records",
    name="acme",
    linked_redis_cache_id="/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/records/providers/Microsoft.Cache/redis/acme-copy",
    linked_redis_cache_location="northeurope",
    server_role="Secondary",
)
""",
    ),
    Control(
        id="residency-azure-cache-geo",
        title="Databases of Redis Enterprise are replicated with databases in allowed regions",
        why="Every database of a geo-replication group holds all entries of the group.",
        fix="Keep geoReplication.linkedDatabases to clusters in regions inside residency or dr_residency of the data class.",
        blind="A cluster outside the stack that environments[].elsewhere of the spec does not name.",
        source="https://learn.microsoft.com/azure/redis/how-to-active-geo-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R066",),
        maps=KEPT,
        also=GDPR,
        reads={REDIS_DATABASE: ("geoReplication.linkedDatabases[*].id",)},
        looks_at=looks_at(REDIS, REDIS_DATABASE),
        evaluate_linked=leads("geoReplication.linkedDatabases[*].id", "is replicated with a database in", REDIS_DATABASE, REDIS),
        snippet="""\
import pulumi_azure_native as azure

azure.redisenterprise.RedisEnterprise(
    "copy",
    resource_group_name="records",
    cluster_name="acme-copy",
    location="northeurope",
    sku={"name": "Enterprise_E10", "capacity": 2},
    public_network_access="Disabled",
)
azure.redisenterprise.Database(
    "cache",
    resource_group_name="records",
    cluster_name="acme",
    geo_replication={
        "group_nickname": "acme",
        "linked_databases": [
            {
                "id": "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/records"
                "/providers/Microsoft.Cache/redisEnterprise/acme-copy/databases/default"
            }
        ],
    },
)
""",
    ),
    Control(
        id="residency-azure-volume-replication",
        title="NetApp volumes are replicated with volumes in allowed regions",
        why="Replication keeps the whole volume at both ends.",
        fix="Set dataProtection.replication.remoteVolumeRegion to a region inside residency or dr_residency of the data class, with a volume there.",
        blind="Backups of the volume, which stay with the account; migration from outside Azure.",
        source="https://learn.microsoft.com/azure/azure-netapp-files/replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R074",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={VOLUME: (REMOTE_REGION, REMOTE_VOLUME)},
        looks_at=looks_at(VOLUME),
        evaluate_linked=volume,
        snippet="""\
import pulumi_azure_native as azure

azure.netapp.CapacityPoolVolume(
    "files",
    resource_group_name="records",
    account_name="acme",
    pool_name="pool",
    volume_name="files",
    location="westeurope",
    creation_token="files",
    subnet_id="/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/records/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
    usage_threshold=107374182400,
    data_protection={"replication": {"remote_volume_region": "northeurope", "replication_schedule": "hourly"}},
)
""",
    ),
    Control(
        id="residency-azure-factory-runtime",
        title="Integration runtimes run copies in allowed regions",
        why="A managed runtime that resolves its region by itself picks one near the data's destination, and the data passes through it.",
        fix="Set location in properties.computeProperties to an allowed region, or put the runtime into a managed virtual network.",
        blind="The runtime AutoResolveIntegrationRuntime that every factory has from the start, and linked services that name no runtime.",
        source="https://learn.microsoft.com/azure/data-factory/concepts-integration-runtime (read 2026-11-22)",
        category=Category.REACH,
        rows=("R077",),
        maps=SENT,
        also=GDPR,
        reads={FACTORY_RUNTIME: (KIND, PLACE, MANAGED_NETWORK), SYNAPSE_RUNTIME: (KIND, PLACE)},
        evaluate=runtime,
        snippet="""\
import pulumi_azure_native as azure

azure.datafactory.IntegrationRuntime(
    "runtime",
    resource_group_name="records",
    factory_name="acme",
    properties={"type": "Managed", "compute_properties": {"location": "westeurope"}},
)
""",
    ),
)
