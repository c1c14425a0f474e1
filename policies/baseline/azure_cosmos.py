"""Cosmos DB accounts: who gets in, whose key, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control
from handoff.controls.rules import is_one_of, is_true, own_key

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

ACCOUNT = "azure-native:cosmosdb:DatabaseAccount"
WITH_KEYS = frozenset({"EnableCassandra", "EnableGremlin", "EnableMongo"})
"""Interfaces that know nothing but keys. source: https://learn.microsoft.com/azure/cosmos-db/how-to-setup-rbac (read 2026-11-22)"""
_SHUT = shapes.closed("answers every network")
_TLS = is_one_of("minimalTlsVersion", ("Tls12",), "speaks TLS below 1.2", default="Tls12")
_NO_KEYS = is_true("disableLocalAuth", "accepts account keys")


def access(resource: Resource, context: Context) -> Iterator[Finding]:
    """An account is closed, speaks TLS 1.2, and takes no keys where its interface can do without."""
    yield from _SHUT(resource, context)
    yield from _TLS(resource, context)
    interfaces = [value for _, value in resource.each("capabilities[*].name")]
    if resource.get("kind") != "MongoDB" and not any(isinstance(one, str) and one in WITH_KEYS for one in interfaces):
        yield from _NO_KEYS(resource, context)


CONTROLS = (
    Control(
        id="azure-cosmos-access",
        title="Cosmos DB accounts refuse public networks, account keys and TLS below 1.2",
        why="An account key gives everything, names nobody and works from anywhere, so it survives an exit unnoticed.",
        fix="Set publicNetworkAccess to Disabled, disableLocalAuth to true and minimalTlsVersion to Tls12.",
        blind="The interfaces for MongoDB, Cassandra and Gremlin, which cannot do without keys.",
        source="https://learn.microsoft.com/azure/cosmos-db/database-security (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("Z29",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="~CC6.6", iso="A.8.20"),
        reads={ACCOUNT: ("publicNetworkAccess", "disableLocalAuth", "minimalTlsVersion", "kind", "capabilities[*].name")},
        evaluate=access,
        snippet="""\
from pulumi_azure_native import cosmosdb

cosmosdb.DatabaseAccount(
    "records",
    resource_group_name="acme-prod",
    database_account_offer_type="Standard",
    locations=[{"location_name": "westeurope"}],
    public_network_access="Disabled",
    disable_local_auth=True,
    minimal_tls_version="Tls12",
)
""",
    ),
    Control(
        id="azure-cosmos-encryption",
        title="Cosmos DB accounts are encrypted with a key of the client's vault",
        why="Only a key that the client owns lets the client end the provider's reading, and erase what is left, at once.",
        fix="Set keyVaultKeyUri to the key of the client's vault.",
        blind="Whose vault an address outside the stack belongs to.",
        source="https://learn.microsoft.com/azure/cosmos-db/how-to-setup-customer-managed-keys (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("Z30",),
        maps=Maps(nist="SC-12", hipaa="~312(a)(2)(iv) 312(e)(2)(ii)", pci="~3.5.1 3.5.1.1", soc2="~CC6.1 PI1.4", iso="~A.8.24 A.8.11"),
        reads={ACCOUNT: ("keyVaultKeyUri",)},
        evaluate_linked=own_key("keyVaultKeyUri", "names no key, so the service's own is used"),
        snippet="""\
from pulumi_azure_native import cosmosdb

cosmosdb.DatabaseAccount(
    "records",
    resource_group_name="acme-prod",
    database_account_offer_type="Standard",
    locations=[{"location_name": "westeurope"}],
    key_vault_key_uri="https://acme-prod.vault.azure.net/keys/data",
)
""",
    ),
    Control(
        id="azure-cosmos-backup",
        title="Cosmos DB accounts are backed up continuously",
        why="The periodic backups keep two copies, a few hours apart, and only support can restore them.",
        fix="Set backupPolicy.type to Continuous.",
        blind="Whether 7 or 30 days are kept, and exports outside the service.",
        source="https://learn.microsoft.com/azure/cosmos-db/continuous-backup-restore-introduction (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("Z30",),
        maps=Maps(nist="~CP-9 CP-6", hipaa="~308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="~10.3.3 12.10.1", soc2="~A1.2 CC7.5", iso="~A.8.13"),
        reads={ACCOUNT: ("backupPolicy.type",)},
        evaluate=is_one_of("backupPolicy.type", ("Continuous",), "is backed up from time to time only", default="Periodic"),
        snippet="""\
from pulumi_azure_native import cosmosdb

cosmosdb.DatabaseAccount(
    "records",
    resource_group_name="acme-prod",
    database_account_offer_type="Standard",
    locations=[{"location_name": "westeurope"}],
    backup_policy=cosmosdb.ContinuousModeBackupPolicyArgs(type="Continuous", continuous_mode_properties={"tier": "Continuous30Days"}),
)
""",
    ),
)
