"""Blobs of storage accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.model import ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.exports._contract import Export, ObjectInfo, ObjectReader


class BlobContainer:
    """Every current blob of every container of the subscription, byte for byte, read under the entity tag that was listed."""

    id = "azure.blob_container"
    title = "Blob container"
    stores = frozenset({"azure-native:storage:BlobContainer", "azure-native:storage:StorageAccount"})
    scope_type = ScopeType.AZURE_SUBSCRIPTION
    source = "https://learn.microsoft.com/rest/api/storageservices/list-blobs (read 2026-11-22)"
    blind = "Older versions, snapshots and soft-deleted blobs, uncommitted blocks, index tags and legal holds; queues, tables and files; blobs in the archive tier fail until rehydrated."

    def find(self, reader: ObjectReader, /) -> Iterator[str]:
        """Every container, as `ACCOUNT/CONTAINER`."""
        return reader.list_stores()

    def objects(self, reader: ObjectReader, store: str, /) -> Iterator[ObjectInfo]:
        """Every current blob of one container."""
        return reader.list_objects(store)

    def open(self, reader: ObjectReader, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        """The object's bytes; fails when it was replaced since it was listed."""
        return reader.read_object(store, item)


EXPORT: Export = BlobContainer()
