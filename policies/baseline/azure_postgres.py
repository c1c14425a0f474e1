"""PostgreSQL flexible servers: who gets in, how, and how much comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, is_at_least, is_one_of

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

SERVER = "azure-native:dbforpostgresql:Server"
CONFIGURATION = "azure-native:dbforpostgresql:Configuration"
SUBNET = ("azure-native:network:Subnet", "azure-native:network:VirtualNetwork")
_YES = ("on", "true", "1", "all")
WANTED: Mapping[str, tuple[str, ...]] = {
    "require_secure_transport": _YES,
    "ssl_min_protocol_version": ("TLSv1.2", "TLSv1.3"),
    "log_checkpoints": _YES,
    "log_connections": _YES,
    "log_disconnections": _YES,
}
"""Parameter -> the values that are good enough."""
MOST_DAYS = 35
"""source: https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-backup-restore (read 2026-11-22)"""
_SHUT = shapes.closed("answers every network", public="network.publicNetworkAccess")
_ENTRA = is_one_of("authConfig.activeDirectoryAuth", ("Enabled",), "does not know people of Entra")
_BACKUP = is_at_least(
    "backup.backupRetentionDays",
    lambda context: min(MOST_DAYS, context.engagement.requirements.backup_retention.days),
    "keeps backups for too few days",
    default=7,
)
_ZONES = is_one_of("highAvailability.mode", ("ZoneRedundant",), "has no second server in another zone", default="Disabled")


def entry(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A server lives in a subnet of the client's or refuses public networks, and knows people of Entra."""
    subnet = "network.delegatedSubnetResourceId"
    value = resource.get(subnet)
    if value is None:
        yield from _SHUT(resource, context)
    else:
        yield from shapes.referred(resource, stack, subnet, value, SUBNET, "names no subnet")
    yield from alone(_ENTRA)(resource, stack, context)


def parameter(resource: Resource, context: Context) -> Iterator[Finding]:
    """A parameter that decides about TLS or logs has a good value."""
    name = resource.get("configurationName")
    if name is UNKNOWN:
        yield unknown(f"which parameter it sets {LATER}", "configurationName")
    elif isinstance(name, str) and name.lower() in WANTED:
        yield from is_one_of("value", WANTED[name.lower()], f"sets {name} to a value that is not safe")(resource, context)
    else:
        yield not_applicable("a parameter that the baseline does not speak of")


def recovery(resource: Resource, context: Context) -> Iterator[Finding]:
    """Backups go back far enough; where the environment is of high criticality another zone stands in."""
    if resource.get("createMode") == "Replica":
        yield not_applicable("a replica, which its source server's backups cover")
        return
    yield from _BACKUP(resource, context)
    if context.environment.criticality == "high":
        yield from _ZONES(resource, context)


CONTROLS = (
    Control(
        id="azure-postgres-access",
        title="PostgreSQL servers refuse public networks and know people of Entra",
        why="A password that works from anywhere is neither seen nor ended by an exit that reads the directory.",
        fix="Set network.publicNetworkAccess to Disabled or name network.delegatedSubnetResourceId, and set authConfig.activeDirectoryAuth to Enabled.",
        blind="Roles inside the databases, and passwords that stay allowed beside Entra.",
        source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("Z26",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="~CC6.6", iso="~A.8.20 A.8.21"),
        reads={SERVER: ("network.publicNetworkAccess", "network.delegatedSubnetResourceId", "authConfig.activeDirectoryAuth")},
        evaluate_linked=entry,
        snippet="""\
from pulumi_azure_native import dbforpostgresql

dbforpostgresql.Server(
    "records",
    resource_group_name="acme-prod",
    network={"public_network_access": "Disabled"},
    auth_config={"active_directory_auth": "Enabled", "password_auth": "Disabled"},
)
""",
    ),
    Control(
        id="azure-postgres-parameters",
        title="Parameters of PostgreSQL servers ask for TLS and log connections",
        why="One parameter is enough to let passwords travel in the clear or to leave no trace of who connected.",
        fix="Set value to on for require_secure_transport, log_checkpoints, log_connections and log_disconnections.",
        blind="Parameters that the program does not set and somebody changed by hand.",
        source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-ssl-tls (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("Z27",),
        maps=Maps(nist="SC-8 SC-8(1)", hipaa="312(e)(1) 312(e)(2)(ii)", pci="~4.2.1 2.2.7", soc2="CC6.6", iso="~A.8.24 A.8.20"),
        reads={CONFIGURATION: ("configurationName", "value")},
        evaluate=parameter,
        snippet="""\
from pulumi_azure_native import dbforpostgresql

dbforpostgresql.Configuration(
    "tls",
    resource_group_name="acme-prod",
    server_name="acme",
    configuration_name="require_secure_transport",
    value="on",
    source="user-override",
)
""",
    ),
    Control(
        id="azure-postgres-recovery",
        title="Backups of PostgreSQL servers go back as far as the spec asks, and critical servers stand in two zones",
        why="What is gone from the server can be returned only from its backups, and a zone's failure takes a lone server along.",
        fix="Set backup.backupRetentionDays to the days of requirements.backup_retention (35 at most) and, for high criticality, highAvailability.mode to ZoneRedundant.",
        blind="Backups outside the service. Geo-redundant backup is left to the residency controls, because it copies data into another region.",
        source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-backup-restore (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("Z28",),
        maps=Maps(nist="CP-9 CP-6", hipaa="~308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="~10.3.3 12.10.1", soc2="~A1.2 CC7.5", iso="~A.8.13"),
        reads={SERVER: ("backup.backupRetentionDays", "highAvailability.mode", "createMode")},
        evaluate=recovery,
        snippet="""\
from pulumi_azure_native import dbforpostgresql

dbforpostgresql.Server(
    "records",
    resource_group_name="acme-prod",
    backup={"backup_retention_days": 35},
    high_availability={"mode": "ZoneRedundant"},
)
""",
    ),
)
