"""One way to write a JSON value, so that equal values have equal bytes and so equal digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from handoff.model import Secret


def encode(value: object) -> bytes:
    """The value as one line of ASCII JSON: keys sorted, no blanks, no line end. Raises TypeError for a Secret or another value that is not JSON, ValueError for NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain).encode("ascii")


def pretty(value: object) -> bytes:
    """The same for people: indented, UTF-8, with a line end."""
    return (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False, default=_plain) + "\n").encode("utf-8", "backslashreplace")


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def rfc3339(at: datetime) -> str:
    """An aware time as UTC with microseconds: `2026-11-22T17:30:00.000000Z`."""
    if at.tzinfo is None:
        raise ValueError("times are aware")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _plain(value: object) -> object:
    if isinstance(value, Secret):
        raise TypeError("a Secret may not be written")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not a JSON value")
