from __future__ import annotations

from collections.abc import Iterator

import pytest

from handoff.model import Json, Scope, ScopeType
from handoff.wrap.throttle import Bucket, Throttle


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def now(self) -> float:
        return self.at_s

    def sleep(self, wait_s: float) -> None:
        self.at_s += wait_s


class Estate:
    scope = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        yield {"op": op}

    def get(self, op: str, /, **params: object) -> Json | None:
        return {"op": op}


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    clock = Clock()
    reader = Throttle(Estate(), Bucket(rate_per_s=2, burst=3, now=clock.now, sleep=clock.sleep))
    at = []
    for _ in range(7):
        assert reader.get("a:Get") == {"op": "a:Get"}
        at.append(clock.at_s)
    assert at == [0, 0, 0, 0.5, 1.0, 1.5, 2.0]


def test_rest_fills_the_bucket_but_not_over_its_rim() -> None:
    clock = Clock()
    bucket = Bucket(rate_per_s=1, burst=2, now=clock.now, sleep=clock.sleep)
    for _ in range(2):
        bucket.take()
    clock.at_s = 100.0
    for _ in range(3):
        bucket.take()
    assert clock.at_s == 101.0


def test_a_shared_bucket_counts_for_all() -> None:
    clock = Clock()
    bucket = Bucket(rate_per_s=1, burst=1, now=clock.now, sleep=clock.sleep)
    one, two = Throttle(Estate(), bucket), Throttle(Estate(), bucket)
    list(one.read("a:List"))
    list(two.read("a:List"))
    assert clock.at_s == 1.0


@pytest.mark.parametrize(("rate_per_s", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_bucket_that_would_never_let_anyone_through(rate_per_s: float, burst: int) -> None:
    with pytest.raises(ValueError, match="bucket"):
        Bucket(rate_per_s=rate_per_s, burst=burst)
