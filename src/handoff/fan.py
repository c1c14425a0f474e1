"""Work that may be done side by side: one call for each of many things, results in order, memory bounded.

A kind calls `each` and need not know whether anybody lends it hands. A sweep lends a pool to the threads in which its kinds run; work that is
itself run in such a pool is done in place, so that no pool ever waits for itself.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

Thing = TypeVar("Thing")
Result = TypeVar("Result")

AHEAD = 256
"""How many results may wait for their turn: enough to keep every hand busy, small enough to hold."""

_POOL: ContextVar[Executor | None] = ContextVar("handoff.fan.pool", default=None)


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
