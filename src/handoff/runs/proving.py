"""Gathers the evidence that each path of a plan is dead: fresh connections, after the lag, beside a control that works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handoff import logins
from handoff.engine.plan import Plan
from handoff.engine.prove import Evidence, Judgement, Proof, Trial, coverage_of, judge
from handoff.engine.standing import Standings, State, standings
from handoff.engine.sweep import WORKERS
from handoff.errors import CloudError, PathsRemain
from handoff.model import AccessPath, Kind, Login, Party, Verdict
from handoff.runs import canaries as canaries_
from handoff.runs.applying import executor
from handoff.runs.canaries import Canary
from handoff.runs.discovering import Sweep, discover, kinds_of, plain_body, require_complete
from handoff.runs.estate import Connections, Estate, utc_now
from handoff.runs.journal import LedgerJournal
from handoff.runs.planning import run_of

if TYPE_CHECKING:
    from handoff.evidence.ledger import Ledger
    from handoff.evidence.state import StateFolder

WAITS_ITSELF = timedelta(minutes=10)
"""A lag that ends sooner is waited for; for a longer one the verdict is UNKNOWN until the command is called again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """The verdicts of one round, and what the fresh sweep showed beyond the plan."""

    judgements: tuple[Judgement, ...]
    sweep: Sweep
    outside: tuple[AccessPath, ...]
    """The provider's or unknown paths that the plan does not have."""
    left_to_client: tuple[AccessPath, ...]
    """The operator's own ways in, for the bundle that the client runs."""
    loose: tuple[Trial, ...]
    """Canaries that go through no one path and are not shown to be dead."""

    @property
    def open(self) -> int:
        """How many paths are not closed."""
        return sum(one.proof is not Proof.PROVEN for one in self.judgements) + len(self.outside) + len(self.left_to_client) + len(self.loose)


def prove(
    work: Estate, plan: Plan, digest: str, folder: StateFolder, ledger: Ledger, *, given: Iterable[Canary] = (), sleep: Callable[[float], None] = time.sleep
) -> Proofs:
    """One round of proof over every path of the plan, recorded in the ledger."""
    run = run_of(digest)
    by_hand = {job.path.key: job.action.effect for job in executor(work, plan, digest, ledger).check_by_hand()}
    told = standings(plan, LedgerJournal(ledger), run)
    # What a loop found is part of the run; a path that was cut twice is one path.
    targets = {job.path.key: job.target for job in told.jobs} | {target.path.key: target for target in plan.targets}
    cuts = {key: _cut(told, key) for key in targets}
    _wait(cuts.values(), sleep)
    began = utc_now()
    seen = discover(work, folder, ledger, run=run)
    listed = {one.path.key for one in seen.found if one.path.key in targets}
    trials, coverages = _trials(work, tuple(given)), seen.coverage()
    kinds, connect, judgements = kinds_of(work), Connections(work), []
    left = tuple(target.path for target in targets.values() if target.own and cuts[target.path.key][0] is None)
    paths = [target.path for key, target in targets.items() if not target.own or cuts[key][0] is not None]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        probes = list(pool.map(lambda path: _probe(kinds[path.kind], connect, path), paths))
    for path, probe in zip(paths, probes, strict=True):
        cut_at, not_before = cuts[path.key]
        evidence = Evidence(
            path=path,
            cut_at=cut_at,
            not_before=not_before,
            gathered_at=began,
            still_listed=path.key in listed,
            coverage=coverage_of(path, coverages),
            probe=probe,
            trials=trials.get(path.key, ()),
            by_hand=by_hand.get(path.key, ""),
        )
        judgement = judge(evidence)
        judgements.append(judgement)
        ledger.append("proof", plain_body(_record(evidence, judgement)), run=run)
    for trial in trials.get("", ()):
        ledger.append("canary.control", plain_body(trial), run=run)
    outside = tuple(one.path for one in (*seen.of(Party.PROVIDER), *seen.of(Party.UNKNOWN)) if one.path.key not in targets)
    loose = tuple(trial for trial in trials.get("", ()) if not trial.dead)
    proofs = Proofs(judgements=tuple(judgements), sweep=seen, outside=outside, left_to_client=left, loose=loose)
    ledger.append(
        "proof.finished", {"paths": len(judgements), "open": proofs.open, "loose_canaries": [one.canary for one in loose], "sweep": seen.digest}, run=run
    )
    return proofs


