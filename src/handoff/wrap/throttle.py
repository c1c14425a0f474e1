"""No faster than a rate: a token bucket in front of a reader, shared by whoever asks the same service in the same scope."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handoff.model import Json, Reader, Scope


class Bucket:
    """`rate_per_s` calls a second on the average, `burst` at once. Safe for several threads."""

    def __init__(self, *, rate_per_s: float, burst: int, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        if rate_per_s <= 0 or burst < 1:
            raise ValueError("a bucket needs a rate above 0 and a burst of at least 1")
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._now = now
        self._sleep = sleep
        self._tokens = float(burst)
        self._filled_at = now()
        self._guard = threading.Lock()

    def take(self) -> None:
        """Returns when the next call may go."""
        with self._guard:
            at = self._now()
            self._tokens = min(float(self._burst), self._tokens + (at - self._filled_at) * self._rate_per_s)
            self._filled_at = at
            # A debt is allowed: each waiter owes one more token and sleeps until it would be paid, so they leave in turn.
            self._tokens -= 1
            wait_s = -self._tokens / self._rate_per_s
        if wait_s > 0:
            self._sleep(wait_s)


class Throttle:
    """Takes one token for each call. A listing of many pages counts as one: the cloud's own backoff deals with those."""

    def __init__(self, reader: Reader, bucket: Bucket) -> None:
        self._reader = reader
        self._bucket = bucket

    @property
    def scope(self) -> Scope:
        """The reader's scope."""
        return self._reader.scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """As the reader does, when its turn has come."""
        self._bucket.take()
        return self._reader.read(op, **params)

    def get(self, op: str, /, **params: object) -> Json | None:
        """As the reader does, when its turn has come."""
        self._bucket.take()
        return self._reader.get(op, **params)
