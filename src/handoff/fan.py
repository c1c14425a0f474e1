"""Work that may be done side by side: one call for each of many things, results in order, memory bounded.

A kind calls `each` and need not know whether anybody lends it hands. A sweep lends a pool to the threads in which its kinds run; work that is
itself run in such a pool is done in place, so that no pool ever waits for itself. `once` shares what several kinds need for the length of one
sweep. Whoever ends a sweep early halts its threads, wherever they wait.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from handoff.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from concurrent.futures import Executor, Future

Thing = TypeVar("Thing")
Result = TypeVar("Result")

VARIABLE = "HANDOFF_CONCURRENCY"
_IN_FLIGHT = 64
_MOST = 1024

AHEAD = 256
"""How many results may wait for their turn: enough to keep every hand busy, small enough to hold."""


class Halted(Exception):
    """The work was ended from outside; never caught below whoever ended it."""


class _Memo:
    """One value for each key, made once, however many ask at the same time."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, object] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], object]) -> object:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._kept:
                self._kept[key] = make()
            return self._kept[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the threads of one sweep share."""

    halt: threading.Event = field(default_factory=threading.Event)
    memo: _Memo = field(default_factory=_Memo)


_POOL: ContextVar[Executor | None] = ContextVar("handoff.fan.pool", default=None)
_GROUND: ContextVar[Ground | None] = ContextVar("handoff.fan.ground", default=None)


def in_flight() -> int:
    """How many calls may be on their way at once: 64, or `HANDOFF_CONCURRENCY`. Raises UsageError."""
    given = os.environ.get(VARIABLE) or str(_IN_FLIGHT)
    if not given.isascii() or not given.isdecimal() or not 1 <= int(given) <= _MOST:
        raise UsageError(f"{VARIABLE}={given!r} is not a number from 1 to {_MOST}", hint=f"Leave it out for {_IN_FLIGHT}.")
    return int(given)


def threads(count: int, ground: Ground) -> ThreadPoolExecutor:
    """A pool whose threads stand on this ground."""
    return ThreadPoolExecutor(max_workers=count, initializer=_GROUND.set, initargs=(ground,))


@contextmanager
def hands(pool: Executor) -> Iterator[None]:
    """Lends a pool to what runs in this thread until the block ends."""
    token = _POOL.set(pool)
    try:
        yield
    finally:
        _POOL.reset(token)


def each(work: Callable[[Thing], Result], things: Iterable[Thing]) -> Iterator[Result]:
    """`work` of every thing, in the order of the things. The first failure is raised in its turn, and what has not begun by then is not begun."""
    pool = _POOL.get()
    if pool is None:
        yield from map(work, things)
        return
    waiting: deque[Future[Result]] = deque()
    try:
        for thing in things:
            waiting.append(pool.submit(work, thing))
            if len(waiting) >= AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def once(key: Hashable, make: Callable[[], Result]) -> Result:
    """What `make` gives, made once for each key in one sweep; outside a sweep made at each call."""
    ground = _GROUND.get()
    return make() if ground is None else cast("Result", ground.memo.get(key, make))


def pause(seconds: float) -> None:
    """Waits; raises Halted as soon as the work of this thread is ended from outside."""
    ground = _GROUND.get()
    if ground is None:
        time.sleep(seconds)
    elif ground.halt.wait(seconds):
        raise Halted


def go_on() -> None:
    """Raises Halted when the work of this thread was ended from outside."""
    ground = _GROUND.get()
    if ground is not None and ground.halt.is_set():
        raise Halted