def require_closed(proofs: Proofs) -> None:
    """Raises CoverageIncomplete or PathsRemain when the exit is not proven."""
    require_complete(proofs.sweep)
    if proofs.open:
        told = [f"  {one.path.kind} {one.path.id}: {one.proof.value}: {'; '.join(one.reasons)}" for one in proofs.judgements if one.proof is not Proof.PROVEN]
        told += [f"  {path.kind} {path.id}: found now, not in the plan" for path in proofs.outside]
        told += [f"  {path.kind} {path.id}: the operator's own way in, left to the client" for path in proofs.left_to_client]
        told += [f"  canary {one.canary}, which goes through no one path: {one.tried.outcome.value} ({one.tried.code})" for one in proofs.loose]
        raise PathsRemain(f"{proofs.open} path(s) are not closed:\n" + "\n".join(told))


def _cut(told: Standings, key: str) -> tuple[datetime | None, datetime | None]:
    """When the last step of a path was done, and the earliest moment at which a probe means anything."""
    steps = told.by_path.get(key, [])
    standing = [told[job.action.id] for job in steps]
    done = [one.done_at for one in standing if one.state is State.DONE and not one.undoing and one.done_at is not None]
    if not steps or len(done) < len(steps):
        return None, None
    return max(done), max(done) + timedelta(seconds=max(job.action.settle_s for job in steps))


def _wait(cuts: Iterable[tuple[datetime | None, datetime | None]], sleep: Callable[[float], None]) -> None:
    ends = max((not_before for _, not_before in cuts if not_before is not None), default=None)
    if ends is None:
        return
    left = ends - utc_now()
    if timedelta() < left <= WAITS_ITSELF:
        sleep(left.total_seconds() + 0.001)


def _probe(kind: Kind, connect: Connections, path: AccessPath) -> Verdict:
    try:
        return kind.probe(connect(path.scope), path)
    except CloudError:
        return Verdict.UNKNOWN


def _trials(work: Estate, given: tuple[Canary, ...]) -> dict[str, tuple[Trial, ...]]:
    controls = [login for login in logins.from_environment() if login.party is Party.CLIENT]
    found: dict[str, tuple[Trial, ...]] = {}
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        tried = list(pool.map(lambda canary: _try(work, canary, [login for login in controls if login.cloud == canary.scope.cloud]), given))
    for canary, trial in zip(given, tried, strict=True):
        found[canary.path] = (*found.get(canary.path, ()), trial)
    return found


def _try(work: Estate, canary: Canary, controls: list[Login]) -> Trial:
    tried, control = canaries_.retry(work, canary, controls)
    return Trial(canary=canary.login.name, form=canary.login.form, worked_at=canary.worked_at, tried=tried, control=control)


def _record(evidence: Evidence, judgement: Judgement) -> Mapping[str, object]:
    path = evidence.path
    return {
        "path": path.key,
        "kind": path.kind,
        "holder": path.holder,
        "proof": judgement.proof,
        "reasons": judgement.reasons,
        "method": judgement.method,
        "cut_at": evidence.cut_at,
        "not_before": evidence.not_before,
        "gathered_at": evidence.gathered_at,
        "still_listed": evidence.still_listed,
        "coverage": evidence.coverage,
        "probe": evidence.probe,
        "trials": evidence.trials,
    }


def latest(ledger: Ledger, run: str | None) -> str:
    """The digest of the plan to prove: the named run's, else that of the newest run that was applied. Raises PathsRemain when there is none."""
    found = ""
    for entry in ledger:
        if entry.type == "apply.started" and (run is None or entry.run == run):
            found = str(entry.body["plan"])
    if not found:
        raise PathsRemain(
            f"nothing was applied yet{f' as {run}' if run else ''}", hint="Run `handoff plan` and `handoff apply` first; `handoff discover` shows what is open."
        )
    return found


def iterate(proofs: Proofs) -> Iterator[Mapping[str, object]]:
    """The verdicts as JSON lines."""
    for one in proofs.judgements:
        yield {
            "type": "proof",
            "schema_version": 1,
            "kind": one.path.kind,
            "id": one.path.id,
            "scope": str(one.path.scope),
            "holder": one.path.holder,
            "proof": one.proof.value,
            "method": one.method,
            "reasons": list(one.reasons),
        }
    for path in proofs.outside:
        yield {"type": "outside", "schema_version": 1, "kind": path.kind, "id": path.id, "scope": str(path.scope), "holder": path.holder}
    for trial in proofs.loose:
        yield {
            "type": "canary",
            "schema_version": 1,
            "canary": trial.canary,
            "form": trial.form,
            "outcome": trial.tried.outcome.value,
            "code": trial.tried.code,
        }
