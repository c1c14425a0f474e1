"""Cutting answers into pages, by the vendor's own definition of how an operation pages, or by the names of its members."""

from __future__ import annotations

import base64
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.models import operation_model, paginators
from handoff.lab.aws.standin import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.model import Shape

_MARK = "handoff."
_TOKENS_IN = ("NextToken", "nextToken", "next_token", "PageToken", "pageToken", "ContinuationToken", "Marker", "marker", "position", "pageMarker")
_TOKENS_OUT = (
    "NextToken",
    "nextToken",
    "next_token",
    "NextPageToken",
    "nextPageToken",
    "ContinuationToken",
    "NextMarker",
    "nextMarker",
    "Marker",
    "marker",
    "position",
)
_LIMITS = ("MaxResults", "maxResults", "MaxItems", "maxItems", "Limit", "limit", "MaxRecords", "PageSize", "pageSize")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How one operation pages; members of an answer are named with dots."""

    token_in: str
    token_out: str
    lists: tuple[str, ...]
    more: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page begins: so many items into what the token of somebody behind us (or none) brings."""

    offset: int = 0
    inner: str = ""

    def text(self) -> str:
        """A token that says so."""
        return f"{_MARK}{self.offset}.{base64.urlsafe_b64encode(self.inner.encode()).decode()}"


def place(token: object) -> Place | None:
    """The place that a token of ours names; None for anything else, even no token."""
    if not isinstance(token, str) or not token.startswith(_MARK):
        return None
    offset, _, inner = token.removeprefix(_MARK).partition(".")
    try:
        return Place(offset=int(offset), inner=base64.urlsafe_b64decode(inner.encode()).decode())
    except ValueError as error:
        raise Fault("ValidationException", "that is no token of a page") from error


@lru_cache(maxsize=1024)
def paging_of(service: str, name: str) -> Paging | None:
    """None when the operation does not page, or pages by more than one token."""
    model = operation_model(service, name)
    if model.input_shape is None or model.output_shape is None:
        return None
    given, answered = model.input_shape.members, model.output_shape.members
    if (definition := paginators(service).get(name)) is not None:
        return _defined(definition, model.output_shape, given)
    # A body that is one member holds the list and its token (CloudFront).
    payload = model.output_shape.serialization.get("payload", "")
    if payload and answered[payload].type_name == "structure":
        answered = {f"{payload}.{member}": shape for member, shape in answered[payload].members.items()}
    token_in = next((token for token in _TOKENS_IN if token in given), "")
    token_out = next((member for token in _TOKENS_OUT for member in answered if member.rpartition(".")[2] == token), "")
    lists = tuple(member for member, shape in answered.items() if shape.type_name == "list")
    if not (token_in and token_out and lists):
        return None
    more = next((member for member in answered if member.rpartition(".")[2] == "IsTruncated"), "")
    return Paging(token_in=token_in, token_out=token_out, lists=lists, more=more, limit=next((limit for limit in _LIMITS if limit in given), ""))


def _defined(definition: Mapping[str, Any], output: Shape, given: Mapping[str, Shape]) -> Paging | None:
    token_in, token_out = definition["input_token"], definition["output_token"]
    if not isinstance(token_in, str) or not isinstance(token_out, str) or given[token_in].type_name != "string":
        return None
    token_out = token_out.split(" || ")[0]
    lists = definition["result_key"]
    kept = tuple(path for path in ([lists] if isinstance(lists, str) else lists) if (kind := _kind(output, path)) == "list" or kind == "map")
    if not kept or _kind(output, token_out) != "string":
        return None
    more = definition.get("more_results", "")
    return Paging(
        token_in=token_in, token_out=token_out, lists=kept, more=more if _kind(output, more) == "boolean" else "", limit=definition.get("limit_key", "")
    )


def _kind(shape: Any, path: str) -> str:  # noqa: ANN401 - moto's classes are not typed here
    for name in path.split("."):
        if shape.type_name != "structure" or name not in shape.members:
            return ""
        shape = shape.members[name]
    return str(shape.type_name)


def size_of(paging: Paging, asked: Mapping[str, Any], page_size: int | None) -> int | None:
    """How many items a page may have; None = all. A test's own setting is the upper bound, as a service's own is."""
    limit = asked.get(paging.limit)
    wanted = [int(size) for size in (limit, page_size) if isinstance(size, int | str) and str(size).isdecimal() and int(size) > 0]
    return min(wanted, default=None)


def cut(answer: Mapping[str, Any], paging: Paging, at: Place, size: int | None) -> dict[str, Any]:
    """One page of an answer, with a token for the next one when there is more: in what was given, or behind it."""
    page = deepcopy(dict(answer))
    behind = _get(page, paging.token_out)
    total = sum(len(_get(page, path) or ()) for path in paging.lists)
    end = total if size is None else min(at.offset + size, total)
    start, stop = at.offset, end
    for path in paging.lists:
        items = _get(page, path)
        if items is None:
            continue
        _set(page, path, dict(list(items.items())[max(start, 0) : max(stop, 0)]) if isinstance(items, dict) else list(items)[max(start, 0) : max(stop, 0)])
        start, stop = start - len(items), stop - len(items)
    following = Place(offset=end, inner=at.inner).text() if end < total else Place(inner=behind).text() if behind and size is not None else behind or ""
    _set(page, paging.token_out, following)
    if paging.more:
        _set(page, paging.more, bool(following))
    return page


def _get(answer: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - whatever is there
    found: Any = answer
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _set(answer: dict[str, Any], path: str, value: object) -> None:
    *parents, name = path.split(".")
    at = answer
    for parent in parents:
        if not isinstance(at.get(parent), dict):
            return
        at = at[parent]
    # Some models demand the member even where there is nothing behind: then it was given empty, and stays so.
    if value != "" or name in at:
        at[name] = value
