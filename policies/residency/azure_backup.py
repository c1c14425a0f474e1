"""Backup vaults and site recovery on Azure: where backups and replicas of machines lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, Verdict, unknown
from handoff.controls.rules import LATER, every

from ._azure_references import FABRIC, NETWORK, STORAGE, looks_at, references
from ._azure_regions import GDPR, KEPT, geo, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

RECOVERY = "azure-native:recoveryservices:Vault"
BACKUP = "azure-native:dataprotection:BackupVault"
PROTECTED = "azure-native:recoveryservices:ReplicationProtectedItem"
REDUNDANCY = "properties.redundancySettings.standardTierStorageRedundancy"
CROSS_RESTORE = "properties.redundancySettings.crossRegionRestore"
STORES = "properties.storageSettings[*].type"
CROSS_STATE = "properties.featureSettings.crossRegionRestoreSettings.state"
REPLICATED = "properties.replicatedRegions[*]"
DETAILS = "properties.providerSpecificDetails"
TELLING = {
    "recoveryContainerId": FABRIC,
    "recoveryAzureNetworkId": NETWORK,
    "recoveryBootDiagStorageAccountId": STORAGE,
    "targetAzureNetworkId": NETWORK,
    "targetNetworkId": NETWORK,
    "targetStorageAccountId": STORAGE,
    "storageAccountId": STORAGE,
    "logStorageAccountId": STORAGE,
    "targetBootDiagnosticsStorageAccountId": STORAGE,
}
"""What tells the region of a recovered machine: its fabric, its network, its disks' account. A resource group's region tells nothing."""


def recovery(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Whatever names the recovery side is in an allowed region; one telling reference is enough, and none is not."""
    said: dict[str, list[Finding]] = {}
    for name, kind in TELLING.items():
        path = f"{DETAILS}.{name}"
        if resource.get(path) is not None:
            said[path] = list(references(resource, stack, context, path, "recovers in", kind))
    failed = [one for found in said.values() for one in found if one.verdict is Verdict.FAIL]
    unsure = [found for found in said.values() if any(one.verdict is Verdict.UNKNOWN for one in found)]
    if failed:
        yield from failed
    elif not said:
        yield unknown(f"the recovery side {LATER}, or nothing that tells its region is named", DETAILS)
    elif len(unsure) == len(said):
        yield unsure[0][0]
    else:
        yield from (one for found in said.values() for one in found if one.verdict is Verdict.PASS)


CONTROLS = (
    Control(
        id="residency-azure-recovery-vault",
        title="Recovery Services vaults keep backups in allowed regions",
        why="A vault that says nothing is geo-redundant: every backup lies in the paired region as well, and cross-region restore opens it there.",
        fix="Set standardTierStorageRedundancy of properties.redundancySettings to LocallyRedundant or ZoneRedundant, and crossRegionRestore to Disabled.",
        blind="A vault whose redundancy was fixed by a backup made before: Azure then refuses the change.",
        source="https://learn.microsoft.com/azure/backup/backup-create-recovery-services-vault (read 2026-11-22)",
        category=Category.COPY,
        rows=("R056",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={RECOVERY: (REDUNDANCY, CROSS_RESTORE, "location")},
        evaluate=every(
            geo(REDUNDANCY, ("GeoRedundant",), "keeps its backups", default="GeoRedundant"),
            geo(CROSS_RESTORE, ("Enabled",), "restores its backups"),
        ),
        snippet="""\
import pulumi_azure_native as azure

azure.recoveryservices.Vault(
    "backups",
    resource_group_name="records",
    location="westeurope",
    sku={"name": "Standard"},
    properties={"redundancy_settings": {"standard_tier_storage_redundancy": "ZoneRedundant", "cross_region_restore": "Disabled"}},
)
""",
    ),
    Control(
        id="residency-azure-backup-vault",
        title="Backup vaults keep backups in allowed regions",
        why="Geo-redundant stores, cross-region restore and replicated regions each keep the backups in a second region.",
        fix="Set type in properties.storageSettings to ZoneRedundant or LocallyRedundant, and crossRegionRestoreSettings.state to Disabled.",
        blind="Backups that stay in the protected resource itself (the operational tier).",
        source="https://learn.microsoft.com/azure/backup/create-manage-backup-vault (read 2026-11-22)",
        category=Category.COPY,
        rows=("R057",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={BACKUP: (STORES, CROSS_STATE, REPLICATED, "location")},
        evaluate=every(
            geo(STORES, ("GeoRedundant",), "keeps its backups", default="GeoRedundant"),
            geo(CROSS_STATE, ("Enabled",), "restores its backups"),
            named(REPLICATED, "keeps its backups in"),
        ),
        snippet="""\
import pulumi_azure_native as azure

azure.dataprotection.BackupVault(
    "backups",
    resource_group_name="records",
    location="westeurope",
    properties={"storage_settings": [{"datastore_type": "VaultStore", "type": "ZoneRedundant"}]},
)
""",
    ),
    Control(
        id="residency-azure-site-recovery",
        title="Machines under site recovery are replicated to allowed regions",
        why="Replication keeps a running copy of every disk in the recovery region.",
        fix="Choose a recovery container, network and storage account in a region inside residency or dr_residency of the data class.",
        blind="A recovery side outside the stack that environments[].elsewhere of the spec does not name; the cache storage account of the source side.",
        source="https://learn.microsoft.com/azure/site-recovery/azure-to-azure-architecture (read 2026-11-22)",
        category=Category.COPY,
        rows=("R058",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={PROTECTED: tuple(f"{DETAILS}.{name}" for name in TELLING)},
        looks_at=looks_at(FABRIC, NETWORK, STORAGE),
        evaluate_linked=recovery,
        snippet="""\
import pulumi_azure_native as azure

network = azure.network.VirtualNetwork(
    "recovery",
    resource_group_name="records",
    location="northeurope",
    address_space={"address_prefixes": ["10.20.0.0/16"]},
)
azure.recoveryservices.ReplicationProtectedItem(
    "machine",
    resource_group_name="records",
    resource_name_="backups",
    fabric_name="west",
    protection_container_name="west",
    properties={"provider_specific_details": {"instance_type": "A2A", "fabric_object_id": "machine", "recovery_azure_network_id": network.id}},
)
""",
    ),
)
