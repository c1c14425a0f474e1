"""The server: one path in for every API, in this order: fault, route, who, well-formed, permitted, done, honest answer."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handoff.lab.gcp import back_door, discovery, schema, signin, tokens
from handoff.lab.gcp.calls import HANDLERS, Call, load_handlers
from handoff.lab.gcp.refusal import Refusal, invalid
from handoff.lab.gcp.resources import project_of

if TYPE_CHECKING:
    import httpx
    from starlette.requests import Request

    from handoff.lab.gcp.discovery import Method
    from handoff.lab.gcp.policies import Caller
    from handoff.lab.gcp.state import State

LOG = logging.getLogger("handoff.lab.gcp")
_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_ALIVE_ANYWAY = frozenset({"projects.get", "projects.list", "projects.search", "projects.undelete", "projects.create", "projects.delete"})


@dataclass(slots=True)
class Server:
    """The state and what is needed to answer."""

    state: State
    base_url: str
    objects: httpx.AsyncClient
    implemented: frozenset[tuple[str, str]]

    async def answer(self, request: Request) -> Response:
        """Any request to any API."""
        raw = await request.body()
        raw_path = request.scope["raw_path"].decode().split("?", 1)[0]
        api = "storage" if "/storage/v1" in raw_path else raw_path.strip("/").split("/", 1)[0]
        try:
            await _fault(self.state, request.method, raw_path)
            if raw_path == "/token":
                return signin.token(self.state, raw, datetime.now(UTC))
            method, params = self._meant(request.method, raw_path)
            api = method.service
            return await self._call(request, raw, method, params)
        except Refusal as refusal:
            headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'} if refusal.http == HTTPStatus.UNAUTHORIZED else {}
            return JSONResponse(refusal.body(api=api), status_code=refusal.http, headers=headers)

    def _meant(self, verb: str, raw_path: str) -> tuple[Method, dict[str, str]]:
        found = discovery.match(verb, raw_path, self.implemented)
        if found is None:
            raise Refusal("NOT_FOUND", f"The stand-in knows no method {verb} {raw_path}: it is in none of the discovery documents it serves.")
        if found[0].key not in self.implemented:
            raise Refusal("UNIMPLEMENTED", f"The stand-in does not offer {found[0].api} {found[0].id}. See docs/lab-gcp.md for what it offers.")
        return found

    async def _call(self, request: Request, raw: bytes, method: Method, params: Mapping[str, str]) -> Response:
        now = datetime.now(UTC)
        entry = HANDLERS[method.key]
        caller = tokens.caller_of(self.state, None if method.service == "sts" else request.headers.get("authorization"), now)
        if caller.is_anonymous and not entry.anonymous:
            raise Refusal(
                "UNAUTHENTICATED", "Request is missing required authentication credential. Expected OAuth 2 access token.", reason="CREDENTIALS_MISSING"
            )
        call = Call(
            method=method,
            params=params,
            query=_query(request, method),
            body=_body(request, raw, method),
            caller=caller,
            state=self.state,
            now=now,
            base_url=self.base_url,
            request=request,
            raw=raw,
            objects=self.objects,
        )
        if entry.may is not None:
            resource = entry.at(call)
            call.demand(entry.may, resource)
            _alive(self.state, caller, method, resource)
        result: Any = entry.run(call)
        if inspect.isawaitable(result):
            result = await result
        if request.method != "GET":
            self.state.save()
        return result if isinstance(result, Response) else _honest(method, result)


def _honest(method: Method, result: Mapping[str, Any] | None) -> Response:
    if method.response is None and not result:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    try:
        schema.response(method, result if result is not None else {})
    except schema.Mismatch as error:
        LOG.exception("answer to %s %s is not what the discovery document allows", method.api, method.id)
        raise Refusal("INTERNAL", f"Bug of the stand-in: its answer to {method.api} {method.id} breaks the discovery document: {error}") from error
    return JSONResponse(dict(result or {}))


def _query(request: Request, method: Method) -> Mapping[str, list[str]]:
    out: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if name not in method.query:
            raise invalid(
                f"Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message."
            )
        out.setdefault(name, []).append(value)
    return out


def _body(request: Request, raw: bytes, method: Method) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if request.url.path.startswith(("/upload/", "/resumable/")) or method.id == "token":
        return {}  # the handler reads these itself: bytes, or a form
    if not raw:
        return {}
    if kind and "json" not in kind:
        raise invalid(f"The content type {kind} is not understood; send JSON.")
    try:
        parsed = json.loads(raw)
    except ValueError as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error
    fitted: dict[str, Any] = schema.request(method, parsed)
    return fitted


def _alive(state: State, caller: Caller, method: Method, resource: str) -> None:
    """Nothing works in a project that is being deleted, apart from looking at it and taking it back."""
    project = project_of(state, resource)
    if project is None or project["state"] == "ACTIVE" or caller.is_root or method.id in _ALIVE_ANYWAY or method.id.endswith("etIamPolicy"):
        return
    raise Refusal("PERMISSION_DENIED", f"Project '{project['projectId']}' has been deleted.", reason="CONSUMER_INVALID")


async def _fault(state: State, verb: str, path: str) -> None:
    line = f"{verb} {path}"
    for fault in list(state.faults):
        if re.search(fault["match"], line):
            fault["times"] -= 1
            if fault["times"] <= 0:
                state.faults.remove(fault)
            if fault.get("delay_s"):
                await asyncio.sleep(float(fault["delay_s"]))
            status = {403: "PERMISSION_DENIED", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}[int(fault["status"])]
            raise Refusal(status, f"Fault ordered by the lab for {line}", http=int(fault["status"]))


def build(state: State, base_url: str, objects: httpx.AsyncClient) -> Starlette:
    """The application."""
    server = Server(state=state, base_url=base_url, objects=objects, implemented=load_handlers())
    discovery.methods()

    async def health(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    routes = [Route("/healthz", health), *back_door.routes(state), Route("/{path:path}", server.answer, methods=_VERBS)]
    return Starlette(routes=routes)
