"""Reads the state of many paths at once: what several of them stand in (a bucket's policy, a user's keys) is read once."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING

from handoff.wrap.cache import Cached, Store

if TYPE_CHECKING:
    from types import TracebackType

    from handoff.model import AccessPath, Json, Kind, KindId, Scope
    from handoff.runs.estate import Estate


class Imaging:
    """The images of one plan, or of one comparison with it. Never kept longer: before a write the state is always read afresh."""

    def __init__(self, work: Estate, kinds: Mapping[KindId, Kind]) -> None:
        self._work = work
        self._kinds = kinds
        self._store = Store()
        self._open: dict[Scope, Cached] = {}
        self._lock = Lock()

    def __enter__(self) -> Imaging:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._store.__exit__(kind, error, trace)

    def __call__(self, path: AccessPath) -> Json | None:
        """The image of one path."""
        return self._kinds[path.kind].image(self.reader(path.scope), path)

    def reader(self, scope: Scope) -> Cached:
        """The reader of one scope for the length of this imaging."""
        with self._lock:
            if scope not in self._open:
                self._open[scope] = Cached(self._work.open(scope), self._store)
            return self._open[scope]
