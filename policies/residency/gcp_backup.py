"""Backups on Google Cloud: where plans and vaults keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity

from ._gcp_places import LIVES, TRANSFER, at_home, follow, lies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

GKE_PLAN = "gcp:gkebackup/backupPlan:BackupPlan"
VAULT = "gcp:backupdisasterrecovery/backupVault:BackupVault"
PLAN = "gcp:backupdisasterrecovery/backupPlan:BackupPlan"
ALLOYDB = "gcp:alloydb/backup:Backup"
FILESTORE = "gcp:filestore/backup:Backup"
NETAPP = "gcp:netapp/backupVault:BackupVault"


def homes(resource: Resource, context: Context) -> Iterator[Finding]:
    """The location of the vault, plan or backup; of NetApp's vaults the region that backups go to."""
    region = resource.get("backupRegion") if resource.type == NETAPP else None
    if region is not None:
        yield from lies(resource, context, region, "backupRegion", "keeps backups in", is_copy=True)
    else:
        yield from at_home(resource, context, "keeps backups in", is_copy=True)


def vaults(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The place of the vault that a plan writes to."""
    yield from follow(resource, stack, context, "backupVault", "keeps backups in", (VAULT,))


CONTROLS = (
    Control(
        id="residency-gcp-backup-location",
        title="Backup plans, vaults and backups lie in allowed regions",
        why="A backup is the whole data again, in the location of its plan or vault.",
        fix="Make the plan, vault or backup with location set to a region inside residency or dr_residency.",
        blind="Backups that are restored elsewhere.",
        source="https://cloud.google.com/kubernetes-engine/docs/add-on/backup-for-gke/concepts/backup-for-gke (read 2026-11-22)",
        category=Category.COPY,
        rows=("R102",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={
            GKE_PLAN: ("location",),
            VAULT: ("location",),
            ALLOYDB: ("location",),
            FILESTORE: ("location",),
            NETAPP: ("location", "backupRegion"),
        },
        evaluate=homes,
        snippet="""\
import pulumi_gcp as gcp

gcp.backupdisasterrecovery.BackupVault(
    "records",
    backup_vault_id="records",
    location="europe-west1",
    backup_minimum_enforced_retention_duration="2592000s",
)
""",
    ),
    Control(
        id="residency-gcp-backup-vault",
        title="Backup plans write to vaults in allowed regions",
        why="A plan in one region may write to a vault in another.",
        fix="Set backupVault to a vault inside residency or dr_residency of the data class.",
        blind="Vaults of other stacks whose name is not known before the update.",
        source="https://cloud.google.com/backup-disaster-recovery/docs/concepts/backup-vault (read 2026-11-22)",
        category=Category.COPY,
        rows=("R102",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={PLAN: ("backupVault",)},
        looks_at={VAULT: ("backupVaultId", "location")},
        evaluate_linked=vaults,
        snippet="""\
import pulumi_gcp as gcp

gcp.backupdisasterrecovery.BackupPlan(
    "daily",
    backup_plan_id="daily",
    location="europe-west1",
    resource_type="compute.googleapis.com/Instance",
    backup_vault="projects/acme-prod/locations/europe-west1/backupVaults/records",
    backup_rules=[],
)
""",
    ),
)
