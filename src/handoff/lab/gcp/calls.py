"""What a handler gets, how it registers, and how a listing is cut into pages."""

from __future__ import annotations

import base64
import binascii
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from handoff.lab.gcp.policies import allowed
from handoff.lab.gcp.refusal import Refusal, denied, invalid
from handoff.lab.gcp.resources import canonical
from handoff.lab.gcp.state import after, shown, stamp

if TYPE_CHECKING:
    import httpx
    from starlette.requests import Request
    from starlette.responses import Response

    from handoff.lab.gcp.discovery import Method
    from handoff.lab.gcp.policies import Caller
    from handoff.lab.gcp.state import Record, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One checked request."""

    method: Method
    params: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: dict[str, Any]
    caller: Caller
    state: State
    now: datetime
    base_url: str
    request: Request
    raw: bytes
    objects: httpx.AsyncClient
    """Where object bytes lie: gcp-storage-emulator."""
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The resource that the path names, with the project's id."""
        return canonical(self.state, next(iter(self.params.values()), ""))

    def ask(self, name: str, default: str = "") -> str:
        """A query parameter, once."""
        return self.query.get(name, [default])[0]

    def need(self, name: str) -> str:
        """A query parameter that has to be there."""
        if not self.ask(name):
            raise invalid(f"The query parameter {name} is required.")
        return self.ask(name)

    def stamp(self, *, plus_s: float = 0.0) -> str:
        """The time of the call, or seconds later."""
        return after(self.now, plus_s) if plus_s else stamp(self.now)

    def find(self, table: str, name: str | None = None) -> Record:
        """A record or 404."""
        wanted = self.name if name is None else name
        record = self.state.table(table).get(wanted)
        if record is None:
            raise Refusal("NOT_FOUND", f"Resource '{wanted}' was not found.")
        return record

    def demand(self, permission: str, resource: str) -> None:
        """Refuse unless the caller holds the permission there."""
        if allowed(self.state, self.caller, permission, resource, self.now):
            return
        if self.caller.is_anonymous:
            raise Refusal("UNAUTHENTICATED", f"Anonymous caller does not have {permission}. Expected OAuth 2 access token.", reason="CREDENTIALS_MISSING")
        raise denied(permission, resource)


Answer = Mapping[str, Any] | None
Handler = Callable[[Call], "Answer | Response | Awaitable[Answer | Response]"]
Place = Callable[[Call], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A method that the stand-in offers."""

    run: Handler
    may: str | None
    """The permission that it takes; None = the handler asks for itself, or any caller may."""
    at: Place
    anonymous: bool


HANDLERS: dict[tuple[str, str], Entry] = {}


def _named(call: Call) -> str:
    return call.name


def handles(api: str, method: str, *, may: str | None, at: Place = _named, anonymous: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler for a method of a discovery document, with the permission it takes and where."""

    def register(run: Handler) -> Handler:
        HANDLERS[api, method] = Entry(run=run, may=may, at=at, anonymous=anonymous)
        return run

    return register


def load_handlers() -> frozenset[tuple[str, str]]:
    """Import every module of `lab.gcp.api`; gives the methods that are offered."""
    from handoff.lab.gcp import api

    for module in pkgutil.iter_modules(api.__path__):
        import_module(f"{api.__name__}.{module.name}")
    return frozenset(HANDLERS)


def page(
    call: Call,
    items: Mapping[str, Record] | Sequence[tuple[str, Record]],
    field_name: str,
    *,
    size: str = "pageSize",
    default: int = 100,
    show: Callable[[Record], Any] = shown,
) -> Record:
    """One page of `items`, ordered by key; the token names the last key given, so deletions in between lose nothing."""
    ordered = sorted(items.items() if isinstance(items, Mapping) else items)
    token = call.ask("pageToken") or str(call.body.get("pageToken", ""))
    start = _untoken(token)
    if start:
        ordered = [pair for pair in ordered if pair[0] > start]
    asked = int(call.ask(size) or call.body.get(size) or 0)
    count = asked or default
    if call.state.settings.page_size:
        count = min(count, call.state.settings.page_size)
    chosen, more = ordered[:count], len(ordered) > count
    out: Record = {field_name: [show(record) for _key, record in chosen]} if chosen else {}
    if more:
        out["nextPageToken"] = base64.urlsafe_b64encode(chosen[-1][0].encode()).decode()
    return out


def _untoken(token: str) -> str:
    if not token:
        return ""
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid("The page token is not valid.") from error


def masked(record: Record, body: Mapping[str, Any], mask: str, *, fixed: frozenset[str] = frozenset({"name"})) -> None:
    """Apply a PATCH: the named top-level fields, or all that were sent; a field that was named but not sent is cleared."""
    fields = [_camel(part.split(".", 1)[0]) for part in mask.split(",") if part] if mask and mask != "*" else list(body)
    for name in fields:
        if name in fixed:
            continue
        if name in body and body[name] is not None:
            record[name] = body[name]
        else:
            record.pop(name, None)


def _camel(text: str) -> str:
    first, *rest = text.split("_")
    return first + "".join(part.title() for part in rest)
