"""The proxy before azurite: each request is judged here, then signed anew and streamed through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from handoff.lab.azure import arm_store, blob_auth, control
from handoff.lab.azure.backend import Backend, stored_name
from handoff.lab.azure.blob_request import BlobRequest, taken_apart
from handoff.lab.azure.call import Call
from handoff.lab.azure.refusals import BlobRefusal

if TYPE_CHECKING:
    import httpx
    from starlette.requests import Request

    from handoff.lab.azure.world import World

_NOT_FORWARDED = frozenset({"host", "authorization", "connection", "x-ms-date", "date", "accept-encoding", "expect", "transfer-encoding"})
_NOT_RETURNED = frozenset({"server", "connection", "keep-alive", "transfer-encoding", "date"})


async def answer(world: World, backend: Backend, request: Request) -> Response:
    """The answer to one request below `/blob`."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    injected = control.injected(Call(world=world, method=request.method, path=path, query={}, headers=headers, body=b"", full_path=path))
    if injected is not None:
        return injected
    accounts = {r["name"]: r for r in world.table("resources").values() if r["type"].lower() == arm_store.ACCOUNT}
    asked = taken_apart(accounts, request.method, path, request.scope["query_string"].decode("latin-1"), headers)
    await blob_auth.check(world, backend, asked)
    response = await _forwarded(backend, asked, request)
    if asked.container and not asked.blob and asked.asked("restype") == "container" and not asked.asked("comp"):
        _noted(world, asked, response.status_code)
    return await _returned(world, asked, response)


async def _forwarded(backend: Backend, asked: BlobRequest, request: Request) -> httpx.Response:
    query = [(name, value) for name, value in asked.query if name not in blob_auth.SAS_FIELDS]
    if not asked.container and asked.asked("comp") == "list":
        query = [(name, value) for name, value in query if name != "prefix"] + [("prefix", f"{asked.name}-{asked.asked('prefix')}")]
    headers = {name: value for name, value in asked.headers.items() if name not in _NOT_FORWARDED}
    path = stored_name(asked.name, asked.container) if asked.container else ""
    if asked.blob:
        path = f"{path}/{asked.blob}"
    has_body = request.method in {"PUT", "POST"} and asked.headers.get("content-length", "0") != "0"
    if "chunked" in asked.headers.get("transfer-encoding", ""):
        raise BlobRefusal(411, "MissingContentLengthHeader", "Content-Length HTTP header is missing.")
    return await backend.send(request.method, path, query, headers, request.stream() if has_body else None)


def _noted(world: World, asked: BlobRequest, status: int) -> None:
    """Keep ARM's view of containers in step with what the data plane did."""
    if asked.method == "PUT" and status == 201:
        arm_store.container_made(world, asked.account, asked.container)
    elif asked.method == "DELETE" and status == 202:
        arm_store.container_gone(world, asked.account, asked.container)


async def _returned(world: World, asked: BlobRequest, response: httpx.Response) -> Response:
    headers = {name: value for name, value in response.headers.items() if name.lower() not in _NOT_RETURNED}
    for field, name in (
        ("rscc", "cache-control"),
        ("rscd", "content-disposition"),
        ("rsce", "content-encoding"),
        ("rscl", "content-language"),
        ("rsct", "content-type"),
    ):
        if asked.asked("sig") and asked.asked(field):
            headers[name] = asked.asked(field)
    if asked.asked("comp") == "list" and response.status_code == 200:
        body = _renamed(world, asked, (await response.aread()).decode("utf-8"))
        await response.aclose()
        headers.pop("content-length", None)
        return Response(body, status_code=200, headers=headers)
    if asked.method == "HEAD" or response.status_code in {204, 304}:
        await response.aclose()
        return Response(status_code=response.status_code, headers=headers)
    return StreamingResponse(response.aiter_raw(), status_code=response.status_code, headers=headers, background=BackgroundTask(response.aclose))


def _renamed(world: World, asked: BlobRequest, text: str) -> str:
    """A listing with the names that the caller knows."""
    text = re.sub(r"ServiceEndpoint=\"[^\"]*\"", f"ServiceEndpoint={quoteattr(f'{world.url}/blob/{asked.name}/')}", text, count=1)
    if asked.container:
        return re.sub(r"ContainerName=\"[^\"]*\"", f"ContainerName={quoteattr(asked.container)}", text, count=1)
    text = re.sub(r"<Prefix>[^<]*</Prefix>", f"<Prefix>{escape(asked.asked('prefix'))}</Prefix>", text, count=1)
    return re.sub(rf"<Name>{re.escape(asked.name)}-([^<]*)</Name>", r"<Name>\1</Name>", text)
