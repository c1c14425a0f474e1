"""Cloud SQL: databases that only the client's network reaches, that survive a failure, and that write down who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, is_false, is_one_of, is_true, own_key

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, ResourceRule
    from handoff.controls.resource import Resource, Stack

DATABASE = "gcp:sql/databaseInstance:DatabaseInstance"
PRIMARY = "masterInstanceName"
IP = "settings.ipConfiguration"
BACKUP = "settings.backupConfiguration"
FLAGS = "settings.databaseFlags[*]"
ON: Mapping[str, tuple[str, ...]] = {
    "POSTGRES": ("cloudsql.enable_pgaudit", "log_checkpoints", "log_connections", "log_disconnections", "log_lock_waits"),
    "MYSQL": (),
    "SQLSERVER": (),
}
"""Flags that have to be on, by the beginning of the database's version."""
SET: Mapping[str, Mapping[str, str]] = {"POSTGRES": {"log_temp_files": "0"}, "MYSQL": {"local_infile": "off"}, "SQLSERVER": {}}
"""Flags that have to be set to one value."""
NOT: Mapping[str, Mapping[str, str]] = {
    "POSTGRES": {"log_min_duration_statement": "-1"},
    "MYSQL": {},
    "SQLSERVER": {"cross db ownership chaining": "off", "contained database authentication": "off"},
}
"""Flags that may be left out, or be set to this value."""
_SWITCH = {"1": "on", "true": "on", "0": "off", "false": "off"}


def _of_primary(rule: ResourceRule, what: str) -> ResourceRule:
    """The rule for primaries only."""

    def judge(resource: Resource, context: Context) -> Iterator[Finding]:
        if resource.get(PRIMARY) is not None:
            yield not_applicable(f"a replica, {what}")
            return
        yield from rule(resource, context)

    return judge


def open_networks(resource: Resource, _: Context) -> Iterator[Finding]:
    """No authorized network is the whole internet."""
    for at, value in resource.each(f"{IP}.authorizedNetworks[*].value"):
        if value is UNKNOWN:
            yield unknown(f"whom it lets in {LATER}", at)
        elif _gcp.is_everywhere(value):
            yield fail(f"lets in {value}, which is the whole internet", at)


_point = is_true(f"{BACKUP}.pointInTimeRecoveryEnabled", "cannot be brought back to a moment between two backups")
_binary_log = is_true(f"{BACKUP}.binaryLogEnabled", "cannot be brought back to a moment between two backups")


