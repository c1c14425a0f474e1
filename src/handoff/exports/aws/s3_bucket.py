"""Objects of S3 buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.model import ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.exports._contract import Export, ObjectInfo, ObjectReader


class S3Bucket:
    """Every current object of every bucket of the account, byte for byte, read by version where the bucket keeps versions."""

    id = "aws.s3_bucket"
    title = "S3 bucket"
    stores = frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"})
    scope_type = ScopeType.AWS_ACCOUNT
    source = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html (read 2026-11-22)"
    blind = "Older versions and delete markers, multipart uploads that never finished, object tags, locks and ACLs; objects in an archive class fail until restored."

    def find(self, reader: ObjectReader, /) -> Iterator[str]:
        """Every bucket of the account."""
        return reader.list_stores()

    def objects(self, reader: ObjectReader, store: str, /) -> Iterator[ObjectInfo]:
        """Every current object of one bucket."""
        return reader.list_objects(store)

    def open(self, reader: ObjectReader, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        """The object's bytes; fails when it was replaced since it was listed."""
        return reader.read_object(store, item)


EXPORT: Export = S3Bucket()
