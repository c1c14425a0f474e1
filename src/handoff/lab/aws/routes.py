"""From a request to its operation, by botocore's service models; nothing else of a model is kept in memory."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.utils import PRIORITY_ORDERED_SUPPORTED_PROTOCOLS

from handoff.lab.aws.request import Operation, Request
from handoff.lab.aws.signing import services_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    name: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    query: Mapping[str, str]
    needs_query: frozenset[str]
    needs_headers: frozenset[str]
    rank: tuple[int, int, int, bool]
    """Literal characters, fewest greedy labels, what else must be there, not deprecated: the greatest wins."""

    def fits(self, request: Request) -> re.Match[str] | None:
        found = self.path.fullmatch(request.raw_path.rstrip("/") or "/")
        if found is None or not self.needs_query <= request.query.keys() or not self.needs_headers <= request.headers.keys():
            return None
        if any(name not in request.query or (value and request.query[name][0] != value) for name, value in self.query.items()):
            return None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    service: str
    protocols: tuple[str, ...]
    version: str
    target: str
    names: frozenset[str]
    routes: Mapping[str, tuple[_Route, ...]] = field(default_factory=dict)
    """By HTTP method, the highest rank first."""


def find(request: Request) -> Operation | None:
    """The operation, or None when the request is not signed or fits no model: then it is not for the gateway to say what it is."""
    signing_name = request.signing_name
    if not signing_name:
        return None
    indexes = [index for service in services_of(signing_name) if (index := _index(service)) is not None]
    found = _by_target(request, indexes) or _by_action(request, indexes) or _by_route(request, indexes)
    if found is None:
        return None
    index, name, protocol, labels = found
    return Operation(service=index.service, name=name, protocol=protocol, signing_name=signing_name, labels=labels)


_Found = tuple[_Index, str, str, dict[str, str]]


def _by_target(request: Request, indexes: list[_Index]) -> _Found | None:
    prefix, _, name = request.headers.get("x-amz-target", "").rpartition(".")
    return next(((index, name, "json", {}) for index in indexes if name in index.names and index.target == prefix), None)


def _by_action(request: Request, indexes: list[_Index]) -> _Found | None:
    given = parse_qs(request.body.decode("utf-8", "replace")) if request.is_form else {}
    name, version = (next(iter(given.get(key) or request.query.get(key) or [""])) for key in ("Action", "Version"))
    # Signed for one name, two services may have the same action in different versions (elb, elbv2).
    fitting = [index for index in indexes if name in index.names and version in ("", index.version)]
    return next(((index, name, "ec2" if "ec2" in index.protocols else "query", {}) for index in fitting), None)


def _by_route(request: Request, indexes: list[_Index]) -> _Found | None:
    fitting = ((index, route, match) for index in indexes for route in index.routes.get(request.method, ()) if (match := route.fits(request)))
    best = max(fitting, key=lambda found: found[1].rank, default=None)
    if best is None:
        return None
    index, route, match = best
    labels = {name: unquote(value) for name, value in zip(route.labels, match.groups(), strict=True)}
    return index, route.name, index.protocols[0], labels


@cache
def _index(service: str) -> _Index | None:
    try:
        # A loader of its own each time, for a loader never forgets a model.
        model = Loader().load_service_model(service, "service-2")
    except UnknownServiceError:
        return None
    metadata = model["metadata"]
    spoken = metadata.get("protocols") or [metadata["protocol"]]
    protocols = tuple(name for name in PRIORITY_ORDERED_SUPPORTED_PROTOCOLS if name in spoken)
    routes: dict[str, list[_Route]] = defaultdict(list)
    if protocols[0].startswith("rest-"):
        for name, operation in model["operations"].items():
            routes[operation["http"]["method"]].append(_route(name, operation, model["shapes"]))
    return _Index(
        service=service,
        protocols=protocols,
        version=metadata["apiVersion"],
        target=metadata.get("targetPrefix", ""),
        names=frozenset(model["operations"]),
        routes={method: tuple(sorted(found, key=lambda route: route.rank, reverse=True)) for method, found in routes.items()},
    )


def _route(name: str, operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> _Route:
    path, _, query = operation["http"]["requestUri"].partition("?")
    path = path.rstrip("/") or "/"
    literals = _LABEL.split(path)
    # split() gives literal, label, "+" or "", literal, ...
    pattern = "".join(
        re.escape(part) if at % 3 == 0 else ("(.+)" if literals[at + 1] else "([^/]+)") if at % 3 == 1 else "" for at, part in enumerate(literals)
    )
    shape = shapes.get(operation.get("input", {}).get("shape", ""), {})
    needed = [member for key, member in shape.get("members", {}).items() if key in shape.get("required", ())]
    needs_query = frozenset(member["locationName"] for member in needed if member.get("location") == "querystring")
    needs_headers = frozenset(member["locationName"].lower() for member in needed if member.get("location") == "header")
    fixed = dict(parse_qsl(query, keep_blank_values=True))
    greedy = literals[2::3].count("+")
    return _Route(
        name=name,
        path=re.compile(pattern),
        labels=tuple(literals[1::3]),
        query=fixed,
        needs_query=needs_query,
        needs_headers=needs_headers,
        rank=(sum(len(part) for part in literals[::3]), -greedy, len(fixed) + len(needs_query) + len(needs_headers), not operation.get("deprecated")),
    )
