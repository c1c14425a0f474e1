"""SQL databases and managed instances on Azure: backups, replicas and failover groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, both

from ._azure_references import SQL_DATABASE, SQL_INSTANCE, SQL_SERVER, by_type, leads, looks_at, references
from ._azure_regions import GDPR, KEPT, geo, here, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

FAILOVER = "azure-native:sql:FailoverGroup"
INSTANCE_FAILOVER = "azure-native:sql:InstanceFailoverGroup"
BACKUPS = "requestedBackupStorageRedundancy"
DISTANT = frozenset({"geo", "standby"})
SECONDARY = frozenset({"secondary", "onlinesecondary"})


def replica(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A geo-secondary holds what its source holds: both ends are allowed."""
    kind, mode = resource.get("secondaryType"), resource.get("createMode")
    if kind is UNKNOWN or (kind is None and mode is UNKNOWN):
        name = "secondaryType" if kind is UNKNOWN else "createMode"
        yield unknown(f"whether it is a replica of a database elsewhere: {name} {LATER}", name)
    elif (isinstance(kind, str) and kind.lower() in DISTANT) or (kind is None and isinstance(mode, str) and mode.lower() in SECONDARY):
        yield from here(resource, context, "is a geo-replica in")
        for path in ("sourceDatabaseId", "sourceResourceId"):
            yield from references(resource, stack, context, path, "is a replica of a database in", SQL_DATABASE, SQL_SERVER, is_copy=False)
    else:
        yield not_applicable("no geo-replica")


CONTROLS = (
    Control(
        id="residency-azure-sql-backup",
        title="Backups of SQL databases and managed instances stay in allowed regions",
        why="The service keeps backups in the paired region as well unless the database asks for local or zone redundancy.",
        fix="Set requestedBackupStorageRedundancy to Local or Zone, or allow the pair under dr_residency of the data class.",
        blind="Exports (BACPAC) and copies that people make.",
        source="https://learn.microsoft.com/azure/azure-sql/database/automated-backups-overview (read 2026-11-22)",
        category=Category.COPY,
        rows=("R053",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={SQL_DATABASE: (BACKUPS, "location"), SQL_INSTANCE: (BACKUPS, "location")},
        evaluate=geo(BACKUPS, ("Geo", "GeoZone"), "keeps its backups", default="Geo"),
        snippet="""\
import pulumi_azure_native as azure

azure.sql.Database(
    "records",
    resource_group_name="records",
    server_name="acme-records",
    location="westeurope",
    requested_backup_storage_redundancy="Zone",
)
""",
    ),
    Control(
        id="residency-azure-sql-replica",
        title="Geo-replicas of SQL databases and their sources lie in allowed regions",
        why="A geo-secondary is a full copy of its source that follows every change.",
        fix="Move the secondary to a server in an allowed region, or remove it.",
        blind="A source outside the stack that environments[].elsewhere of the spec does not name.",
        source="https://learn.microsoft.com/azure/azure-sql/database/active-geo-replication-overview (read 2026-11-22)",
        category=Category.COPY,
        rows=("R053",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={SQL_DATABASE: ("secondaryType", "createMode", "sourceDatabaseId", "sourceResourceId", "location")},
        looks_at=looks_at(SQL_DATABASE, SQL_SERVER),
        evaluate_linked=replica,
        snippet="""\
import pulumi_azure_native as azure

server = azure.sql.Server("primary", resource_group_name="records", server_name="acme-records", location="westeurope")
primary = azure.sql.Database(
    "records",
    resource_group_name="records",
    server_name=server.name,
    location="westeurope",
    requested_backup_storage_redundancy="Zone",
)
azure.sql.Database(
    "replica",
    resource_group_name="records",
    server_name="acme-replica",
    location="northeurope",
    create_mode="Secondary",
    secondary_type="Geo",
    source_database_id="/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/records/providers/Microsoft.Sql/servers/acme-records/databases/records",
    requested_backup_storage_redundancy="Zone",
)
""",
    ),
    Control(
        id="residency-azure-sql-failover",
        title="SQL failover groups fail over to allowed regions",
        why="A failover group keeps every database of the group on the partner and moves the work there.",
        fix="Name a partner in an allowed region in partnerServers, partnerRegions or managedInstancePairs.",
        blind="A partner outside the stack that environments[].elsewhere of the spec does not name.",
        source="https://learn.microsoft.com/azure/azure-sql/database/failover-group-sql-db (read 2026-11-22)",
        category=Category.COPY,
        rows=("R054",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={
            FAILOVER: ("partnerServers[*].id",),
            INSTANCE_FAILOVER: ("partnerRegions[*].location", "managedInstancePairs[*].partnerManagedInstanceId"),
        },
        looks_at=looks_at(SQL_SERVER, SQL_INSTANCE),
        evaluate_linked=by_type(
            {
                FAILOVER: leads("partnerServers[*].id", "fails over to", SQL_SERVER),
                INSTANCE_FAILOVER: both(
                    leads("managedInstancePairs[*].partnerManagedInstanceId", "fails over to", SQL_INSTANCE),
                    alone(named("partnerRegions[*].location", "fails over to")),
                ),
            }
        ),
        snippet="""\
import pulumi_azure_native as azure

partner = azure.sql.Server("partner", resource_group_name="records", server_name="acme-partner", location="northeurope")
azure.sql.FailoverGroup(
    "records",
    resource_group_name="records",
    server_name="acme-records",
    partner_servers=[{"id": partner.id}],
    read_write_endpoint={"failover_policy": "Manual"},
)
""",
    ),
)
