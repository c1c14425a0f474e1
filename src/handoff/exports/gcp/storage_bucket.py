"""Objects of Cloud Storage buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.model import ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.exports._contract import Export, ObjectInfo, ObjectReader


class StorageBucket:
    """Every live object of every bucket of the project, byte for byte, read by the generation that was listed."""

    id = "gcp.storage_bucket"
    title = "Cloud Storage bucket"
    stores = frozenset({"gcp:storage/bucket:Bucket"})
    scope_type = ScopeType.GCP_PROJECT
    source = "https://cloud.google.com/storage/docs/json_api/v1/objects/list (read 2026-11-22)"
    blind = "Older generations and soft-deleted objects, uploads that never finished, retention settings, holds and ACLs."

    def find(self, reader: ObjectReader, /) -> Iterator[str]:
        """Every bucket of the project."""
        return reader.list_stores()

    def objects(self, reader: ObjectReader, store: str, /) -> Iterator[ObjectInfo]:
        """Every live object of one bucket."""
        return reader.list_objects(store)

    def open(self, reader: ObjectReader, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        """The object's bytes; fails when it was replaced since it was listed."""
        return reader.read_object(store, item)


EXPORT: Export = StorageBucket()
