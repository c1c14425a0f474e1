"""Data in storage accounts: under the client's key, and recoverable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, not_applicable
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import alone, both, is_one_of, is_true, own_key

from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

ACCOUNT = "azure-native:storage:StorageAccount"
BLOBS = "azure-native:storage:BlobServiceProperties"
NO_BLOBS = "FileStorage"
_BLOBS_OF = shapes.owned((BLOBS,), "accountName", "has no BlobServiceProperties, so deleted and overwritten blobs are gone at once", identity="accountName")
_SOFT_DELETE = is_true("deleteRetentionPolicy.enabled", "does not keep deleted blobs")
_VERSIONS = is_true("isVersioningEnabled", "keeps no versions of blobs")
_TWICE = is_true("encryption.requireInfrastructureEncryption", "is not encrypted a second time by the infrastructure")


def recovery(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """An account has blob settings, and blob settings keep what is deleted and overwritten."""
    if resource.type == ACCOUNT:
        if resource.get("kind") == NO_BLOBS:
            yield not_applicable("holds no blobs")
        else:
            yield from _BLOBS_OF(resource, stack, context)
        return
    yield from _SOFT_DELETE(resource, context)
    if _is_hierarchical(resource, stack) is not True:
        yield from _VERSIONS(resource, context)


def _is_hierarchical(blobs: Resource, stack: Stack) -> object:
    """Whether the account of these settings is a data lake, which cannot keep versions."""
    name = blobs.get("accountName")
    accounts = stack.made_from(blobs, "accountName", ACCOUNT) or tuple(
        one for one in stack.of(ACCOUNT) if name is not UNKNOWN and one.get("accountName") == name
    )
    return next((one.get("isHnsEnabled") for one in accounts), None)


def twice(resource: Resource, context: Context) -> Iterator[Finding]:
    """Accounts of restricted data are encrypted by two layers."""
    if any(one.sensitivity == "restricted" for one in context.classes(resource)):
        yield from _TWICE(resource, context)
    else:
        yield not_applicable("holds no data of a restricted class")


CONTROLS = (
    Control(
        id="azure-storage-encryption",
        title="Storage accounts are encrypted with a key of the client's vault",
        why="Only a key that the client owns lets the client end the provider's reading, and erase what is left, at once.",
        fix="Set encryption.keySource to Microsoft.Keyvault and encryption.keyVaultProperties to the key of the client's vault.",
        blind="Whose vault an address outside the stack belongs to, and queues and tables that were made under the service's key.",
        source="https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("Z06",),
        maps=Maps(nist="SC-12", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.4 PI1.5", iso="A.8.24 A.8.11"),
        reads={ACCOUNT: ("encryption.keySource", "encryption.keyVaultProperties.keyName")},
        evaluate_linked=both(
            alone(is_one_of("encryption.keySource", ("Microsoft.Keyvault",), "takes its key from the service, not from the client's vault")),
            own_key("encryption.keyVaultProperties.keyName", "names no key of the client's vault"),
        ),
        snippet="""\
from pulumi_azure_native import storage

storage.StorageAccount(
    "records",
    resource_group_name="acme-prod",
    kind="StorageV2",
    sku={"name": "Standard_ZRS"},
    encryption={
        "key_source": "Microsoft.Keyvault",
        "key_vault_properties": {"key_name": "data", "key_vault_uri": "https://acme-prod.vault.azure.net/"},
    },
)
""",
    ),
    Control(
        id="azure-storage-double-encryption",
        title="Storage accounts of restricted data are encrypted by two layers",
        why="A second layer with another key and algorithm still holds when the first is broken or misconfigured.",
        fix="Set encryption.requireInfrastructureEncryption to true when the account is made: it cannot be added later.",
        blind="Encryption scopes that carry the second layer for some containers only.",
        source="https://learn.microsoft.com/azure/storage/common/infrastructure-encryption-enable (read 2026-11-22)",
        category=Category.BASELINE,
        family="RST",
        rows=("Z06",),
        maps=Maps(nist="SC-12", hipaa="312(a)(2)(iv) 312(e)(2)(ii)", pci="3.5.1", soc2="PI1.4 PI1.5", iso="A.8.24 A.8.11"),
        severity=Severity.MEDIUM,
        reads={ACCOUNT: ("encryption.requireInfrastructureEncryption", "tags")},
        evaluate=twice,
        snippet="""\
from pulumi_azure_native import storage

storage.StorageAccount(
    "records",
    resource_group_name="acme-prod",
    kind="StorageV2",
    sku={"name": "Standard_ZRS"},
    encryption={"key_source": "Microsoft.Storage", "require_infrastructure_encryption": True},
)
""",
    ),
    Control(
        id="azure-storage-recovery",
        title="Deleted and overwritten blobs can be brought back",
        why="What is deleted by mistake or in anger can be returned only while the account still keeps it.",
        fix="Give the account a BlobServiceProperties with deleteRetentionPolicy.enabled and isVersioningEnabled true.",
        blind="How many days are enough, and versioning of data lakes, which Azure does not offer.",
        source="https://learn.microsoft.com/azure/storage/blobs/data-protection-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="BKP",
        rows=("Z07",),
        maps=Maps(nist="CP-9", hipaa="308(a)(7)(ii)(A) 308(a)(7)(ii)(B)", pci="~10.3.3 12.10.1", soc2="PI1.5", iso="~A.8.13"),
        reads={BLOBS: ("deleteRetentionPolicy.enabled", "isVersioningEnabled", "accountName"), ACCOUNT: ("kind", "isHnsEnabled", "accountName")},
        evaluate_linked=recovery,
        snippet="""\
from pulumi_azure_native import storage

account = storage.StorageAccount("records", resource_group_name="acme-prod", kind="StorageV2", sku={"name": "Standard_ZRS"})
storage.BlobServiceProperties(
    "records",
    resource_group_name="acme-prod",
    account_name=account.id,
    blob_services_name="default",
    delete_retention_policy={"enabled": True, "days": 30},
    is_versioning_enabled=True,
)
""",
    ),
)
