"""Reads the state of many paths at once: what several of them stand in (a bucket's policy, a user's keys) is read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from types import TracebackType

    from handoff.model import AccessPath, Json, Kind, KindId, Reader, Scope
    from handoff.runs.estate import Estate


class Imaging:
    """The images of one plan, or of one comparison with it. Never kept longer: before a write the state is always read afresh."""

    def __init__(self, work: Estate, kinds: Mapping[KindId, Kind]) -> None:
        self._work = work
        self._kinds = kinds
        self._open: dict[Scope, Once] = {}
        self._lock = Lock()

    def __enter__(self) -> Imaging:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.clear()

    def __call__(self, path: AccessPath) -> Json | None:
        """The image of one path."""
        return self._kinds[path.kind].image(self.reader(path.scope), path)

    def reader(self, scope: Scope) -> Once:
        """The reader of one scope for the length of this imaging."""
        with self._lock:
            if scope not in self._open:
                self._open[scope] = Once(self._work.open(scope))
            return self._open[scope]


class Once:
    """A reader that asks once and keeps the answer in memory: it holds what a plan's paths stand in, not a whole estate.

    Safe for several threads; a listing is kept only when it came whole. What it gives is shared, so nobody may change it.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: dict[tuple[object, ...], object] = {}
        self._locks: defaultdict[tuple[object, ...], Lock] = defaultdict(Lock)
        self._guard = Lock()

    @property
    def scope(self) -> Scope:
        """The reader's scope."""
        return self._reader.scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """Every item, from the first complete reading of this call."""
        return iter(cast("tuple[Json, ...]", self._once(("read", op, repr(sorted(params.items()))), lambda: tuple(self._reader.read(op, **params)))))

    def get(self, op: str, /, **params: object) -> Json | None:
        """The object, or the None, of the first answer."""
        return cast("Json | None", self._once(("get", op, repr(sorted(params.items()))), lambda: self._reader.get(op, **params)))

    def _once(self, key: tuple[object, ...], make: Callable[[], object]) -> object:
        if key not in self._kept:
            with self._guard:
                lock = self._locks[key]
            with lock:
                if key not in self._kept:
                    self._kept[key] = make()
        return self._kept[key]
