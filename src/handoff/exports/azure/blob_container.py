"""Blobs of storage accounts, read under the entity tag that was listed; a store is `ACCOUNT/CONTAINER`."""

from __future__ import annotations

from handoff.exports._contract import Export
from handoff.exports._object_store import ObjectStore
from handoff.model import ScopeType

EXPORT: Export = ObjectStore(
    id="azure.blob_container",
    title="Blob container",
    stores=frozenset({"azure-native:storage:BlobContainer", "azure-native:storage:StorageAccount"}),
    scope_type=ScopeType.AZURE_SUBSCRIPTION,
    source="https://learn.microsoft.com/rest/api/storageservices/list-blobs (read 2026-11-22)",
    blind="Older versions, snapshots and soft-deleted blobs, uncommitted blocks, index tags and legal holds; queues, tables and files; blobs in the archive tier fail until rehydrated.",
)
