"""Who can walk in through a resource, whose they are, and until when: one reading for every control of grants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.resource import UNKNOWN

from . import _aws_types, _azure_types, _gcp_types
from ._look import Look, Opening, as_hours, day
from ._parties import parties
from ._readers import READERS
from ._ways import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.resource import Resource

    from ._parties import Parties
    from ._ways import Way

__all__ = ["ACCESS", "CLOUDS", "Opening", "as_hours", "day", "read", "reads"]
ACCESS: Mapping[str, tuple[Way, ...]] = {**_aws_types.ACCESS, **_azure_types.ACCESS, **_gcp_types.ACCESS}
"""Every type that opens a way in, on every cloud."""
CLOUDS = {"aws": "aws", "azure-native": "azure", "azuread": "azure", "gcp": "gcp"}
_MEMO = "exit openings"


def reads(*, without: frozenset[Form] = frozenset()) -> dict[str, tuple[str, ...]]:
    """Every type with the properties that its ways are read from; types with ways of these forms only are left out."""
    found = {}
    for token, ways in ACCESS.items():
        kept = [one for one in ways if one.form not in without]
        if kept:
            found[token] = tuple(dict.fromkeys(path for one in kept for path in one.reads))
    return found


def read(resource: Resource, context: Context) -> tuple[Opening, ...]:
    """Every opening of a resource. The controls of one resource follow each other, so the last answer is kept."""
    last = context.memo.get(_MEMO)
    if isinstance(last, tuple) and last[0] is resource.inputs and last[1] == resource.type:
        return last[2]  # type: ignore[no-any-return]  # what was put there below
    found = tuple(_all(resource, parties(context)))
    context.memo[_MEMO] = (resource.inputs, resource.type, found)
    return found


def _all(resource: Resource, known: Parties) -> Iterator[Opening]:
    for way in ACCESS.get(resource.type, ()):
        if way.form is Form.IDENTITY or not _is_open(resource, way):
            continue
        look = Look(resource=resource, way=way, parties=known, cloud=CLOUDS[resource.type.split(":", 1)[0]])
        yield from READERS[way.form](look)


def _is_open(resource: Resource, way: Way) -> bool:
    if way.only_if is None:
        return True
    path, values = way.only_if
    value = resource.get(path)
    return value is UNKNOWN or any(value == one for one in values)
