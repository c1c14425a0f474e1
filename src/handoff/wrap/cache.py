"""One call for several kinds: what was read whole is kept for the length of one sweep.

Answers are kept in an unnamed file, not in memory: an estate ten times as large needs a longer file and a few bytes more of index for each call.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from handoff.model import Json, Reader, Scope

_BLOCK = 128
"""Items written and read at a time."""

Place = tuple[int, int]


class Store:
    """The kept answers of one sweep. Safe for several threads; gone when closed, or when the process ends however it ends."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the store
        self._end = 0
        self._places: dict[bytes, tuple[Place, ...]] = {}
        self._locks: dict[bytes, threading.Lock] = {}
        self._guard = threading.Lock()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def blocks(self, key: bytes, make: Callable[[], Iterable[Json | None]]) -> Iterator[list[Json | None]]:
        """The items of `make`, block by block, from its first complete run; two that ask the same at once make one run."""
        places = self._places.get(key)
        if places is None:
            places = self._made(key, make)
        for start, length in places:
            yield cast("list[Json | None]", json.loads(os.pread(self._file.fileno(), length, start)))

    def _made(self, key: bytes, make: Callable[[], Iterable[Json | None]]) -> tuple[Place, ...]:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._places:
                self._places[key] = tuple(self._written(make()))
        with self._guard:
            self._locks.pop(key, None)
        return self._places[key]

    def _written(self, items: Iterable[Json | None]) -> Iterator[Place]:
        block: list[Json | None] = []
        for item in items:
            block.append(item)
            if len(block) >= _BLOCK:
                yield self._write(block)
                block = []
        if block:
            yield self._write(block)

    def _write(self, block: list[Json | None]) -> Place:
        data = json.dumps(block, separators=(",", ":")).encode()
        with self._guard:
            start = self._end
            self._end += len(data)
        done = 0
        try:
            while done < len(data):
                # A disk that is nearly full takes part of it and says so only by the count.
                done += os.pwrite(self._file.fileno(), data[done:], start + done)
        except OSError as error:
            raise MachineError(f"what the sweep has read cannot be written to {tempfile.gettempdir()}: {error.strerror}") from error
        return start, len(data)


class Cached:
    """A reader that asks once what several kinds need, and passes the rest through as it comes. Safe for several threads.

    A listing is kept only when its last page came: one that failed half-way is asked again, never shown shortened. Make a new one for each
    sweep, and never probe through it. `shared` tells which operations more than one kind asks; without it all are kept. `home` gives the reader
    of the scope in which an operation answers the same, such as an account for each of its regions.
    """

    def __init__(
        self, reader: Reader, store: Store, *, shared: Callable[[str], bool] = lambda _: True, home: Callable[[str], Reader | None] = lambda _: None
    ) -> None:
        self._reader = reader
        self._store = store
        self._shared = shared
        self._home = home

    @property
    def scope(self) -> Scope:
        """The reader's scope."""
        return self._reader.scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """Every item, from the first complete reading of this call."""
        fan.go_on()
        home = self._home(op)
        if home is not None:
            yield from home.read(op, **params)
        elif self._shared(op):
            for block in self._store.blocks(self._key("read", op, params), lambda: self._reader.read(op, **params)):
                yield from cast("list[Json]", block)
        else:
            yield from self._reader.read(op, **params)

    def get(self, op: str, /, **params: object) -> Json | None:
        """The object, or the None, of the first answer."""
        fan.go_on()
        home = self._home(op)
        if home is not None:
            return home.get(op, **params)
        if not self._shared(op):
            return self._reader.get(op, **params)
        kept = self._store.blocks(self._key("get", op, params), lambda: [self._reader.get(op, **params)])
        return next(kept)[0]

    def _key(self, how: str, op: str, params: Mapping[str, object]) -> bytes:
        text = json.dumps([str(self._reader.scope), how, op, params], sort_keys=True, default=repr)
        return hashlib.blake2b(text.encode(), digest_size=16).digest()
