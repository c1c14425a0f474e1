"""How fast a service is asked: not held back until it complains, then at half the rate, then faster again."""

from __future__ import annotations

import threading

import pytest

from handoff.clouds import _pace
from handoff.clouds._pace import SLOWEST_PER_S, Pace


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def now(self) -> float:
        return self.at_s

    def sleep(self, wait_s: float) -> None:
        self.at_s += wait_s


def pace(clock: Clock) -> Pace:
    return Pace(now=clock.now, sleep=clock.sleep)


def calls(one: Pace, clock: Clock, *, count: int, each_s: float) -> None:
    for _ in range(count):
        one.take()
        clock.at_s += each_s


def test_nobody_waits_for_a_service_that_never_complained() -> None:
    clock = Clock()
    one = pace(clock)
    calls(one, clock, count=1000, each_s=0)
    assert clock.at_s == 0
    assert one.rate is None


def test_half_of_what_was_too_much() -> None:
    clock = Clock()
    one = pace(clock)
    calls(one, clock, count=100, each_s=1 / 16)
    one.throttled()
    assert one.rate == 8
    began = clock.at_s
    calls(one, clock, count=16, each_s=0)
    assert 1.5 < clock.at_s - began < 2.5


def test_one_burst_is_one_complaint() -> None:
    clock = Clock()
    one = pace(clock)
    calls(one, clock, count=100, each_s=1 / 16)
    for _ in range(50):  # all of them were on their way before the first was told
        one.throttled()
    assert one.rate == 8


def test_a_second_complaint_halves_again_and_never_to_nothing() -> None:
    clock = Clock()
    one = pace(clock)
    calls(one, clock, count=100, each_s=1 / 16)
    rates = []
    for _ in range(12):
        one.throttled()
        rates.append(one.rate)
        one.take()
    assert rates[:2] == sorted(rates[:2], reverse=True)
    assert min(rate for rate in rates if rate is not None) >= SLOWEST_PER_S


def test_it_recovers_bit_by_bit() -> None:
    clock = Clock()
    one = pace(clock)
    calls(one, clock, count=100, each_s=1 / 16)
    one.throttled()
    seen = []
    for _ in range(6):
        clock.at_s += 1
        seen.append(one.rate)
    assert seen == pytest.approx([9.6, 11.2, 12.8, 14.4, 16, 17.6])


def test_the_services_own_word_on_when_to_come_back_is_kept() -> None:
    clock = Clock()
    one = pace(clock)
    one.take()
    one.throttled(7)
    one.take()
    assert clock.at_s >= 7


def test_threads_share_a_rate() -> None:
    one = Pace()
    one.take()
    one.throttled()
    assert one.rate is not None
    waits: list[float] = []
    shared = Pace(now=lambda: 0.0, sleep=waits.append)
    shared.take()
    shared.throttled()
    threads = [threading.Thread(target=shared.take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(waits)) == len(waits) == 8, "each waits for a turn of its own"


def test_one_pace_for_each_account_region_and_service() -> None:
    assert _pace.of("aws", "1", "eu-west-1", "iam") is _pace.of("aws", "1", "eu-west-1", "iam")
    assert len({id(_pace.of("aws", *whom)) for whom in (("1", "r", "iam"), ("2", "r", "iam"), ("1", "s", "iam"), ("1", "r", "s3"))}) == 4
