"""Objects of S3 buckets, read by version where the bucket keeps versions."""

from __future__ import annotations

from handoff.exports._contract import Export
from handoff.exports._object_store import ObjectStore
from handoff.model import ScopeType

EXPORT: Export = ObjectStore(
    id="aws.s3_bucket",
    title="S3 bucket",
    stores=frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"}),
    scope_type=ScopeType.AWS_ACCOUNT,
    source="https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html (read 2026-11-22)",
    blind="Older versions and delete markers, multipart uploads that never finished, object tags, locks and ACLs; objects in an archive class fail until restored.",
)
