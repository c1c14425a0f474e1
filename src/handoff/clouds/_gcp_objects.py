"""Reading the objects of a project's buckets as streams."""

from __future__ import annotations

import base64
import hashlib
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

    def __init__(self, connection: GcpConnection, session: Session, *, timeout_s: float = _gcp_login.TIMEOUT_S) -> None:
        self._connection = connection
        self._session = session
        self._http = _gcp_http.client(timeout_s)

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
        """The bytes of the generation that was listed, as they are stored. Raises CloudError when they do not come whole, or are others."""
        root = _gcp_login.base() or "https://storage.googleapis.com"
        url = f"{root}/storage/v1/b/{quote(store, safe='')}/o/{quote(item.key, safe='')}"
        query = {"alt": "media"} | ({"generation": item.version_id} if item.version_id else {})
        # With gzip accepted, and the bytes taken raw, an object that is stored compressed comes as it is stored.
        # source: https://cloud.google.com/storage/docs/transcoding (read 2026-11-22)
        headers = {"Authorization": f"Bearer {self._session.token()}", "Accept-Encoding": "gzip"}
        what = f"storage.objects.get {store}/{item.key}"
        received, md5 = 0, hashlib.md5(usedforsecurity=False)
        try:
            with self._http.stream("GET", url, params=query, headers=headers) as answer:
                _begun(what, answer, item)
                for chunk in answer.iter_raw(CHUNK_BYTES):
                    received += len(chunk)
                    md5.update(chunk)
                    yield chunk
        except httpx.HTTPError as error:
            raise CloudError(f"{what}: the answer broke off ({type(error).__name__})") from error
        if received != item.size_bytes:
            raise CloudError(f"{what}: {received} bytes came, {item.size_bytes} were listed")
        if item.checksums.get("md5", md5.hexdigest()) != md5.hexdigest():
            raise CloudError(f"{what}: the bytes are not those that were listed (MD5 differs): it was replaced since")


def _begun(what: str, answer: httpx.Response, item: ObjectInfo) -> None:
    """Raise unless the bytes of this generation are coming."""
    if answer.status_code != 200:
        answer.read()
        seen = _gcp_http.read(answer)
        if not seen.error and "x-guploader-uploadid" in seen.headers:  # the object servers answer a download in plain text
            seen = _gcp_http.Answer(status=seen.status, body={"error": {"status": f"http-{seen.status}"}}, headers=seen.headers)
        raise _gcp_http.refusal(what, seen)
    generation = answer.headers.get("x-goog-generation", item.version_id)
    if item.version_id and generation != item.version_id:
        raise CloudError(f"{what}: generation {generation} came, {item.version_id} was listed")


def _info(raw: Mapping[str, Any]) -> ObjectInfo:
    sums = {name: base64.b64decode(raw[field]).hex() for name, field in (("md5", "md5Hash"), ("crc32c", "crc32c")) if raw.get(field)}
    metadata = {str(key): str(value) for key, value in raw.get("metadata", {}).items()} | (
        {"content-type": str(raw["contentType"])} if raw.get("contentType") else {}
    )
    return ObjectInfo(
        key=str(raw["name"]),
        size_bytes=int(raw.get("size", 0)),
        etag=str(raw.get("etag", "")).strip('"'),
        checksums=sums,
        version_id=str(raw.get("generation", "")),
        modified_at=datetime.fromisoformat(str(raw["updated"])) if raw.get("updated") else None,
        metadata=metadata,
    )
