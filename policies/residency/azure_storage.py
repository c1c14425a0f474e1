"""Storage accounts on Azure: where the service and the account's owner copy blobs to."""

from __future__ import annotations

from handoff.controls.model import Category, Control, Severity
from handoff.controls.rules import is_false, is_one_of

from ._azure_references import STORAGE, leads, looks_at
from ._azure_regions import GDPR, KEPT, SENT, geo

REPLICATION = "azure-native:storage:ObjectReplicationPolicy"
GEO_SKUS = ("Standard_GRS", "Standard_RAGRS", "Standard_GZRS", "Standard_RAGZRS", "StandardV2_GRS", "StandardV2_GZRS")
DEFAULT_SKU = "Standard_RAGRS"
"""What the service's own tools take. source: https://learn.microsoft.com/cli/azure/storage/account (read 2026-11-22)"""

CONTROLS = (
    Control(
        id="residency-azure-storage-redundancy",
        title="Geo-redundant storage accounts copy only to a paired region that is allowed",
        why="Geo-redundancy keeps a second copy of every blob, file and message in the paired region, which Azure chooses.",
        fix="Set sku.name to Standard_ZRS or Standard_LRS, or allow the pair under dr_residency of the data class.",
        blind="Copies that applications and lifecycle tools make.",
        source="https://learn.microsoft.com/azure/storage/common/storage-redundancy (read 2026-11-22)",
        category=Category.COPY,
        rows=("R049",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={STORAGE: ("sku.name", "location")},
        evaluate=geo("sku.name", GEO_SKUS, "keeps its data", default=DEFAULT_SKU),
        snippet="""\
import pulumi_azure_native as azure

azure.storage.StorageAccount(
    "records",
    resource_group_name="records",
    account_name="acmerecords",
    location="westeurope",
    kind="StorageV2",
    sku={"name": "Standard_ZRS"},
)
""",
    ),
    Control(
        id="residency-azure-storage-tenant",
        title="Storage accounts replicate to no other tenant",
        why="Cross-tenant replication lets an account of another organisation keep a live copy of the blobs.",
        fix="Set allowCrossTenantReplication to false.",
        blind="Accounts made before 15 December 2023 that leave the property out: their default was to allow it.",
        source="https://learn.microsoft.com/azure/storage/blobs/object-replication-prevent-cross-tenant-policies (read 2026-11-22)",
        category=Category.REACH,
        rows=("R050",),
        maps=SENT,
        also=GDPR,
        reads={STORAGE: ("allowCrossTenantReplication",)},
        remedy={"allowCrossTenantReplication": False},
        evaluate=is_false("allowCrossTenantReplication", "may replicate to an account of another tenant"),
        snippet="""\
import pulumi_azure_native as azure

azure.storage.StorageAccount(
    "records",
    resource_group_name="records",
    account_name="acmerecords",
    location="westeurope",
    kind="StorageV2",
    sku={"name": "Standard_ZRS"},
    allow_cross_tenant_replication=False,
)
""",
    ),
    Control(
        id="residency-azure-storage-copy-scope",
        title="Copies from a storage account stay in the tenant or on its private links",
        why="Without a scope, anyone who may read a blob can have the service copy it to an account of any tenant.",
        fix="Set allowedCopyScope to AAD, or to PrivateLink.",
        blind="Copies that a client makes by reading and writing, which the scope does not bound.",
        source="https://learn.microsoft.com/azure/storage/common/security-restrict-copy-operations (read 2026-11-22)",
        category=Category.REACH,
        rows=("R050",),
        maps=SENT,
        also=GDPR,
        severity=Severity.MEDIUM,
        reads={STORAGE: ("allowedCopyScope",)},
        remedy={"allowedCopyScope": "AAD"},
        evaluate=is_one_of("allowedCopyScope", ("AAD", "PrivateLink"), "lets its blobs be copied to accounts of any tenant"),
        snippet="""\
import pulumi_azure_native as azure

azure.storage.StorageAccount(
    "records",
    resource_group_name="records",
    account_name="acmerecords",
    location="westeurope",
    kind="StorageV2",
    sku={"name": "Standard_ZRS"},
    allowed_copy_scope="AAD",
)
""",
    ),
    Control(
        id="residency-azure-storage-replication",
        title="Object replication ends in an allowed region and in a subscription of the client's",
        why="A replication policy copies every new blob to an account that may lie anywhere.",
        fix="Point destinationAccount to an account in an allowed region, by its resource id.",
        blind="An account outside the stack that environments[].elsewhere of the spec does not name: its region cannot be told.",
        source="https://learn.microsoft.com/azure/storage/blobs/object-replication-overview (read 2026-11-22)",
        category=Category.COPY,
        rows=("R051",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={REPLICATION: ("destinationAccount",)},
        looks_at=looks_at(STORAGE),
        evaluate_linked=leads("destinationAccount", "replicates blobs to", STORAGE),
        snippet="""\
import pulumi_azure_native as azure

copy = azure.storage.StorageAccount(
    "copy",
    resource_group_name="records",
    account_name="acmecopy",
    location="germanywestcentral",
    kind="StorageV2",
    sku={"name": "Standard_ZRS"},
)
azure.storage.ObjectReplicationPolicy(
    "replication",
    resource_group_name="records",
    account_name="acmerecords",
    source_account="acmerecords",
    destination_account=copy.id,
    object_replication_policy_id="default",
)
""",
    ),
)
