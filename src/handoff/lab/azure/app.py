"""The server: one front door that reads each request, finds its service by path, and writes the state through before it answers."""

from __future__ import annotations

import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handoff.lab.azure import arm, blob, control, entra, graph, vault
from handoff.lab.azure.call import Call
from handoff.lab.azure.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from handoff.lab.azure.backend import Backend
    from handoff.lab.azure.world import World

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
LARGEST_BODY = 4 * 1024 * 1024


def make(world: World, backend: Backend) -> Starlette:
    """The application over this world."""

    async def front(request: Request) -> Response:
        try:
            response = await _answered(world, backend, request)
        except Refusal as refusal:
            response = refusal.response()
        world.save()
        number = str(uuid.uuid4())
        for header in ("x-ms-request-id", "request-id", "x-ms-correlation-request-id"):
            response.headers.setdefault(header, number)
        return response

    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await backend.close()

    return Starlette(routes=[Route("/{path:path}", front, methods=METHODS)], lifespan=asynccontextmanager(lifespan))


async def _answered(world: World, backend: Backend, request: Request) -> Response:
    path = str(request.scope["path"])
    if path.startswith("//"):
        # SDKs put a scope that starts with a slash behind another one; ARM takes it.
        path = f"/{path.lstrip('/')}"
    prefix = next((p for p in ("/_lab", "/graph", "/vault", "/blob") if path == p or path.startswith(f"{p}/")), "")
    if path == "/healthz":
        return JSONResponse({"status": "ok"})
    if prefix == "/blob":
        return await blob.answer(world, backend, request)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return JSONResponse({"error": {"code": "RequestContentTooLarge", "message": "The request content is too large."}}, status_code=413)
    call = Call(
        world=world,
        method=request.method,
        path=path.removeprefix(prefix) or "/",
        query=dict(request.query_params),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        full_path=path,
    )
    if prefix == "/_lab":
        return control.answer(call)
    return control.injected(call) or await _service(call, backend, prefix)


async def _service(call: Call, backend: Backend, prefix: str) -> Response:
    if prefix == "/graph":
        return graph.answer(call)
    if prefix == "/vault":
        return vault.answer(call)
    return entra.answer(call) or await arm.answer(call, backend)
