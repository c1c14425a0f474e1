"""azurite behind the blob proxy: one account there, one container per account and container here."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

import httpx

from handoff.lab.azure import shared_key
from handoff.lab.azure.refusals import BlobRefusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping, Sequence

ACCOUNT = "lab"
VERSION = "2025-11-05"
LONGEST = 63


def stored_name(account: str, container: str) -> str:
    """The container's name in azurite; names that would be too long are shortened by a digest."""
    name = f"{account}-{container}".replace("$", "s-")
    return name if len(name) <= LONGEST else f"{name[:38].rstrip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:24]}"


class Backend:
    """Signed requests to azurite."""

    def __init__(self, url: str | None, key: str | None) -> None:
        self._url = url.rstrip("/") if url else None
        self._key = key or ""
        # trust_env=False: proxies and CA bundles of the machine are not for a server on loopback.
        self._client = httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(60, connect=5), limits=httpx.Limits(max_keepalive_connections=8))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ensure(self, account: str, container: str) -> None:
        """Make the container; harmless when it is there."""
        if self._url:
            response = await self.send("PUT", stored_name(account, container), [("restype", "container")], {}, None)
            await response.aclose()
            if response.status_code not in {201, 409}:
                raise BlobRefusal(500, "InternalError", f"azurite answered {response.status_code} to the creation of a container.")

    async def drop(self, account: str, container: str) -> None:
        """Remove the container with everything in it; harmless when it is gone."""
        if self._url:
            response = await self.send("DELETE", stored_name(account, container), [("restype", "container")], {}, None)
            await response.aclose()
            if response.status_code not in {202, 404}:
                raise BlobRefusal(500, "InternalError", f"azurite answered {response.status_code} to the deletion of a container.")

    async def send(
        self, method: str, path: str, query: Sequence[tuple[str, str]], headers: Mapping[str, str], body: AsyncIterable[bytes] | bytes | None
    ) -> httpx.Response:
        """One request, signed anew, its answer still to be streamed; `path` is percent-encoded, below the account."""
        if self._url is None:
            raise BlobRefusal(503, "ServerBusy", "The lab was started without azurite.")
        now = format_datetime(datetime.now(UTC), usegmt=True)
        sent = {"x-ms-version": VERSION, **headers, "x-ms-date": now}
        if body is None and method in {"PUT", "POST"}:
            sent["content-length"] = "0"
        text = shared_key.text_to_sign(method, sent, f"/{ACCOUNT}/{ACCOUNT}/{path}", query)
        sent["authorization"] = f"SharedKey {ACCOUNT}:{shared_key.signature(self._key, text)}"
        url = f"{self._url}/{ACCOUNT}/{path}" + (f"?{urlencode(list(query), quote_via=quote)}" if query else "")
        request = self._client.build_request(method, url, headers=sent, content=body)
        # httpx adds headers of its own; only accept-encoding matters: bodies are to pass as they are.
        request.headers["accept-encoding"] = headers.get("accept-encoding", "identity")
        try:
            return await self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise BlobRefusal(503, "ServerBusy", f"azurite does not answer: {error}") from error


def parse_query(text: str) -> list[tuple[str, str]]:
    """The query as decoded pairs, empty values kept."""
    return parse_qsl(text, keep_blank_values=True)
