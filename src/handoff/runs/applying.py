"""Runs one approved plan: check, cut what can be restored, soak, cut the rest."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from handoff import canonical, vendors
from handoff.engine import apply as engine
from handoff.engine import lockout, own, planfile
from handoff.engine import plan as planning
from handoff.engine.apply import Executor, Progress
from handoff.engine.attribute import Attributor, Strength
from handoff.engine.loops import Looper
from handoff.engine.plan import Found, Plan
from handoff.engine.standing import Job, State, standings
from handoff.errors import EstateMoved, EvidenceInvalid, PathsRemain, UsageError
from handoff.model import Kind, Party, Scope, Verb
from handoff.runs import aftermath, bundles, watching
from handoff.runs.discovering import Sweep, discover, kinds_of
from handoff.runs.estate import Connections, Estate, administrators, operator, utc_now
from handoff.runs.imaging import Imaging
from handoff.runs.journal import LedgerJournal
from handoff.runs.planning import run_of

if TYPE_CHECKING:
    from handoff.evidence.ledger import Ledger
    from handoff.evidence.state import StateFolder

WAITS_ITSELF = timedelta(minutes=2)
"""A soak that ends sooner is waited for; a longer one ends the command, to be called again."""

RUN_ID = re.compile(r"run-[0-9a-f]{12}")

Sleep = Callable[[float], None]


def read_plan(path: Path, digest: str | None) -> tuple[Plan, str]:
    """The plan of a file, held to the digest that was approved. Raises UsageError, EvidenceInvalid."""
    try:
        document = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="Make a plan with `handoff plan SPEC --out FILE`.") from error
    actual = f"sha256:{canonical.sha256(document)}"
    if digest is not None and digest != actual:
        raise EvidenceInvalid(f"{path} has the digest {actual}, not {digest}", hint="This is not the plan that was approved. Nothing was changed.")
    return planfile.read(document, name=str(path)), actual


def plan_of(run: str) -> tuple[Plan, str]:
    """The plan of a run of this machine's state folders, by the run's id. Raises UsageError."""
    from handoff.evidence.state import VARIABLE

    root = Path(os.environ.get(VARIABLE) or ".handoff")
    found = sorted(root.glob(f"*/plans/{run.removeprefix('run-')}*.json")) if RUN_ID.fullmatch(run) else []
    if len(found) != 1:
        raise UsageError(f"{run}: no such run below {root}", hint="`handoff apply` tells the run's id; HANDOFF_STATE says where runs are kept.")
    return read_plan(found[0], f"sha256:{found[0].stem}")


def check_fits(work: Estate, plan: Plan) -> None:
    """Raises EstateMoved when the plan is for another engagement, other endpoints, or another state of the spec."""
    check_same_estate(work, plan)
    if work.spec_digest() != plan.spec:
        raise EstateMoved(f"{work.loaded.path} was changed after the plan was made")


def check_same_estate(work: Estate, plan: Plan) -> None:
    """Raises EstateMoved when the plan is for another engagement or other endpoints: in an estate elsewhere everything would look gone."""
    if plan.engagement != work.spec.metadata.name:
        raise EstateMoved(f"the plan is for {plan.engagement}, the spec for {work.spec.metadata.name}")
    if plan.endpoints != work.endpoints:
        raise EstateMoved(f"the plan was made against {', '.join(plan.endpoints)}; this environment points to {', '.join(work.endpoints)}")


def executor(work: Estate, plan: Plan, digest: str, ledger: Ledger) -> Executor:
    """The engine's executor for a plan."""
    return Executor(plan=plan, run=run_for(plan, digest), kinds=kinds_of(work), open_writer=Connections(work), journal=LedgerJournal(ledger), now=utc_now)


def run_for(plan: Plan, digest: str) -> str:
    """The run that a plan is executed as: its own, or that of the plan whose last step it is."""
    return run_of(plan.bundle_of or digest)


