"""Objects of S3 as streams of bytes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import botocore.exceptions
import urllib3.exceptions

from handoff.clouds._aws_errors import CALL_ERRORS, SDK_ERRORS, translate
from handoff.clouds._aws_ops import permission
from handoff.errors import CloudError
from handoff.exports._contract import ObjectInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.clouds._aws_login import Session
    from handoff.model import Json, Reader, Scope

_CHUNK_BYTES = 1 << 20
_BODY_ERRORS = (*SDK_ERRORS, urllib3.exceptions.HTTPError, OSError)


class AwsObjects:
    """Buckets of one account. Listing goes through the account's connection, so paging and the account check are the same."""

    def __init__(self, reader: Reader, session: Session) -> None:
        self._reader = reader
        self._session = session

    @property
    def scope(self) -> Scope:
        """The account."""
        return self._reader.scope

    def list_stores(self) -> Iterator[str]:
        """Every bucket of the account."""
        for bucket in self._reader.read("s3:ListBuckets"):
            yield str(bucket["Name"])

    def list_objects(self, store: str, /) -> Iterator[ObjectInfo]:
        """Every current object of one bucket."""
        for named in self._reader.read("s3:ListObjectsV2", Bucket=store):
            item = cast("Json", named["Contents"])  # without a delimiter the listing holds nothing but contents
            yield ObjectInfo(
                key=str(item["Key"]),
                size_bytes=int(str(item["Size"])),
                etag=str(item.get("ETag", "")).strip('"'),
                modified_at=datetime.fromisoformat(str(item["LastModified"])),
            )

    def read_object(self, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        """The bytes of the object as it was listed; a replaced or shortened one is an error."""
        op = "s3:GetObject"
        wanted: dict[str, Any] = {"VersionId": item.version_id} if item.version_id else {"IfMatch": item.etag} if item.etag else {}
        try:
            body = self._session.client("s3").get_object(Bucket=store, Key=item.key, **wanted)["Body"]
        except CALL_ERRORS as error:
            raise translate(f"{op} {store}/{item.key}", error, permission=permission(op)) from error
        got_bytes = 0
        try:
            for chunk in body.iter_chunks(_CHUNK_BYTES):
                got_bytes += len(chunk)
                yield chunk
        except botocore.exceptions.IncompleteReadError as error:
            raise CloudError(f"{op} {store}/{item.key}: the answer ended early, after {got_bytes} of {item.size_bytes} bytes") from error
        except _BODY_ERRORS as error:
            raise CloudError(f"{op} {store}/{item.key}: {error}") from error
        finally:
            body.close()
        if got_bytes != item.size_bytes:
            raise CloudError(f"{op} {store}/{item.key}: {got_bytes} bytes came, {item.size_bytes} were listed")
