"""Cloud SQL: where backups are kept and where replicas run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._gcp_places import LIVES, TRANSFER, at_home, lies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
BACKUPS = "settings.backupConfiguration"


def backups(resource: Resource, context: Context) -> Iterator[Finding]:
    """The location of the backups, which has to be named: the default is a multi-region of Google's choice."""
    path = f"{BACKUPS}.location"
    location = resource.get(path)
    enabled = resource.get(f"{BACKUPS}.enabled")
    if location not in (None, ""):
        yield from lies(resource, context, location, path, "keeps backups in", is_copy=True)
    elif resource.get("masterInstanceName") is not None:
        yield not_applicable("is a replica, whose primary makes the backups")
    elif enabled is UNKNOWN:
        yield unknown(f"whether it makes backups {LATER}", f"{BACKUPS}.enabled")
    elif enabled in (None, False, "false"):
        yield not_applicable("makes no automated backups")
    else:
        yield fail("names no location for backups, so they go to the multi-region that is nearest", path)


def replica(resource: Resource, context: Context) -> Iterator[Finding]:
    """The region of an instance that copies another."""
    if resource.get("masterInstanceName") in (None, ""):
        yield not_applicable("is no replica")
    else:
        yield from at_home(resource, context, "is a replica in", is_copy=True)


CONTROLS = (
    Control(
        id="residency-gcp-sql-backups",
        title="Backups of Cloud SQL are kept in a location that is named and allowed",
        why="When no location is named, backups go to the multi-region nearest to the instance, which may span countries that the data class does not allow.",
        fix="Set settings.backupConfiguration.location to a region inside residency or dr_residency.",
        blind="Exports and copies of backups made by hand, and on-demand backups of an instance whose automated backups are off.",
        source="https://cloud.google.com/sql/docs/postgres/backup-recovery/backups (read 2026-11-22)",
        category=Category.COPY,
        rows=("R091",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={INSTANCE: (f"{BACKUPS}.location", f"{BACKUPS}.enabled", "masterInstanceName")},
        evaluate=backups,
        snippet="""\
import pulumi_gcp as gcp

gcp.sql.DatabaseInstance(
    "records",
    database_version="POSTGRES_17",
    region="europe-west1",
    settings={"tier": "db-custom-2-7680", "backup_configuration": {"enabled": True, "location": "europe-west4"}},
)
""",
    ),
    Control(
        id="residency-gcp-sql-replicas",
        title="Replicas of Cloud SQL run in allowed regions",
        why="A cross-region replica holds the whole database in its own region.",
        fix="Make the replica with region set to one inside residency or dr_residency of the data class.",
        blind="Replicas that are made outside the program, and replicas on servers that are not Google's.",
        source="https://cloud.google.com/sql/docs/postgres/replication/cross-region-replicas (read 2026-11-22)",
        category=Category.COPY,
        rows=("R092",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={INSTANCE: ("masterInstanceName", "region")},
        evaluate=replica,
        snippet="""\
import pulumi_gcp as gcp

gcp.sql.DatabaseInstance(
    "replica",
    database_version="POSTGRES_17",
    region="europe-west4",
    master_instance_name="records",
    settings={"tier": "db-custom-2-7680"},
)
""",
    ),
)
