"""Objects of Cloud Storage buckets, read by the generation that was listed."""

from __future__ import annotations

from handoff.exports._contract import Export
from handoff.exports._object_store import ObjectStore
from handoff.model import ScopeType

EXPORT: Export = ObjectStore(
    id="gcp.storage_bucket",
    title="Cloud Storage bucket",
    stores=frozenset({"gcp:storage/bucket:Bucket"}),
    scope_type=ScopeType.GCP_PROJECT,
    source="https://cloud.google.com/storage/docs/json_api/v1/objects/list (read 2026-11-22)",
    blind="Older generations and soft-deleted objects, uploads that never finished, retention settings, holds and ACLs.",
)
