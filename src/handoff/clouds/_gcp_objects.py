"""Reading the objects of a project's buckets as streams."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import httpx

from handoff.clouds import _gcp_http, _gcp_login
from handoff.errors import CloudError
from handoff.exports._contract import ObjectInfo

if TYPE_CHECKING:
    from handoff.clouds._gcp_login import Session
    from handoff.clouds.gcp import GcpConnection
    from handoff.model import Scope

CHUNK_BYTES = 1 << 20


class GcpObjects:
    """Lists and reads objects with one credential."""

    def __init__(self, connection: GcpConnection, session: Session) -> None:
        self._connection = connection
        self._session = session
        self._http = _gcp_http.client()

    @property
    def scope(self) -> Scope:
        """The scope this reader was opened for."""
        return self._connection.scope

    def list_stores(self) -> Iterator[str]:
        """Every bucket of the project."""
        for bucket in self._connection.read("storage.buckets.list", project=self.scope.id):
            yield str(bucket["name"])

    def list_objects(self, store: str, /) -> Iterator[ObjectInfo]:
        """Every live object of one bucket."""
        for item in self._connection.read("storage.objects.list", bucket=store):
            yield _info(cast("Mapping[str, Any]", item))

    def read_object(self, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        """The bytes of the generation that was listed. Raises CloudError when they do not come whole."""
        root = _gcp_login.base() or "https://storage.googleapis.com"
        url = f"{root}/storage/v1/b/{quote(store, safe='')}/o/{quote(item.key, safe='')}"
        query = {"alt": "media"} | ({"generation": item.version_id} if item.version_id else {})
        received = 0
        try:
            with self._http.stream("GET", url, params=query, headers={"Authorization": f"Bearer {self._session.token()}"}) as answer:
                if answer.status_code != 200:
                    answer.read()
                    raise _gcp_http.refusal("storage.objects.get", _gcp_http.Answer(status=answer.status_code, body={}, headers={}))
                for chunk in answer.iter_bytes(CHUNK_BYTES):
                    received += len(chunk)
                    yield chunk
        except httpx.HTTPError as error:
            raise CloudError(f"storage.objects.get {store}/{item.key}: the answer broke off ({type(error).__name__})") from error
        if received != item.size_bytes:
            raise CloudError(f"storage.objects.get {store}/{item.key}: {received} bytes came, {item.size_bytes} were listed")


def _info(raw: Mapping[str, Any]) -> ObjectInfo:
    sums = {name: base64.b64decode(raw[field]).hex() for name, field in (("md5", "md5Hash"), ("crc32c", "crc32c")) if raw.get(field)}
    metadata = {str(key): str(value) for key, value in raw.get("metadata", {}).items()} | ({"content-type": str(raw["contentType"])} if raw.get("contentType") else {})
    return ObjectInfo(
        key=str(raw["name"]),
        size_bytes=int(raw.get("size", 0)),
        etag=str(raw.get("etag", "")).strip('"'),
        checksums=sums,
        version_id=str(raw.get("generation", "")),
        modified_at=datetime.fromisoformat(str(raw["updated"])) if raw.get("updated") else None,
        metadata=metadata,
    )
