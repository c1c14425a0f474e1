"""Cosmos DB, PostgreSQL, MySQL and MongoDB clusters on Azure: regions, backups and replicas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, Severity, not_applicable, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

from ._azure_references import MONGO, MYSQL, POSTGRES, looks_at, references
from ._azure_regions import GDPR, KEPT, by_type, geo, here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

COSMOS = "azure-native:cosmosdb:DatabaseAccount"
POSTGRES_SINGLE = "azure-native:dbforpostgresql:SingleServer"
MYSQL_SINGLE = "azure-native:dbformysql:SingleServer"
PERIODIC = "backupPolicy.periodicModeProperties.backupStorageRedundancy"
FLEXIBLE_BACKUP = "backup.geoRedundantBackup"
SINGLE_BACKUP = "properties.storageProfile.geoRedundantBackup"
SOURCE = "sourceServerResourceId"
SOURCE_REGION = "properties.replicaParameters.sourceLocation"


def regions(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every region of the account; only the first in the failover order is more than a copy."""
    for at, one in resource.each("locations[*]"):
        name = one.get("locationName") if isinstance(one, Mapping) else UNKNOWN
        is_copy = isinstance(one, Mapping) and one.get("failoverPriority") != 0
        yield from judged(resource, context, name, f"{at}.locationName" if "[" in at else at, "keeps its data in", is_copy=is_copy)


def write_regions(resource: Resource) -> list[str | Unknown]:
    """The regions whose pairs periodic backups may go to: the first in the failover order, or each where every region writes."""
    rows = [one if isinstance(one, Mapping) else {} for _, one in resource.each("locations[*]")]
    every = resource.get("enableMultipleWriteLocations") not in (None, False, "false")
    named = [one.get("locationName") for one in rows if every or one.get("failoverPriority") == 0]
    if not named:
        place = effective(resource)
        named = [place.region if place is not None and all(rows) else None]
    return [one if isinstance(one, str) else UNKNOWN for one in named]


def cosmos_backup(resource: Resource, context: Context) -> Iterator[Finding]:
    """Periodic backups, which are the default, go to the paired region unless told otherwise."""
    mode = resource.get("backupPolicy.type")
    if isinstance(mode, str) and mode.lower() == "continuous":
        return
    homes = dict.fromkeys(write_regions(resource))
    found = [one for region in homes for one in _periodic(resource, context, region)]
    if mode is UNKNOWN and found:
        yield unknown(f"backupPolicy.type {LATER}, and periodic backups would not stay where they may", "backupPolicy.type")
    else:
        yield from found


def _periodic(resource: Resource, context: Context, region: str | Unknown) -> Iterator[Finding]:
    yield from geo(PERIODIC, ("Geo",), "keeps its backups", default="Geo", home=lambda _: region)(resource, context)