def apply(work: Estate, plan: Plan, digest: str, folder: StateFolder, ledger: Ledger, *, sleep: Sleep = time.sleep) -> Iterator[Progress]:
    """Carry the plan out, from wherever it stands. Yields each step; raises SafetyLimit before, PathsRemain while soaking or while people have something to do."""
    check_fits(work, plan)
    engine_ = executor(work, plan, digest, ledger)
    finished = "bundle.finished" if plan.bundle_of else "apply.finished"
    if engine_.left() == 0 and any(type_ == finished for type_, _, _ in engine_.journal.entries(run=engine_.run)):
        return
    me = operator(work)
    parent = bundles.parent_of(plan, folder)
    if parent is not None:
        bundles.check_may_run(parent, me, standings(parent, LedgerJournal(ledger), engine_.run))
    held = administrators(work, me)
    lockout.check(held, [target.path for target in plan.targets], planning.admin_scopes(work.scopes))
    started = {"plan": digest, "operator": dict(me), "administrators": [one.principal for one in held], "left": engine_.left()}
    ledger.append("bundle.started" if parent else "apply.started", started, run=engine_.run)
    seen = _refuse_worse(work, plan, parent, folder, ledger, engine_)
    engine_.refuse_if_moved()
    with Imaging(work, kinds_of(work)) as reading:
        told = engine_.standings()
        steps = [(job.action, job.target) for job in told.jobs if told.state(job) is not State.DONE]
        aftermath.check(work, kinds_of(work), reading, held, steps)
        leans, _ = watching.leaning(work, reading, seen.dependencies, utc_now() - work.spec.exit.lookback)
    watching.refuse_needed(work, plan.targets, leans)
    looper = Looper(executor=engine_, own=own.recognise(me.values(), (target.path for target in plan.targets)), look=looking(work, plan), sleep=sleep)
    yield from engine_.stage(Verb.DISABLE)
    yield from looper.run(Verb.DISABLE)
    if any(job.action.verb is Verb.DELETE for job in engine_.standings().jobs):
        _soak(engine_, sleep)
        lockout.check(administrators(work, me), [target.path for target in plan.targets], planning.admin_scopes(work.scopes))
        yield from engine_.stage(Verb.DELETE)
        yield from looper.run(Verb.DELETE)
    _ask_for(engine_.check_by_hand())
    ledger.append(finished, {"plan": digest}, run=engine_.run)


def looking(work: Estate, plan: Plan) -> Callable[[Kind, Scope], Iterator[Found]]:
    """A fresh listing of one kind in one scope, attributed. One kind alone shows no chains of roles: who was the provider's for the plan is so still."""
    attributor = Attributor(work.spec, vendors.aws())
    theirs = {own.normal(target.path.holder) for target in plan.targets}

    def look(kind: Kind, scope: Scope) -> Iterator[Found]:
        for path in kind.discover(work.open(scope)):
            seen = attributor.attribute(path)
            if seen.strength <= Strength.ESTATE and own.normal(path.holder) in theirs:
                seen = replace(seen, party=Party.PROVIDER, why=f"{path.holder} is the provider's in the plan")
            yield Found(path=path, attribution=seen)

    return look


def _refuse_worse(work: Estate, plan: Plan, parent: Plan | None, folder: StateFolder, ledger: Ledger, engine_: Executor) -> Sweep:
    """A fresh sweep. Raises CoverageIncomplete, EstateMoved: what could be seen for the plan has to be seen now, and nothing may be there that it does not know."""
    seen = discover(work, folder, ledger, run=engine_.run)
    engine.refuse_worse_coverage(plan, planning.whole(seen.coverages))
    known = set(engine_.standings().by_path) | {target.path.key for target in (parent.targets if parent else ())}
    fresh = engine.new_paths(plan, (one.path for one in seen.of(Party.PROVIDER)), known)
    # A circle of roles whose entrance was cut belongs to nobody any more: what the plan knows is not new for that.
    unknown = [one for one in seen.of(Party.UNKNOWN) if one.path.key not in known | {target.path.key for target in plan.targets}]
    if fresh or unknown:
        told = [f"  {path.kind} {path.id} in {path.scope}, held by {path.holder}" for path in (*fresh, *(one.path for one in unknown))]
        raise EstateMoved("paths have appeared that the plan does not know:\n" + "\n".join(told))
    return seen


def _ask_for(by_hand: Iterable[Job]) -> None:
    told = [f"  {job.action.id} {job.path.kind} {job.path.id} in {job.path.scope}: {job.action.effect}" for job in by_hand]
    if told:
        raise PathsRemain(
            f"all that the tool can do is done; {len(told)} step(s) have to be done by a person:\n" + "\n".join(told),
            hint="When they are done, run the same `handoff apply` again, or `handoff prove`: both look whether they are.",
        )


def _soak(engine_: Executor, sleep: Sleep) -> None:
    ends_at = engine_.soak_ends_at()
    if ends_at is None:
        raise PathsRemain("the first stage is not complete")
    left = ends_at - utc_now()
    if left > WAITS_ITSELF:
        raise PathsRemain(
            f"everything that can be undone is done; soaking until {ends_at.isoformat(timespec='seconds')}",
            hint="Until then `handoff rollback` restores everything. After it, run the same `handoff apply` again.",
        )
    if left > timedelta():
        sleep(left.total_seconds())
