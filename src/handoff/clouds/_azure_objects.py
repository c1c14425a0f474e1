"""Reading the blobs of a subscription's storage accounts as streams."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree import ElementTree

import httpx

from handoff.clouds import _azure_http
from handoff.clouds._azure_ops import Call, spell
from handoff.errors import CloudError
from handoff.exports._contract import ObjectInfo

if TYPE_CHECKING:
    from handoff.clouds._azure_login import Session
    from handoff.clouds.azure import AzureConnection
    from handoff.model import Scope

CHUNK_BYTES = 1 << 20


class AzureObjects:
    """Lists and reads blobs with one credential; a store is `ACCOUNT/CONTAINER`."""

    def __init__(self, connection: AzureConnection, session: Session, patience: _azure_http.Patience) -> None:
        self._connection = connection
        self._session = session
        self._patience = patience
        self._http = _azure_http.client(patience)

    @property
    def scope(self) -> Scope:
        """The scope this reader was opened for."""
        return self._connection.scope

    def list_stores(self) -> Iterator[str]:
        """Every container of every storage account of the subscription."""
        for account in self._connection.read("GET {scope}/providers/Microsoft.Storage/storageAccounts"):
            for container in self._connection.read("GET {+id}/blobServices/default/containers", id=account["id"]):
                yield f"{account['name']}/{container['name']}"

    def list_objects(self, store: str, /) -> Iterator[ObjectInfo]:
        """Every current blob of one container, `NextMarker` followed."""
        op, marker = "GET blob:/{+store}", ""
        while True:
            query = {"restype": "container", "comp": "list", "include": "metadata"} | ({"marker": marker} if marker else {})
            answer = _azure_http.send(self._http, op, spell(op, self.scope, {"store": store, "query": query}), self._session, self._patience)
            page = _page(op, answer)
            for blob in page.iterfind("Blobs/Blob"):
                yield _info(blob)
            following = page.findtext("NextMarker") or ""
            if not following:
                return
            if following == marker:
                raise CloudError(f"{op}: the same page was offered twice")
            marker = following

    def read_object(self, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        """The bytes of the blob under the entity tag that was listed. Raises CloudError when they do not come whole."""
        call: Call = spell("GET blob:/{+path}", self.scope, {"path": f"{store}/{item.key}"})
        head = _azure_http.headers(self._session, call) | ({"if-match": item.etag} if item.etag else {})
        received = 0
        try:
            with self._http.stream("GET", call.url, headers=head) as answer:
                if answer.status_code != 200:
                    answer.read()
                    raise _azure_http.refusal(f"GET blob {store}/{item.key}", _azure_http.read(answer))
                for chunk in answer.iter_bytes(CHUNK_BYTES):
                    received += len(chunk)
                    yield chunk
        except httpx.HTTPError as error:
            raise CloudError(f"GET blob {store}/{item.key}: the answer broke off ({type(error).__name__})") from error
        if received != item.size_bytes:
            raise CloudError(f"GET blob {store}/{item.key}: {received} bytes came, {item.size_bytes} were listed")


def _page(op: str, answer: _azure_http.Answer) -> ElementTree.Element:
    if answer.status == 404:
        raise CloudError(f"{op}: the container is not there")
    if "<!DOCTYPE" in answer.text:
        raise CloudError(f"{op}: the answer is not what Blob Storage sends")
    try:
        page = ElementTree.fromstring(answer.text.lstrip("\ufeff"))  # noqa: S314 no entities: a DOCTYPE is refused above
    except ElementTree.ParseError as error:
        raise CloudError(f"{op}: the answer is not XML") from error
    if page.tag != "EnumerationResults" or page.find("Blobs") is None:
        raise CloudError(f"{op}: the answer is no listing of blobs")
    return page


def _name(blob: ElementTree.Element) -> str:
    """The blob's name; one that XML cannot carry comes percent-encoded. source: https://learn.microsoft.com/rest/api/storageservices/list-blobs (read 2026-11-22)."""
    name = blob.find("Name")
    if name is None or not name.text:
        raise CloudError("GET blob: a listed blob has no name")
    return unquote(name.text) if name.get("Encoded") == "true" else name.text


def _info(blob: ElementTree.Element) -> ObjectInfo:
    shown = {one.tag: one.text or "" for one in blob.iterfind("Properties/*")}
    metadata = {one.tag: one.text or "" for one in blob.iterfind("Metadata/*")}
    md5 = shown.get("Content-MD5", "")
    return ObjectInfo(
        key=_name(blob),
        size_bytes=int(shown["Content-Length"]),
        etag=shown.get("Etag", ""),
        checksums={"md5": base64.b64decode(md5).hex()} if md5 else {},
        version_id=blob.findtext("VersionId") or "",
        modified_at=parsedate_to_datetime(shown["Last-Modified"]) if shown.get("Last-Modified") else None,
        metadata=metadata | ({"content-type": shown["Content-Type"]} if shown.get("Content-Type") else {}),
    )
