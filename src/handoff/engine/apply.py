"""Executes exactly one plan, one write at a time, in a way that survives `kill -9` at any instant.

Before each write its intent, with the state it will change, is in the journal on disk; after it, its receipt. An intent
without a receipt is carried out again on the next run: every kind's `do` is idempotent, given the state from before the
first try and the moment of the cut, so nothing happens twice in effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from handoff import canonical
from handoff.engine.images import digest
from handoff.engine.plan import Action, Plan
from handoff.engine.standing import Job, Journal, Standings, State, standings
from handoff.engine.sweep import WORKERS
from handoff.errors import CloudError, CoverageIncomplete, EstateMoved, SafetyLimit
from handoff.model import AccessPath, Json, Kind, KindId, Receipt, Scope, Verb, Verdict, Writer

__all__ = ["Executor", "Progress", "State", "new_paths", "refuse_worse_coverage", "standings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What just happened, for whoever watches."""

    action: Action
    number: int
    of: int
    receipts: tuple[Receipt, ...]
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """Carries out the actions of one plan."""

    plan: Plan
    run: str
    kinds: Mapping[KindId, Kind]
    open_writer: Callable[[Scope], Writer]
    journal: Journal
    now: Callable[[], datetime]

    def standings(self) -> Standings:
        """Where the run stands, by its journal."""
        return standings(self.plan, self.journal, self.run)

    def refuse_if_moved(self) -> None:
        """Compares every path not yet touched with the plan. Raises EstateMoved before anything is written."""
        told = self.standings()
        touched = {job.path.key for job in told.jobs if told.state(job) is not State.OPEN}
        by_hand = {key for key, jobs in told.by_path.items() if all(job.action.verb is Verb.MANUAL for job in jobs)}
        left = [target for target in self.plan.targets if not target.own and target.path.key not in touched | by_hand]
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            images = list(pool.map(lambda target: self._image(target.path), left))
        moved = [
            f"  {target.path.kind} {target.path.id} in {target.path.scope} was changed since the plan was made"
            for target, image in zip(left, images, strict=True)
            if image is not None and digest(image) != target.image
        ]
        if moved:
            raise EstateMoved("the estate is not what the plan was made for:\n" + "\n".join(moved))

    def stage(self, verb: Verb) -> Iterator[Progress]:
        """Carries out what is left of one stage, in order. Steps that people do by hand are no stage: see `check_by_hand`."""
        told = self.standings()
        if told.is_rolled_back:
            raise SafetyLimit("this run was rolled back", hint="Make a new plan with `handoff plan`.")
        own = {action.id for action in self.plan.own_actions}
        steps = [job for job in told.jobs if job.action.verb is verb and job.action.id not in own]
        for number, job in enumerate(steps, start=1):
            if told.state(job) is State.DONE:
                continue
            resumed = told.state(job) is State.INTENDED
            receipts = self.carry_out(job, told)
            yield Progress(action=job.action, number=number, of=len(steps), receipts=receipts, resumed=resumed)

    def carry_out(self, job: Job, told: Standings) -> tuple[Receipt, ...]:
        """One action, with its intent before and its receipt after. Raises EstateMoved when its path is not as it was left."""
        action, path, standing = job.action, job.path, told.of[job.action.id]
        kind, writer = self.kinds[action.kind], self.open_writer(path.scope)
        was_open = standing.state is State.OPEN
        if was_open:
            before = kind.image(writer, path)
            if before is not None and digest(before) != told.expected(job):
                raise EstateMoved(
                    f"{path.kind} {path.id} in {path.scope} was changed by somebody else",
                    hint="What was done so far is in the ledger. Run `handoff discover` and `handoff plan` again.",
                )
            standing.before, standing.at = before or {}, self.now()
            head = {"action": action.id, "path": path.key, "kind": action.kind, "verb": action.verb}
            self._append("action.intent", head | {"before": standing.before, "cut_at": canonical.rfc3339(standing.at)})
        gone = not standing.before
        receipts = () if gone else tuple(kind.do(writer, path, action.verb, standing.before or {}, standing.at or self.now()))
        standing.after = digest(kind.image(writer, path))
        self._append(
            "action.done",
            {"action": action.id, "path": path.key, "receipts": receipts, "after": standing.after, "resumed": not was_open, "already_gone": gone},
        )
        standing.state, standing.done_at = State.DONE, standing.at
        return receipts

    def check_by_hand(self) -> tuple[Job, ...]:
        """Asks of every open manual step whether it is done, and gives those that are not. Only GONE counts; nothing is written but the journal."""
        told = self.standings()
        open_ = [job for job in told.jobs if job.action.verb is Verb.MANUAL and told.state(job) is State.OPEN]
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            verdicts = list(pool.map(lambda job: self._probe(job.path), open_))
        for job, verdict in zip(open_, verdicts, strict=True):
            if verdict is Verdict.GONE:
                body = {"receipts": (), "after": "", "resumed": False, "already_gone": True, "by_hand": True, "probe": verdict}
                self._append("action.done", {"action": job.action.id, "path": job.path.key} | body)
        own = {action.id for action in self.plan.own_actions}
        return tuple(job for job, verdict in zip(open_, verdicts, strict=True) if verdict is not Verdict.GONE and job.action.id not in own)

    def soak_ends_at(self) -> datetime | None:
        """When the irreversible stage may begin; None while the first stage is not complete."""
        told = self.standings()
        own = {action.id for action in self.plan.own_actions}
        first = [told.of[job.action.id] for job in told.jobs if job.action.verb is Verb.DISABLE and job.action.id not in own]
        if any(one.state is not State.DONE for one in first):
            return None
        started = max((one.done_at for one in first if one.done_at), default=self.plan.made_at)
        return started + timedelta(seconds=self.plan.soak_s)

    def left(self) -> int:
        """How many actions are not done, those of the client's last step not counted."""
        told = self.standings()
        own = {action.id for action in self.plan.own_actions}
        return sum(told.state(job) is not State.DONE for job in told.jobs if job.action.id not in own)

    def _append(self, type_: str, body: Mapping[str, object]) -> None:
        self.journal.append(type_, cast("Mapping[str, object]", canonical.plain(body)), run=self.run)

    def _image(self, path: AccessPath) -> Json | None:
        return self.kinds[path.kind].image(self.open_writer(path.scope), path)

    def _probe(self, path: AccessPath) -> Verdict:
        try:
            return self.kinds[path.kind].probe(self.open_writer(path.scope), path)
        except CloudError:
            return Verdict.UNKNOWN


def new_paths(plan: Plan, seen: Iterable[AccessPath], found: Iterable[str] = ()) -> tuple[AccessPath, ...]:
    """The provider's paths that are there now, not in the plan, not found by a loop already (`found`), and not such as a loop is approved to cut."""
    known = {target.path.key for target in plan.targets} | set(found)
    looped = {(loop.kind, loop.scope) for loop in plan.loops}
    return tuple(path for path in seen if path.key not in known and (path.kind, path.scope) not in looped)


def refuse_worse_coverage(plan: Plan, whole: Iterable[str]) -> None:
    """Raises CoverageIncomplete when a listing that was whole for the plan is not now: what cannot be seen now may have changed."""
    lost = sorted(set(plan.coverage) - set(whole))
    if lost:
        told = "\n".join(f"  {one.replace('|', ' in ', 1)}" for one in lost)
        raise CoverageIncomplete(
            f"{len(lost)} listing(s) that were read whole for the plan cannot be now:\n{told}",
            hint="Nothing was changed. Mend what keeps them from being read, or make a new plan and have it approved.",
        )