def server_replica(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A replica, or a server restored from geo-redundant backups: both ends are allowed."""
    mode, source = resource.get("createMode"), resource.get(SOURCE)
    if source is None or (isinstance(mode, str) and mode.lower() == "pointintimerestore"):
        yield not_applicable("made from no server of another region")
        return
    yield from here(resource, context, "is a copy in")
    yield from references(resource, stack, context, SOURCE, "is a copy of a server in", POSTGRES, MYSQL, is_copy=False)


def cluster_replica(resource: Resource, context: Context) -> Iterator[Finding]:
    """A replica cluster and its source."""
    if resource.get("properties.replicaParameters") is None:
        yield not_applicable("no replica")
        return
    yield from here(resource, context, "is a replica in")
    source = resource.get(SOURCE_REGION)
    yield from judged(resource, context, source, SOURCE_REGION, "is a replica of a cluster in", is_copy=False)


FLEXIBLE = geo(FLEXIBLE_BACKUP, ("Enabled",), "keeps its backups")
SINGLE = geo(SINGLE_BACKUP, ("Enabled",), "keeps its backups")
CONTROLS = (
    Control(
        id="residency-azure-cosmos-regions",
        title="Cosmos DB accounts keep data only in allowed regions",
        why="Every region of the account holds all of its data.",
        fix="Remove the region from locations, or move it inside residency or dr_residency of the data class.",
        blind="Regions that are added outside the program.",
        source="https://learn.microsoft.com/azure/cosmos-db/distribute-data-globally (read 2026-11-22)",
        category=Category.COPY,
        rows=("R052",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={COSMOS: ("locations[*].locationName", "locations[*].failoverPriority")},
        evaluate=regions,
        snippet="""\
import pulumi_azure_native as azure

azure.cosmosdb.DatabaseAccount(
    "records",
    resource_group_name="records",
    location="westeurope",
    database_account_offer_type="Standard",
    locations=[{"location_name": "westeurope", "failover_priority": 0}, {"location_name": "northeurope", "failover_priority": 1}],
)
""",
    ),
    Control(
        id="residency-azure-cosmos-backup",
        title="Backups of Cosmos DB accounts stay in allowed regions",
        why="An account that says nothing has periodic backups, and those lie in the paired region as well.",
        fix="Set backupPolicy.type to Continuous, or backupStorageRedundancy of periodicModeProperties to Local or Zone.",
        blind="Restores to another account.",
        source="https://learn.microsoft.com/azure/cosmos-db/periodic-backup-storage-redundancy (read 2026-11-22)",
        category=Category.COPY,
        rows=("R052",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={
            COSMOS: ("backupPolicy.type", PERIODIC, "locations[*].locationName", "locations[*].failoverPriority", "enableMultipleWriteLocations", "location")
        },
        evaluate=cosmos_backup,
        snippet="""\
import pulumi_azure_native as azure

azure.cosmosdb.DatabaseAccount(
    "records",
    resource_group_name="records",
    location="westeurope",
    database_account_offer_type="Standard",
    locations=[{"location_name": "westeurope", "failover_priority": 0}],
    backup_policy={"type": "Continuous", "continuous_mode_properties": {"tier": "Continuous30Days"}},
)
""",
    ),
    Control(
        id="residency-azure-server-backup",
        title="Backups of PostgreSQL and MySQL servers stay in allowed regions",
        why="Geo-redundant backup keeps a copy of the server in the paired region.",
        fix="Set backup.geoRedundantBackup to Disabled, or allow the pair under dr_residency of the data class.",
        blind="Dumps that people make.",
        source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-backup-restore (read 2026-11-22)",
        category=Category.COPY,
        rows=("R055",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={
            POSTGRES: (FLEXIBLE_BACKUP, "location"),
            MYSQL: (FLEXIBLE_BACKUP, "location"),
            POSTGRES_SINGLE: (SINGLE_BACKUP, "location"),
            MYSQL_SINGLE: (SINGLE_BACKUP, "location"),
        },
        evaluate=by_type({POSTGRES: FLEXIBLE, MYSQL: FLEXIBLE, POSTGRES_SINGLE: SINGLE, MYSQL_SINGLE: SINGLE}),
        snippet="""\
import pulumi_azure_native as azure

azure.dbforpostgresql.Server(
    "records",
    resource_group_name="records",
    location="westeurope",
    backup={"backup_retention_days": 35, "geo_redundant_backup": "Disabled"},
)
""",
    ),
    Control(
        id="residency-azure-server-replica",
        title="Replicas of PostgreSQL and MySQL servers and their sources lie in allowed regions",
        why="A read replica, or a server restored from the other region's backups, holds all that its source holds.",
        fix="Put the replica and its source into regions inside residency or dr_residency of the data class.",
        blind="A source outside the stack that environments[].elsewhere of the spec does not name.",
        source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-read-replicas (read 2026-11-22)",
        category=Category.COPY,
        rows=("R055",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={POSTGRES: (SOURCE, "createMode", "location"), MYSQL: (SOURCE, "createMode", "location")},
        looks_at=looks_at(POSTGRES, MYSQL),
        evaluate_linked=server_replica,
        snippet="""\
import pulumi_azure_native as azure

primary = azure.dbforpostgresql.Server("primary", resource_group_name="records", server_name="acme-primary", location="westeurope")
azure.dbforpostgresql.Server(
    "replica",
    resource_group_name="records",
    location="northeurope",
    create_mode="Replica",
    source_server_resource_id=primary.id,
)
""",
    ),
    Control(
        id="residency-azure-mongo-replica",
        title="Replica clusters of MongoDB and their sources lie in allowed regions",
        why="A replica cluster follows every write of its source.",
        fix="Put the replica cluster and its source into regions inside residency or dr_residency of the data class.",
        blind="Backups, which the service keeps by itself.",
        source="https://learn.microsoft.com/azure/cosmos-db/mongodb/vcore/cross-region-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R075",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={MONGO: (SOURCE_REGION, "location")},
        evaluate=cluster_replica,
        snippet="""\
import pulumi_azure_native as azure

azure.mongocluster.MongoCluster(
    "replica",
    resource_group_name="records",
    location="northeurope",
    properties={
        "create_mode": "GeoReplica",
        "replica_parameters": {
            "source_location": "westeurope",
            "source_resource_id": "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/records/providers/Microsoft.DocumentDB/mongoClusters/records",
        },
    },
)
""",
    ),
)
