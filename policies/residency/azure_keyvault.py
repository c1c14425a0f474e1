"""Key vaults and HSMs on Azure: where keys and secrets are replicated to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.model import Category, Control, Severity
from handoff.controls.region import effective

from ._azure_regions import GDPR, KEPT, named, to_pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

VAULT = "azure-native:keyvault:Vault"
HSM = "azure-native:keyvault:ManagedHsm"
IN_REGION = frozenset({"brazilsouth", "westus3"})
"""Regions with a pair whose vaults stay in the region all the same, like those of regions without one.
source: https://learn.microsoft.com/azure/key-vault/general/disaster-recovery-guidance (read 2026-11-22)"""


def vault(resource: Resource, context: Context) -> Iterator[Finding]:
    """The service itself replicates a vault's contents to the paired region."""
    if context.global_service(resource, "keyvault"):
        return
    place = effective(resource)
    region = place.region if place is not None else None
    if isinstance(region, str) and places.is_region("azure", region) and (region in IN_REGION or places.paired("azure", region) is None):
        return
    yield from to_pair(resource, context, "keeps its contents", "as the service copies them", "location")


CONTROLS = (
    Control(
        id="residency-azure-vault-pair",
        title="The region that Azure copies a vault's contents to is allowed",
        why="Key Vault replicates keys, secrets and certificates to the paired region by itself, and nothing switches it off.",
        fix="Allow the pair under dr_residency, name keyvault under global_services of the class, choose a location without a pair, or use a ManagedHsm.",
        blind="Vaults of regions outside the public cloud, where the service may differ.",
        source="https://learn.microsoft.com/azure/key-vault/general/disaster-recovery-guidance (read 2026-11-22)",
        category=Category.COPY,
        rows=("R062",),
        maps=KEPT,
        also=GDPR,
        reads={VAULT: ("location",)},
        evaluate=vault,
        snippet="""\
import pulumi_azure_native as azure

azure.keyvault.Vault(
    "records",
    resource_group_name="records",
    location="westeurope",
    properties={
        "tenant_id": "11111111-1111-4111-8111-111111111111",
        "sku": {"family": "A", "name": "standard"},
        "enable_rbac_authorization": True,
        "enable_purge_protection": True,
    },
)
""",
    ),
    Control(
        id="residency-azure-hsm-regions",
        title="Managed HSMs are extended to allowed regions",
        why="An HSM pool that is extended to another region holds the same keys there.",
        fix="Keep properties.regions to regions inside residency or dr_residency of the data class.",
        blind="Backups of the HSM and security domains that people download.",
        source="https://learn.microsoft.com/azure/key-vault/managed-hsm/multi-region-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R063",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={HSM: ("properties.regions[*].name",)},
        evaluate=named("properties.regions[*].name", "holds its keys in"),
        snippet="""\
import pulumi_azure_native as azure

azure.keyvault.ManagedHsm(
    "records",
    resource_group_name="records",
    location="westeurope",
    sku={"family": "B", "name": "Standard_B1"},
    properties={
        "tenant_id": "11111111-1111-4111-8111-111111111111",
        "initial_admin_object_ids": ["aaaaaaaa-0001-4000-8000-000000000001"],
        "enable_purge_protection": True,
        "regions": [{"name": "northeurope", "is_primary": False}],
    },
)
""",
    ),
)
