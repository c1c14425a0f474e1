"""The part of OData's `$filter` that Graph and ARM listings here understand: `eq`, `ne`, `ge`, `le`, `in`, `startswith`, joined by `and` or `or`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Test = Callable[[dict[str, Any]], bool]
_COMPARE = re.compile(r"^\s*([\w/@.]+)\s+(eq|ne|ge|le|gt|lt)\s+('(?:[^']|'')*'|[^\s']+)\s*$", re.IGNORECASE)
_IN = re.compile(r"^\s*([\w/]+)\s+in\s+\((.*)\)\s*$", re.IGNORECASE)
_STARTS = re.compile(r"^\s*startswith\(\s*([\w/]+)\s*,\s*('(?:[^']|'')*')\s*\)\s*$", re.IGNORECASE)


class UnsupportedFilter(Exception):
    """The filter uses something this lab does not understand; it is refused, never ignored."""


def compiled(text: str) -> Test:
    """A test over records for this filter."""
    alternatives = [[_term(part) for part in _split(one, "and")] for one in _split(text.strip(), "or")]
    return lambda record: any(all(test(record) for test in group) for group in alternatives)


def _split(text: str, word: str) -> list[str]:
    """Split at a word outside of quotes."""
    pieces, quoted, start = [], False, 0
    for found in re.finditer(rf"'|\s{word}\s", text, re.IGNORECASE):
        if found.group() == "'":
            quoted = not quoted
        elif not quoted:
            pieces.append(text[start : found.start()])
            start = found.end()
    return [*pieces, text[start:]]


def _term(text: str) -> Test:
    if found := _COMPARE.match(text):
        return _comparison(found.group(1), found.group(2).lower(), _literal(found.group(3)))
    if found := _IN.match(text):
        path, values = found.group(1), {_key(_literal(v)) for v in re.findall(r"'(?:[^']|'')*'", found.group(2))}
        return lambda record: any(_key(value) in values for value in _values(record, path))
    if found := _STARTS.match(text):
        path, prefix = found.group(1), str(_literal(found.group(2))).lower()
        return lambda record: any(str(value).lower().startswith(prefix) for value in _values(record, path))
    raise UnsupportedFilter(f"Invalid filter clause: '{text.strip()}'")


def _comparison(path: str, operator: str, wanted: object) -> Test:
    def test(record: dict[str, Any]) -> bool:
        values = [_key(value) for value in _values(record, path)] or [None]
        key = _key(wanted)
        if operator in {"eq", "ne"}:
            return (key in values) is (operator == "eq")
        return any(value is not None and _ordered(operator, str(value), str(key)) for value in values)

    return test


def _ordered(operator: str, left: str, right: str) -> bool:
    return {"ge": left >= right, "le": left <= right, "gt": left > right, "lt": left < right}[operator]


def _literal(text: str) -> object:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return {"true": True, "false": False, "null": None}.get(text.lower(), text)


def _key(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _values(record: dict[str, Any], path: str) -> list[object]:
    found: list[object] = [record]
    for step in path.split("/"):
        following: list[object] = []
        for item in found:
            if isinstance(item, dict):
                value = next((v for k, v in item.items() if k.lower() == step.lower()), None)
                following.extend(value if isinstance(value, list) else [value])
        found = following
    return found
