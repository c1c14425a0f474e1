"""How fast a service may be asked: a token bucket that learns its rate from the service's own "slower".

Nothing holds calls back until a service says that they are too many: no vendor publishes its limits, and they differ by account. Then half of
what was sent goes on, and the rate creeps up again while nobody complains.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from handoff import fan

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

SLOWEST_PER_S = 0.5
_WINDOW_S = 1.0
_RECOVERS = 0.1
"""Of the rate that was too much, given back each second: half is made good in five."""
_BURST_S = 0.25


class Pace:
    """One bucket, shared by whoever asks the same service in the same account and region. Safe for several threads."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = fan.pause) -> None:
        self._now = now
        self._sleep = sleep
        self._guard = threading.Lock()
        self._sent = threading.local()
        self._rate: float | None = None
        self._step = 0.0
        self._tokens = 0.0
        self._at = now()
        self._not_before = 0.0
        self._slowed_at = float("-inf")
        self._window_at, self._count, self._measured = self._at, 0, 0.0

    @property
    def rate(self) -> float | None:
        """Calls a second; None while the service has never complained."""
        with self._guard:
            self._refill(self._now())
            return self._rate

    def take(self) -> None:
        """Returns when the next call of this thread may go."""
        with self._guard:
            at = self._now()
            self._measure(at)
            wait_s = max(0.0, self._not_before - at)
            if self._rate is not None:
                self._refill(at)
                # A debt is allowed: each waiter owes one more token and sleeps until it would be paid, so they leave in turn.
                self._tokens -= 1
                wait_s = max(wait_s, -self._tokens / self._rate)
            self._sent.at = at + wait_s
        if wait_s > 0:
            self._sleep(wait_s)

    def throttled(self, retry_after_s: float = 0.0) -> None:
        """The service said "slower" to this thread's last call: half the rate, unless that call was sent before the last halving."""
        with self._guard:
            at = self._now()
            self._not_before = max(self._not_before, at + retry_after_s)
            if getattr(self._sent, "at", at) <= self._slowed_at:
                return
            self._refill(at)
            was = self._rate if self._rate is not None else max(self._measured, self._count / max(at - self._window_at, _WINDOW_S))
            self._rate = max(was / 2, SLOWEST_PER_S)
            self._step = max(was * _RECOVERS, SLOWEST_PER_S * _RECOVERS)
            self._tokens = min(self._tokens, 0.0)
            self._slowed_at = at

    def _refill(self, at: float) -> None:
        elapsed = at - self._at
        self._at = at
        if self._rate is not None:
            self._rate += elapsed * self._step
            self._tokens = min(max(1.0, self._rate * _BURST_S), self._tokens + elapsed * self._rate)

    def _measure(self, at: float) -> None:
        if at - self._window_at >= _WINDOW_S:
            self._measured = self._count / (at - self._window_at)
            self._window_at, self._count = at, 0
        self._count += 1


_PACES: dict[Hashable, Pace] = {}
_GUARD = threading.Lock()


def of(*whom: Hashable) -> Pace:
    """The pace of one service for one caller's home, the same for everybody in this process who asks it."""
    with _GUARD:
        return _PACES.setdefault(whom, Pace())
