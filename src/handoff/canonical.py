"""One way to write a JSON value, so that equal values have equal bytes and so equal digests."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum

from handoff.model import Secret

# Made once: `json.dumps` with settings of its own makes one for each value.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: object) -> object:
    """Any value of `handoff.model` as plain JSON. Raises TypeError for a Secret, which has no business in a record, and for what is not JSON; ValueError for a naive time."""
    # Nearly everything is one of these, and `match` asks each class in turn: a sweep writes hundreds of thousands of values.
    exact = type(value)
    if exact is str or value is None or exact is bool or exact is int or exact is float:
        return value
    if exact is dict:
        return {str(key): plain(item) for key, item in value.items()}  # type: ignore[attr-defined]
    return _plain(value)


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case str() | int() | float():
            return value
        case Secret():
            raise TypeError("a Secret may not be written")
        case datetime():
            return rfc3339(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=encode)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def encode(value: object) -> bytes:
    """The value as one line of ASCII JSON: keys sorted, no blanks, no line end. Raises as `plain` does, and ValueError for NaN."""
    return _ENCODER.encode(plain(value)).encode("ascii")


def pretty(value: object) -> bytes:
    """The same for people: indented, UTF-8, with a line end."""
    return (json.dumps(plain(value), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "backslashreplace")


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def digest(value: object) -> str:
    """`sha256:...` of the value's canonical bytes."""
    return "sha256:" + sha256(encode(value))


def rfc3339(at: datetime) -> str:
    """An aware time as UTC with microseconds: `2026-11-22T17:30:00.000000Z`."""
    if at.tzinfo is None:
        raise ValueError("times are aware")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """The moment that `rfc3339` wrote."""
    return datetime.fromisoformat(text)
