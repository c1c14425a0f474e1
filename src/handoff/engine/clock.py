"""The proof clock: how long each path stayed open after the moment from which the regulation counts, by what was measured and by nothing else.

A path is closed when it was *proven* dead; the time of the cut alone closes nothing. What is still open is counted up to now, so an exit that stands
still gets worse, never better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One regulation's time for taking away the access of somebody who leaves."""

    regulation: str
    """As the spec names it."""
    clause: str
    within: timedelta
    source: str


# source: https://github.com/GSA/fedramp-automation baselines FedRAMP_rev5_{MODERATE,HIGH} (read 2026-11-22): PS-4(a), AC-2(h)
DEADLINES = (
    Deadline(
        regulation="fedramp-high",
        clause="PS-4(a)",
        within=timedelta(hours=1),
        source="https://github.com/GSA/fedramp-automation/tree/master/dist/content/rev5/baselines (read 2026-11-22)",
    ),
    Deadline(
        regulation="fedramp-moderate",
        clause="PS-4(a)",
        within=timedelta(hours=4),
        source="https://github.com/GSA/fedramp-automation/tree/master/dist/content/rev5/baselines (read 2026-11-22)",
    ),
)
"""Only regulations that state a figure; the others ask for `at once`, `at termination` or what the contract says."""


class Standing(StrEnum):
    """Where one path stands against the clock."""

    IN_TIME = "in-time"
    LATE = "late"
    RUNNING = "running"
    """Not proven dead, and there is time left."""
    OVERDUE = "overdue"
    """Not proven dead, and there is no time left."""
    NO_DEADLINE = "no-deadline"
    """Proven dead, and no regulation of the spec states a figure."""
    OPEN = "open"
    """Not proven dead, and no regulation of the spec states a figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What the ledger measured of one path."""

    path: str
    kind: str
    cut_at: datetime | None
    """When its first step was done; from then on it is disabled, or gone."""
    finished_at: datetime | None
    """When its last step was done; None while one is left."""
    not_before: datetime | None
    """Earliest moment at which a probe means anything."""
    proven_at: datetime | None
    """When the evidence was gathered by which it was first proven, and was so ever since."""
    may_live_until: datetime | None
    """Latest end of a session from before the cut, if nothing ended it; None when proven or when none survives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One path on the clock."""

    times: Times
    exposure: timedelta
    """From the moment that counts to the proof, or to now."""
    remaining: timedelta | None
    """Time left until the deadline; negative when it has passed; None without one, or when the path is closed."""
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The whole exit on the clock."""

    counted_from: datetime
    now: datetime
    deadline: Deadline | None
    readings: tuple[Reading, ...]

    @property
    def open(self) -> tuple[Reading, ...]:
        """The paths that are not proven dead."""
        return tuple(one for one in self.readings if one.times.proven_at is None)

    @property
    def missed(self) -> tuple[Reading, ...]:
        """The paths that were closed too late, or are open beyond the deadline."""
        return tuple(one for one in self.readings if one.standing in {Standing.LATE, Standing.OVERDUE})

    @property
    def worst(self) -> timedelta:
        """The longest exposure."""
        return max((one.exposure for one in self.readings), default=timedelta())


def strictest(regulations: Iterable[str]) -> Deadline | None:
    """The shortest deadline among the regulations that state one."""
    named = set(regulations)
    return min((one for one in DEADLINES if one.regulation in named), key=lambda one: one.within, default=None)


def read(times: Iterable[Times], *, counted_from: datetime, now: datetime, deadline: Deadline | None) -> Clock:
    """Puts each path on the clock, the longest exposure first."""
    readings = [_reading(one, counted_from, now, deadline) for one in times]
    readings.sort(key=lambda one: (one.times.proven_at is not None, -one.exposure, one.times.path))
    return Clock(counted_from=counted_from, now=now, deadline=deadline, readings=tuple(readings))


def _reading(times: Times, counted_from: datetime, now: datetime, deadline: Deadline | None) -> Reading:
    is_open = times.proven_at is None
    exposure = max(timedelta(), (times.proven_at or now) - counted_from)
    if deadline is None:
        return Reading(times=times, exposure=exposure, remaining=None, standing=Standing.OPEN if is_open else Standing.NO_DEADLINE)
    left = deadline.within - exposure
    if is_open:
        return Reading(times=times, exposure=exposure, remaining=left, standing=Standing.RUNNING if left > timedelta() else Standing.OVERDUE)
    return Reading(times=times, exposure=exposure, remaining=None, standing=Standing.IN_TIME if left >= timedelta() else Standing.LATE)


def measured(
    paths: Iterable[tuple[str, str]],
    steps: Mapping[str, tuple[datetime | None, ...]],
    settle: Mapping[str, timedelta],
    survives: Mapping[str, timedelta],
    proofs: Mapping[str, datetime],
) -> Iterable[Times]:
    """Times of each path (key, kind) from its steps' moments (None = not done), its kind's lags, and the moment since which it has been proven."""
    for path, kind in paths:
        done = steps.get(path, ())
        is_whole = bool(done) and all(moment is not None for moment in done)
        moments = [moment for moment in done if moment is not None]
        first, last = min(moments, default=None), max(moments, default=None) if is_whole else None
        proven = proofs.get(path)
        lives = survives.get(kind, timedelta())
        yield Times(
            path=path,
            kind=kind,
            cut_at=first,
            finished_at=last,
            not_before=last + settle.get(kind, timedelta()) if last else None,
            proven_at=proven,
            may_live_until=first + lives if first and lives and proven is None else None,
        )