def point_in_time(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every moment can be brought back: by the log of changes, which MySQL calls the binary log."""
    version = resource.get("databaseVersion")
    if version is UNKNOWN:
        yield unknown(f"databaseVersion {LATER}", "databaseVersion")
        return
    yield from (_binary_log if _family(version) == "MYSQL" else _point)(resource, context)


_regional = is_one_of("settings.availabilityType", ("REGIONAL",), "stops with its zone", default="ZONAL")


def available(resource: Resource, context: Context) -> Iterator[Finding]:
    """A database of a critical environment has a standby in another zone."""
    if context.environment.criticality != "high":
        yield not_applicable(f"the environment is of {context.environment.criticality} criticality")
        return
    yield from _regional(resource, context)


def deletion(resource: Resource, context: Context) -> Iterator[Finding]:
    """A database cannot be deleted by accident, until the exit."""
    value = resource.get("deletionProtection")
    if context.engagement.term.phase == "exit":
        yield not_applicable("in the exit phase databases may be deleted")
    elif value is UNKNOWN:
        yield unknown(f"deletionProtection {LATER}", "deletionProtection")
    elif value is not None and str(value).lower() != "true":
        yield fail("can be deleted by any update", "deletionProtection")


_key = own_key("encryptionKeyName", "is encrypted with Google's own key")


def encrypted(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The database names a key of the client's; a replica takes its primary's."""
    if resource.get(PRIMARY) is not None and resource.get("encryptionKeyName") is None:
        yield not_applicable("a replica, which takes the key of its primary")
        return
    yield from _key(resource, stack, context)


def flags(resource: Resource, _: Context) -> Iterator[Finding]:
    """Who connects and what changes is logged, and files of the client's machine cannot be loaded."""
    version = resource.get("databaseVersion")
    if version is UNKNOWN:
        yield unknown(f"databaseVersion {LATER}", "databaseVersion")
        return
    family = _family(version)
    if not family:
        yield not_applicable(f"no flags are known for {version}")
        return
    given: dict[str, tuple[str, object]] = {}
    for at, entry in resource.each(FLAGS):
        name = entry.get("name") if isinstance(entry, dict) else entry
        if name is UNKNOWN:
            yield unknown(f"its flags {LATER}", at)
            return
        if isinstance(entry, dict) and isinstance(name, str):
            given[name] = (f"{at}.value", entry.get("value"))
    required = {**dict.fromkeys(ON[family], "on"), **SET[family]}
    for name, wanted in {**required, **NOT[family]}.items():
        at, value = given.get(name, ("settings.databaseFlags", None))
        if value is UNKNOWN:
            yield unknown(f"flag {name} {LATER}", at)
        elif value is None and name in required:
            yield fail(f"does not set flag {name}, which has to be {wanted}", at)
        elif value is not None and not _is(str(value), wanted):
            yield fail(f"sets flag {name} to {value} and not to {wanted}", at)


def _is(value: str, wanted: str) -> bool:
    lowered = value.strip().lower()
    return wanted in (lowered, _SWITCH.get(lowered))


def _family(version: object) -> str:
    return next((one for one in ON if isinstance(version, str) and version.upper().startswith(one)), "")


_SNIPPET = """\
import pulumi_gcp as gcp

ring = gcp.kms.KeyRing("data", location="europe-west1")
key = gcp.kms.CryptoKey("data", key_ring=ring.id, rotation_period="7776000s")
on = ("cloudsql.enable_pgaudit", "log_checkpoints", "log_connections", "log_disconnections", "log_lock_waits")
gcp.sql.DatabaseInstance(
    "records",
    region="europe-west1",
    database_version="POSTGRES_16",
    encryption_key_name=key.id,
    deletion_protection=True,
    settings={
        "tier": "db-custom-2-8192",
        "availability_type": "REGIONAL",
        "ip_configuration": {"ipv4_enabled": False, "private_network": "projects/acme-prod/global/networks/work", "ssl_mode": "ENCRYPTED_ONLY"},
        "backup_configuration": {"enabled": True, "point_in_time_recovery_enabled": True},
        "database_flags": [*({"name": name, "value": "on"} for name in on), {"name": "log_temp_files", "value": "0"}],
    },
)
"""
CONTROLS = (
    Control(
        id="gcp-sql-public-address",
        title="Databases have no address on the internet",
        why="A database with a public address is one password away from everybody.",
        fix="Set settings.ipConfiguration.ipv4Enabled to false, and privateNetwork or pscConfigs to the way in.",
        blind="Who can reach the private network.",
        source="https://cloud.google.com/sql/docs/postgres/configure-ip (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G24",),
        maps=Maps(nist="~AC-4 SC-7", hipaa="308(a)(1)(ii)(B)", pci="1.3.1 1.4.5", soc2="~CC6.6", iso="~A.8.20 A.8.21"),
        reads={DATABASE: (f"{IP}.ipv4Enabled",)},
        evaluate=is_false(f"{IP}.ipv4Enabled", "has an address on the internet", default=True),
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-sql-open-networks",
        title="Databases let in no network that is the whole internet",
        why="Whoever lets in 0.0.0.0/0 leaves only the password between the data and everybody.",
        fix="Name exact networks in settings.ipConfiguration.authorizedNetworks, or none.",
        blind="Ranges smaller than half of the internet.",
        source="https://cloud.google.com/sql/docs/postgres/authorize-networks (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G24",),
        maps=Maps(nist="~AC-4 SC-7", hipaa="308(a)(1)(ii)(B)", pci="1.3.1 1.4.5", soc2="~CC6.6", iso="~A.8.20 A.8.21"),
        severity=Severity.CRITICAL,
        reads={DATABASE: (f"{IP}.authorizedNetworks[*].value",)},
        evaluate=open_networks,
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-sql-tls",
        title="Databases accept encrypted connections only",
        why="On a connection in plain text anybody on the way reads the data and the password.",
        fix="Set settings.ipConfiguration.sslMode to ENCRYPTED_ONLY or TRUSTED_CLIENT_CERTIFICATE_REQUIRED, after every client encrypts.",
        blind="Whether clients check the certificate of the database.",
        source="https://cloud.google.com/sql/docs/postgres/configure-ssl-instance (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("G25",),
        maps=Maps(nist="~SC-8 SC-8(1)", hipaa="~312(e)(1) 312(e)(2)(i)", pci="4.2.1 2.2.7", soc2="CC6.7", iso="~A.8.24 A.8.20"),
        reads={DATABASE: (f"{IP}.sslMode",)},
        evaluate=is_one_of(
            f"{IP}.sslMode",
            ("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"),
            "accepts connections in plain text",
            default="ALLOW_UNENCRYPTED_AND_ENCRYPTED",
        ),
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-sql-backups",
        title="Databases are backed up every day",
        why="Without a backup a mistake is final.",
        fix="Set settings.backupConfiguration.enabled to true.",
        blind="How many backups are kept, and whether anybody ever restored one.",
        source="https://cloud.google.com/sql/docs/postgres/backup-recovery/backups (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("G26",),
        maps=Maps(nist="~CP-9 CP-10", hipaa="~308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="10.3.3", soc2="CC7.5 PI1.5", iso="A.8.13"),
        reads={DATABASE: (f"{BACKUP}.enabled", PRIMARY)},
        remedy={f"{BACKUP}.enabled": True},
        evaluate=_of_primary(is_true(f"{BACKUP}.enabled", "is never backed up"), "whose primary is backed up"),
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-sql-point-in-time",
        title="Databases can be brought back to any moment",
        why="With daily backups alone, a day's work is lost with each mistake.",
        fix="Set settings.backupConfiguration.pointInTimeRecoveryEnabled to true, on MySQL binaryLogEnabled.",
        blind="For how many days the log of changes is kept.",
        source="https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("G26",),
        maps=Maps(nist="~CP-9 CP-10", hipaa="~308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="10.3.3", soc2="CC7.5 PI1.5", iso="A.8.13"),
        reads={DATABASE: (f"{BACKUP}.pointInTimeRecoveryEnabled", f"{BACKUP}.binaryLogEnabled", "databaseVersion", PRIMARY)},
        evaluate=_of_primary(point_in_time, "whose primary keeps the log of changes"),
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-sql-availability",
        title="Databases of critical environments have a standby in another zone",
        why="A zone that fails takes a zonal database with it for as long as it lasts.",
        fix="Set settings.availabilityType to REGIONAL.",
        blind="Whether clients connect again after the change to the standby.",
        source="https://cloud.google.com/sql/docs/postgres/high-availability (read 2026-11-22)",
        category=Category.BASELINE,
        family="HA",
        rows=("G27",),
        maps=Maps(nist="~CP-10 CP-2", hipaa="~308(a)(7)(i) 308(a)(7)(ii)(C)", soc2="~A1.2", iso="~A.8.14"),
        severity=Severity.MEDIUM,
        reads={DATABASE: ("settings.availabilityType", PRIMARY)},
        evaluate=_of_primary(available, "which the primary does not wait for"),
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-sql-deletion",
        title="Databases cannot be deleted by accident before the exit",
        why="One wrong change of a program deletes a database together with its backups.",
        fix="Leave deletionProtection out, or set it to true.",
        blind="Deletion by the console or the API, which settings.deletionProtectionEnabled holds off.",
        source="https://cloud.google.com/sql/docs/postgres/deletion-protection (read 2026-11-22)",
        category=Category.BASELINE,
        family="DEL",
        rows=("G27",),
        maps=_gcp.FAMILY["DEL"],
        reads={DATABASE: ("deletionProtection",)},
        remedy={"deletionProtection": True},
        evaluate=deletion,
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-sql-encryption",
        title="Databases are encrypted with a key of the client's",
        why="Only a key that the client owns lets the client end the provider's reading, and erase what is left, at once.",
        fix="Set encryptionKeyName when the database is made.",
        blind="Exports and clones.",
        source="https://cloud.google.com/sql/docs/postgres/cmek (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("G27",),
        maps=_gcp.FAMILY["RST"],
        reads={DATABASE: ("encryptionKeyName", PRIMARY)},
        looks_at={_gcp.KEY: ()},
        evaluate_linked=encrypted,
        snippet=_SNIPPET,
    ),
    Control(
        id="gcp-sql-flags",
        title="Databases log who connects and what changes, and load no files of clients",
        why="Who read which record can be shown only when the database itself wrote it down.",
        fix="Set the flag that the finding names in settings.databaseFlags; some restart the database.",
        blind="What pgAudit is told to log in the database; on PostgreSQL a log of slow statements, which would hold data, has to be off.",
        source="https://cloud.google.com/sql/docs/postgres/flags (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("G28",),
        maps=Maps(nist="~AU-2 AU-3", hipaa="~312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.16"),
        severity=Severity.MEDIUM,
        reads={DATABASE: ("databaseVersion", f"{FLAGS}.name", f"{FLAGS}.value")},
        evaluate=flags,
        snippet=_SNIPPET,
    ),
)
