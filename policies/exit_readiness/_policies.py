"""What policy documents let in, each text read once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from handoff.controls.resource import UNKNOWN

NOT = "NotPrincipal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One principal of an Allow statement of AWS, or one member of a binding of Google Cloud."""

    kind: str
    """`AWS`, `Service`, `Federated`, `CanonicalUser` or `NotPrincipal`; empty for a member."""
    name: str
    conditions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    expression: str = ""
    """The condition of a binding."""


Read = tuple[Named, ...] | str
"""What is let in, or a text that says what is wrong with the document."""


def of_aws(document: object) -> Read:
    """Every principal of every Allow statement, of a document as text or as an object."""
    return _aws_text(document) if isinstance(document, str) else _aws(document)


def of_gcp(document: object) -> Read:
    """Every member of every binding."""
    return _gcp_text(document) if isinstance(document, str) else _gcp(document)


@lru_cache(maxsize=4096)
def _aws_text(text: str) -> Read:
    try:
        return _aws(json.loads(text))
    except (ValueError, RecursionError):
        return "the policy is not JSON"


@lru_cache(maxsize=1024)
def _gcp_text(text: str) -> Read:
    try:
        return _gcp(json.loads(text))
    except (ValueError, RecursionError):
        return "the policy is not JSON"


def _aws(body: object) -> Read:
    if not isinstance(body, Mapping):
        return "the policy is not a policy document"
    rows = body.get("Statement", [])
    rows = [rows] if isinstance(rows, Mapping) else rows
    if not isinstance(rows, list) or not all(isinstance(one, Mapping) for one in rows):
        return "the policy has no list of statements"
    allowed = [one for one in rows if one.get("Effect") == "Allow"]
    if any(_is_open_question(one) for one in allowed):
        return "a principal is not known before the update"
    return _distinct(allowed)


def _distinct(rows: list[Mapping[str, object]]) -> tuple[Named, ...]:
    found: list[Named] = []
    for row in rows:
        for one in _principals(row):
            if one not in found:
                found.append(one)
    return tuple(found)


def _principals(row: Mapping[str, object]) -> Iterator[Named]:
    asked = row.get("Condition")
    conditions = {str(name): block for name, block in asked.items() if isinstance(block, Mapping)} if isinstance(asked, Mapping) else {}
    if NOT in row:
        yield Named(kind=NOT, name=json.dumps(row[NOT], sort_keys=True, default=str), conditions=conditions)
        return
    named = row.get("Principal")
    if isinstance(named, Mapping):
        for kind, values in named.items():
            for value in values if isinstance(values, list) else [values]:
                yield Named(kind=str(kind), name=str(value), conditions=conditions)
    elif named is not None:
        yield Named(kind="AWS", name=str(named), conditions=conditions)


def _is_open_question(row: Mapping[str, object]) -> bool:
    return any(_holds_unknown(row.get(name)) for name in ("Principal", NOT, "Condition"))


def _holds_unknown(value: object) -> bool:
    if value is UNKNOWN:
        return True
    if isinstance(value, Mapping):
        return any(map(_holds_unknown, value.values()))
    return any(map(_holds_unknown, value)) if isinstance(value, list | tuple) else False


def _gcp(body: object) -> Read:
    bindings = body.get("bindings", []) if isinstance(body, Mapping) else None
    if not isinstance(bindings, list) or not all(isinstance(one, Mapping) for one in bindings):
        return "the policy has no list of bindings"
    found = []
    for one in bindings:
        asked, members = one.get("condition"), one.get("members")
        expression = asked.get("expression") if isinstance(asked, Mapping) else None
        for member in members if isinstance(members, list) else []:
            found.append(Named(kind="", name=str(member), expression=expression if isinstance(expression, str) else ""))
    return tuple(found)
