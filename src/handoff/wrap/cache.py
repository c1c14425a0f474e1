"""One call for several kinds: what was read whole is kept for the length of one sweep."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.model import Json, Reader, Scope


class Cached:
    """A reader that asks once. Safe for several threads; two that ask the same at once make one call.

    A listing is kept only when its last page came: one that failed half-way is asked again, never shown shortened. Make a new one for each
    sweep, and never probe through it.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: dict[str, tuple[Json, ...] | Json | None] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    @property
    def scope(self) -> Scope:
        """The reader's scope."""
        return self._reader.scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """Every item, from the first complete reading of this call."""
        key = _key("read", op, params)
        with self._lock(key):
            if key not in self._kept:
                self._kept[key] = tuple(self._reader.read(op, **params))
            kept = self._kept[key]
        yield from kept if isinstance(kept, tuple) else ()

    def get(self, op: str, /, **params: object) -> Json | None:
        """The object, or the None, of the first answer."""
        key = _key("get", op, params)
        with self._lock(key):
            if key not in self._kept:
                self._kept[key] = self._reader.get(op, **params)
            kept = self._kept[key]
        return None if isinstance(kept, tuple) else kept

    def _lock(self, key: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(key, threading.Lock())


def _key(how: str, op: str, params: Mapping[str, object]) -> str:
    return json.dumps([how, op, params], sort_keys=True, default=repr)
