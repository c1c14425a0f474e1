"""Runs one approved plan: check, cut what can be restored, soak, cut the rest."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from handoff import canonical
from handoff.engine import apply as engine
from handoff.engine import lockout
from handoff.engine import plan as planning
from handoff.engine.apply import Executor, Progress
from handoff.engine.plan import Plan
from handoff.errors import EstateMoved, EvidenceInvalid, PathsRemain, UsageError
from handoff.model import Party, Verb
from handoff.runs.discovering import discover, kinds_of
from handoff.runs.estate import Connections, Estate, administrators, operator, utc_now
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
    return planning.read(document, name=str(path)), actual


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
    return Executor(plan=plan, run=run_of(digest), kinds=kinds_of(work), open_writer=Connections(work), journal=LedgerJournal(ledger), now=utc_now)


def apply(work: Estate, plan: Plan, digest: str, folder: StateFolder, ledger: Ledger, *, sleep: Sleep = time.sleep) -> Iterator[Progress]:
    """Carry the plan out, from wherever it stands. Yields each step; raises SafetyLimit before, PathsRemain while soaking."""
    check_fits(work, plan)
    run = run_of(digest)
    engine_ = executor(work, plan, digest, ledger)
    if engine_.left() == 0:
        return
    own = operator(work)
    held = administrators(work, own)
    lockout.check(held, [target.path for target in plan.targets], planning.admin_scopes(work.scopes))
    ledger.append("apply.started", {"plan": digest, "operator": dict(own), "administrators": [one.principal for one in held], "left": engine_.left()}, run=run)
    _refuse_new_paths(work, plan, folder, ledger, run)
    engine_.refuse_if_moved()
    yield from engine_.stage(Verb.DISABLE)
    if any(action.verb is Verb.DELETE for action in plan.actions):
        _soak(engine_, sleep)
        lockout.check(administrators(work, own), [target.path for target in plan.targets], planning.admin_scopes(work.scopes))
        yield from engine_.stage(Verb.DELETE)
    ledger.append("apply.finished", {"plan": digest}, run=run)


def _refuse_new_paths(work: Estate, plan: Plan, folder: StateFolder, ledger: Ledger, run: str) -> None:
    seen = discover(work, folder, ledger, run=run)
    fresh = engine.new_paths(plan, [one.path for one in seen.of(Party.PROVIDER)])
    unknown = seen.of(Party.UNKNOWN)
    if fresh or unknown:
        told = [f"  {path.kind} {path.id} in {path.scope}, held by {path.holder}" for path in (*fresh, *(one.path for one in unknown))]
        raise EstateMoved("paths have appeared that the plan does not know:\n" + "\n".join(told))


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
