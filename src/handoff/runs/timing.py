"""Reads the clock of a run from the ledger: nothing is measured here that was not written down when it happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from handoff import canonical
from handoff.engine import clock as engine
from handoff.engine.apply import State, standings
from handoff.engine.clock import Clock
from handoff.errors import PathsRemain
from handoff.runs.journal import LedgerJournal
from handoff.runs.planning import run_of

if TYPE_CHECKING:
    from handoff.engine.plan import Plan
    from handoff.evidence.ledger import Ledger
    from handoff.runs.estate import Estate


def read(work: Estate, plan: Plan, digest: str, ledger: Ledger, *, now: datetime) -> Clock:
    """The clock of the run of a plan. Raises PathsRemain when nothing of it was applied yet and the spec does not say when the provider's work ended."""
    run, journal = run_of(digest), LedgerJournal(ledger)
    standing = standings(plan, journal, run)
    steps: dict[str, list[datetime | None]] = {}
    for action in plan.actions:
        one = standing[action.id]
        steps.setdefault(action.path, []).append(one.done_at if one.state is State.DONE and not one.undoing else None)
    started, proofs = _from_journal(journal.entries(run=run))
    counted_from = work.spec.exit.terminated_at or started
    if counted_from is None:
        raise PathsRemain(
            "the clock has not begun: nothing was applied yet", hint="It counts from exit.terminated_at of the spec, else from the first `handoff apply`."
        )
    kinds = {action.kind: action.settle_s for action in plan.actions}
    times = engine.measured(
        [(target.path.key, target.path.kind) for target in plan.targets],
        {path: tuple(moments) for path, moments in steps.items()},
        {kind: timedelta(seconds=seconds) for kind, seconds in kinds.items()},
        _survivals(work),
        proofs,
    )
    return engine.read(times, counted_from=counted_from, now=now, deadline=engine.strictest(work.spec.exit.regulations))


def _survivals(work: Estate) -> Mapping[str, timedelta]:
    from handoff.runs.discovering import kinds_of

    return {kind.id: timedelta(seconds=kind.lag.survives_s) for kind in kinds_of(work).values()}


def _from_journal(entries: Iterable[tuple[str, datetime, Mapping[str, Any]]]) -> tuple[datetime | None, Mapping[str, datetime]]:
    """When the run began, and for each path the moment since which every round has proven it."""
    started: datetime | None = None
    proven: dict[str, datetime] = {}
    for type_, at, body in entries:
        if type_ == "apply.started":
            started = started or at
        elif type_ == "proof":
            if body["proof"] == "proven":
                proven.setdefault(str(body["path"]), canonical.parse_time(body["gathered_at"]))
            else:
                proven.pop(str(body["path"]), None)
    return started, proven


def lines(clock: Clock) -> Iterable[Mapping[str, object]]:
    """The clock as JSON lines; durations in seconds."""
    for one in clock.readings:
        yield {
            "type": "clock",
            "schema_version": 1,
            "path": one.times.path,
            "kind": one.times.kind,
            "standing": one.standing.value,
            "exposure_s": round(one.exposure.total_seconds(), 3),
            "remaining_s": None if one.remaining is None else round(one.remaining.total_seconds(), 3),
            "cut_at": one.times.cut_at,
            "finished_at": one.times.finished_at,
            "not_before": one.times.not_before,
            "proven_at": one.times.proven_at,
            "may_live_until": one.times.may_live_until,
        }
