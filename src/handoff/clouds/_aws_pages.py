"""How a listing of AWS is cut into pages and where its items are: from botocore's paginators, else from the operation's own members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jmespath

from handoff.errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Member to ask on with, and the member of the answer that gives it, where botocore has no paginator.
_TOKENS = (
    ("NextToken", "NextToken"),
    ("nextToken", "nextToken"),
    ("Marker", "NextMarker"),
    ("Marker", "Marker"),
    ("marker", "marker"),
    ("PageToken", "NextPageToken"),
    ("NextPageToken", "NextPageToken"),
    ("pageToken", "nextPageToken"),
    ("ContinuationToken", "NextContinuationToken"),
    ("NextMarker", "NextMarker"),
    ("position", "position"),
)
_MORE = ("IsTruncated", "Truncated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One listing operation."""

    lists: tuple[tuple[str, Any], ...]
    """Name and compiled expression of each list of the answer."""
    tokens: tuple[tuple[str, Any], ...]
    """Member to ask on with, and the compiled expression that gives its value; empty = the operation does not page."""
    more: Any
    """Compiled expression of the flag that says whether there is more, or None."""

    def items(self, page: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Every item of one page with the name of its list."""
        for name, expression in self.lists:
            for item in expression.search(page) or ():
                yield name, item

    def onward(self, page: Mapping[str, Any]) -> dict[str, Any]:
        """What to ask for the next page with; empty after the last."""
        if not self.tokens or (self.more is not None and not self.more.search(page)):
            return {}
        return {name: value for name, expression in self.tokens if (value := expression.search(page))}

    def promises_more(self, page: Mapping[str, Any]) -> bool:
        """True when the flag says that there is more."""
        return self.more is not None and bool(self.more.search(page))


def listing(op: str, client: Any, method: str) -> Listing:  # noqa: ANN401 - made at run time
    """The listing of an operation. Raises Unsupported for one whose answer holds no list."""
    if client.can_paginate(method):
        known = client.get_paginator(method)
        # The only place where botocore says how this listing is cut.
        return Listing(
            lists=tuple((key.expression, key) for key in known._result_keys),
            tokens=tuple(zip(known._input_token, known._output_token, strict=True)),
            more=known._more_results,
        )
    model = client.meta.service_model.operation_model(op.partition(":")[2])
    prefix, members = _within(model.output_shape.members if model.output_shape else {})
    lists = tuple((name, jmespath.compile(prefix + name)) for name, shape in members.items() if shape.type_name == "list")
    if not lists:
        raise Unsupported(f"{op} is not a listing: its answer has no list")
    asked = model.input_shape.members if model.input_shape else {}
    tokens = next(((name, jmespath.compile(prefix + out)) for name, out in _TOKENS if name in asked and out in members), None)
    flag = next((jmespath.compile(prefix + name) for name in _MORE if name in members), None) if tokens else None
    return Listing(lists=lists, tokens=(tokens,) if tokens else (), more=flag)


def _within(members: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The members that hold the lists: those of the answer, or of the only structure in it (`DistributionList.Items`)."""
    structures = [(name, shape) for name, shape in members.items() if shape.type_name == "structure"]
    if len(structures) == 1 and not any(shape.type_name == "list" for shape in members.values()):
        name, shape = structures[0]
        return f"{name}.", shape.members
    return "", members
