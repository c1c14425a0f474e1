"""IAM policy documents as a control reads them: JSON text in a property, or an object where the SDK takes one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from handoff.controls.resource import UNKNOWN, Unknown

if TYPE_CHECKING:
    from handoff.controls.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, every list spelled out."""

    effect: str
    """`Allow` or `Deny`."""
    principals: tuple[tuple[str, str], ...]
    """(`AWS` | `Service` | `Federated` | `CanonicalUser`, value); (`AWS`, `*`) for a bare star."""
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """(operator, key in lower case, values)."""
    is_negated: bool
    """It uses NotPrincipal, NotAction or NotResource."""

    @property
    def is_anyone(self) -> bool:
        """An Allow that names everybody as principal."""
        return self.effect == "Allow" and ("AWS", "*") in self.principals

    def asks(self, key: str) -> bool:
        """Whether a condition looks at this key (in lower case)."""
        return any(one == key for _, one, _ in self.conditions)


def statements(resource: Resource, path: str) -> tuple[Statement, ...] | Unknown | str | None:
    """The statements at a path: UNKNOWN when the text is not known, None when nothing stands there, a text that says what is wrong with it."""
    value = resource.get(path)
    if value is None or value is UNKNOWN:
        return UNKNOWN if value is UNKNOWN else None
    if isinstance(value, str):
        return _parsed(value)
    return _read(value)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[Statement, ...] | str:
    try:
        return _read(json.loads(text))
    except (ValueError, RecursionError):
        return "is not JSON"


def _read(body: object) -> tuple[Statement, ...] | str:
    if not isinstance(body, Mapping):
        return "is not a policy document"
    rows = body.get("Statement", [])
    rows = [rows] if isinstance(rows, Mapping) else rows
    if not isinstance(rows, list) or not all(isinstance(one, Mapping) for one in rows):
        return "has no list of statements"
    return tuple(map(_statement, rows))


def _statement(row: Mapping[str, object]) -> Statement:
    return Statement(
        effect=str(row.get("Effect", "")),
        principals=tuple(_principals(row.get("Principal", row.get("NotPrincipal")))),
        actions=_texts(row.get("Action", row.get("NotAction"))),
        resources=_texts(row.get("Resource", row.get("NotResource"))),
        conditions=tuple(_conditions(row.get("Condition"))),
        is_negated=any(name in row for name in ("NotPrincipal", "NotAction", "NotResource")),
    )


def _principals(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield "AWS", value
    elif isinstance(value, Mapping):
        for kind, names in value.items():
            for name in _texts(names):
                yield str(kind), name


def _conditions(value: object) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if isinstance(value, Mapping):
        for operator, block in value.items():
            if isinstance(block, Mapping):
                for key, values in block.items():
                    yield str(operator), str(key).lower(), _texts(values)


def _texts(value: object) -> tuple[str, ...]:
    if value is None or value is UNKNOWN:
        return ()
    if isinstance(value, list | tuple):
        return tuple(_text(one) for one in value)
    return (_text(value),)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
