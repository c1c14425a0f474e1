from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.engine.clock import DEADLINES, Standing, Times, measured, read, strictest

T0 = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HIGH = strictest(["fedramp-high"])


def times(proven_after: timedelta | None, name: str = "p") -> Times:
    proven = None if proven_after is None else T0 + proven_after
    return Times(path=name, kind="aws.x", cut_at=T0, finished_at=T0, not_before=T0, proven_at=proven, may_live_until=None)


def standing(proven_after: timedelta | None, now_after: timedelta) -> Standing:
    return read([times(proven_after)], counted_from=T0, now=T0 + now_after, deadline=HIGH).readings[0].standing


@pytest.mark.parametrize(
    ("proven", "now", "wanted"),
    [
        (0.5, 9, Standing.IN_TIME),
        (1.0, 9, Standing.IN_TIME),
        (1.001, 9, Standing.LATE),
        (None, 0.5, Standing.RUNNING),
        (None, 1.0, Standing.OVERDUE),
        (None, 30, Standing.OVERDUE),
    ],
)
def test_only_a_proof_stops_the_clock(proven: float | None, now: float, wanted: Standing) -> None:
    assert standing(None if proven is None else proven * HOUR, now * HOUR) is wanted


def test_the_strictest_regulation_counts() -> None:
    assert strictest(["hipaa", "fedramp-moderate", "fedramp-high"]) == min(DEADLINES, key=lambda one: one.within)
    assert strictest(["fedramp-moderate"]).within == 4 * HOUR  # type: ignore[union-attr]
    assert strictest(["hipaa"]) is None


def test_without_a_figure_there_is_exposure_and_no_deadline() -> None:
    clock = read([times(None, "a"), times(HOUR, "b")], counted_from=T0, now=T0 + 2 * HOUR, deadline=None)
    assert [(one.times.path, one.standing, one.remaining, one.exposure) for one in clock.readings] == [
        ("a", Standing.OPEN, None, 2 * HOUR),
        ("b", Standing.NO_DEADLINE, None, HOUR),
    ]
    assert [one.times.path for one in clock.open] == ["a"]
    assert not clock.missed


def test_a_path_with_a_step_left_is_not_finished() -> None:
    found = measured([("p", "aws.x")], {"p": (T0, None)}, {"aws.x": timedelta(seconds=10)}, {"aws.x": HOUR}, {})
    (one,) = found
    assert (one.cut_at, one.finished_at, one.not_before, one.may_live_until) == (T0, None, None, T0 + HOUR)
    (whole,) = measured([("p", "aws.x")], {"p": (T0, T0 + HOUR)}, {"aws.x": timedelta(seconds=10)}, {}, {"p": T0 + 2 * HOUR})
    assert (whole.finished_at, whole.not_before, whole.proven_at) == (T0 + HOUR, T0 + HOUR + timedelta(seconds=10), T0 + 2 * HOUR)


@given(st.lists(st.one_of(st.none(), st.integers(0, 100_000)), min_size=1, max_size=20), st.integers(0, 100_000), st.integers(0, 100_000))
def test_waiting_makes_nothing_better(proofs: list[int | None], now_s: int, more_s: int) -> None:
    held = [times(None if one is None else timedelta(seconds=one), str(number)) for number, one in enumerate(proofs)]
    first, second = (read(held, counted_from=T0, now=T0 + timedelta(seconds=at), deadline=HIGH) for at in (now_s, now_s + more_s))
    assert {one.times.path for one in first.missed} <= {one.times.path for one in second.missed}
    assert first.worst <= second.worst
    assert len(first.open) == len(second.open) == sum(one is None for one in proofs)
