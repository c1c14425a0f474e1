"""Cutting what makes itself anew, until it stays quiet.

A grant that may create grants, a rule that calls back: between plan and cut, and between two cuts, the provider may open like paths again. For each
loop that the plan was approved with, the kind is read afresh in the scope, and what is there of the provider's is journalled as part of
the run, with its state, and cut as the plan's own paths are. So death, resumption and rollback treat it alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.engine.apply import Progress
from handoff.engine.images import digest
from handoff.engine.plan import Action, Found, Loop, Target
from handoff.engine.standing import FOUND_AGAIN, Job, Standings, State, found_body
from handoff.errors import EstateMoved, PathsRemain
from handoff.model import Kind, KindId, Party, Scope, Step, Verb, Verdict
from handoff.powers import Recurring

if TYPE_CHECKING:
    from handoff.engine.apply import Executor
    from handoff.engine.own import Own

QUIET_ROUNDS = 2
MOST_ROUNDS = 20
_QUIET = "loop.quiet"
_ORDER = (Verb.DISABLE, Verb.DELETE)


def loops(targets: Iterable[Target], kinds: Mapping[KindId, Kind], settle_s: Callable[[Kind], float]) -> tuple[Loop, ...]:
    """A loop for each kind and scope in which the plan cuts what can make itself anew."""
    found: dict[tuple[KindId, Scope], Loop] = {}
    recurring = {name for name, kind in kinds.items() if isinstance(kind, Recurring) and kind.recurs}
    for target in targets:
        kind = kinds[target.path.kind]
        if not target.own and kind.id in recurring:
            at = (kind.id, target.path.scope)
            found[at] = Loop(kind=kind.id, scope=target.path.scope, quiet_rounds=QUIET_ROUNDS, settle_s=settle_s(kind))
    return tuple(loop for _, loop in sorted(found.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looper:
    """Runs the loops of one plan."""

    executor: Executor
    own: Own
    look: Callable[[Kind, Scope], Iterable[Found]]
    """A fresh listing of one kind in one scope, attributed. Raises when it cannot be read whole."""
    sleep: Callable[[float], None]

    def run(self, verb: Verb) -> Iterator[Progress]:
        """The loops that belong after this stage. Raises PathsRemain when one does not come to rest."""
        for loop in self.executor.plan.loops:
            if self._applies(loop, verb) and not self._was_quiet(loop, verb):
                yield from self._until_quiet(loop, verb)

    def _applies(self, loop: Loop, verb: Verb) -> bool:
        """After the first stage always; after the second for paths that have no other."""
        jobs = [job for job in self.executor.standings().jobs if (job.path.kind, job.path.scope) == (loop.kind, loop.scope)]
        disabled = {job.path.key for job in jobs if job.action.verb is Verb.DISABLE}
        return bool(disabled) if verb is Verb.DISABLE else any(job.action.verb is Verb.DELETE and job.path.key not in disabled for job in jobs)

    def _was_quiet(self, loop: Loop, verb: Verb) -> bool:
        said = (loop.kind, str(loop.scope), verb.value)
        entries = self.executor.journal.entries(run=self.executor.run)
        return any(type_ == _QUIET and (body["kind"], body["scope"], body["stage"]) == said for type_, _, body in entries)

    def _until_quiet(self, loop: Loop, verb: Verb) -> Iterator[Progress]:
        quiet = rounds = 0
        while quiet < loop.quiet_rounds:
            if rounds == MOST_ROUNDS:
                raise PathsRemain(
                    f"{loop.kind} in {loop.scope} makes itself anew: {rounds} rounds did not end it",
                    hint="Find out who opens these paths (the ledger names each), stop that, and run the same `handoff apply` again.",
                )
            self.sleep(loop.settle_s)
            rounds += 1
            fresh = self._fresh(loop, verb)
            quiet = 0 if fresh else quiet + 1
            for target in fresh:
                self._take_in(target, verb)
            if fresh:
                yield from self._cut(loop, verb)
        body = {"kind": loop.kind, "scope": str(loop.scope), "stage": verb.value, "rounds": rounds, "quiet": quiet}
        self.executor.journal.append(_QUIET, body, run=self.executor.run)

    def _fresh(self, loop: Loop, verb: Verb) -> list[Target]:
        """The provider's paths that no action has dealt with: new ones, and such as are open again."""
        kind, told = self.executor.kinds[loop.kind], self.executor.standings()
        own = {target.path.key for target in self.executor.plan.targets if target.own}
        found: list[Target] = []
        for one in sorted(self.look(kind, loop.scope), key=lambda one: one.path.key):
            if one.attribution.party is Party.UNKNOWN:
                raise EstateMoved(f"{one.path.kind} {one.path.id} in {one.path.scope} has appeared, and its holder is unknown: {one.attribution.why}")
            if one.attribution.party is not Party.PROVIDER or one.path.key in own or self.own.feeds(one.path):
                continue
            reader = self.executor.open_writer(loop.scope)
            if one.path.key in told.by_path and not (_was_cut(told, one.path.key, verb) and kind.probe(reader, one.path) is Verdict.ALIVE):
                continue
            image = kind.image(reader, one.path)
            if image is not None:
                found.append(Target(path=one.path, party=one.attribution.party, why=one.attribution.why, image=digest(image), own=False))
        return found

    def _take_in(self, target: Target, verb: Verb) -> None:
        """Make a found path part of the run, before anything is done to it."""
        told = self.executor.standings()
        number = 1 + len({job.batch for job in told.jobs if job.batch})
        like = [job for job in told.jobs if not job.batch and (job.path.kind, job.path.scope) == (target.path.kind, target.path.scope)]
        still_open = {job.action.verb for job in told.by_path.get(target.path.key, ()) if told.state(job) is not State.DONE}
        kind = self.executor.kinds[target.path.kind]
        steps = [step for step in kind.steps(target.path) if step.verb in _ORDER and step.verb not in still_open]
        actions = tuple(_action(like[0], step, target, f"{like[0].action.id}+{number}" + (f".{at}" if at else "")) for at, step in enumerate(steps))
        self.executor.journal.append(FOUND_AGAIN, found_body(f"+{number}", target, actions), run=self.executor.run)

    def _cut(self, loop: Loop, verb: Verb) -> Iterator[Progress]:
        told = self.executor.standings()
        due = [job for job in told.jobs if job.batch and (job.path.kind, job.path.scope) == (loop.kind, loop.scope) and told.state(job) is not State.DONE]
        due = [job for job in due if _ORDER.index(job.action.verb) <= _ORDER.index(verb)]
        for number, job in enumerate(due, start=1):
            resumed = told.state(job) is State.INTENDED
            receipts = self.executor.carry_out(job, told)
            yield Progress(action=job.action, number=number, of=len(due), receipts=receipts, resumed=resumed)


def _was_cut(told: Standings, key: str, verb: Verb) -> bool:
    return any(job.action.verb is verb and told.state(job) is State.DONE for job in told.by_path[key])


def _action(like: Job, step: Step, target: Target, id_: str) -> Action:
    planned = like.action
    return Action(
        id=id_,
        path=target.path.key,
        kind=planned.kind,
        verb=step.verb,
        phase=planned.phase,
        reversible=step.reversible,
        effect=step.effect,
        settle_s=planned.settle_s,
    )
