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
from enum import StrEnum
from typing import Any, Protocol, cast

from handoff import canonical
from handoff.engine.plan import Action, Plan
from handoff.engine.sweep import WORKERS
from handoff.errors import EstateMoved, SafetyLimit
from handoff.model import AccessPath, Json, Kind, KindId, Receipt, Scope, Verb, Writer


class Journal(Protocol):
    """Where intents and receipts are kept; the ledger, seen from here."""

    def append(self, type_: str, body: Mapping[str, object], /, *, run: str) -> None:
        """Durable when it returns."""
        ...

    def entries(self, *, run: str) -> Iterator[tuple[str, datetime, Mapping[str, Any]]]:
        """Type, time and body of every entry of a run, oldest first."""
        ...


class State(StrEnum):
    """Where one action stands."""

    OPEN = "open"
    INTENDED = "intended"
    DONE = "done"
    UNDONE = "undone"


@dataclass(slots=True, kw_only=True)
class Standing:
    """What the journal says of one action."""

    state: State = State.OPEN
    before: Json | None = None
    at: datetime | None = None
    """Moment of the cut, fixed with the intent."""
    after: str = ""
    """Digest of the state that the action left."""
    done_at: datetime | None = None
    undoing: bool = False
    """A rollback of it was begun, whether or not it came to its end."""


def standings(plan: Plan, journal: Journal, run: str) -> dict[str, Standing]:
    """Where every action of the plan stands."""
    found = {action.id: Standing() for action in plan.actions}
    for type_, at, body in journal.entries(run=run):
        standing = found.get(str(body.get("action", "")))
        if standing is None:
            continue
        if type_ == "action.intent":
            standing.state, standing.before, standing.at = State.INTENDED, cast("Json", body["before"]), canonical.parse_time(body["cut_at"])
        elif type_ == "action.done":
            standing.state, standing.after, standing.done_at = State.DONE, body["after"], at
        elif type_ == "rollback.intent":
            standing.undoing = True
        elif type_ == "rollback.done":
            standing.state = State.UNDONE
    return found


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

    def refuse_if_moved(self) -> None:
        """Compares every path not yet touched with the plan. Raises EstateMoved before anything is written."""
        standing = standings(self.plan, self.journal, self.run)
        touched = {action.path for action in self.plan.actions if standing[action.id].state is not State.OPEN}
        left = [target for target in self.plan.targets if not target.own and target.path.key not in touched]
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            images = list(pool.map(lambda target: self._image(target.path), left))
        moved = [
            f"  {target.path.kind} {target.path.id} in {target.path.scope} was changed since the plan was made"
            for target, image in zip(left, images, strict=True)
            if image is not None and canonical.digest(image) != target.image
        ]
        if moved:
            raise EstateMoved("the estate is not what the plan was made for:\n" + "\n".join(moved))

    def stage(self, verb: Verb) -> Iterator[Progress]:
        """Carries out what is left of one stage, in order."""
        standing = standings(self.plan, self.journal, self.run)
        if any(one.undoing for one in standing.values()):
            raise SafetyLimit("this run was rolled back", hint="Make a new plan with `handoff plan`.")
        paths = {target.path.key: target.path for target in self.plan.targets}
        steps = [action for action in self.plan.actions if action.verb is verb]
        for number, action in enumerate(steps, start=1):
            if standing[action.id].state is State.DONE:
                continue
            resumed = standing[action.id].state is State.INTENDED
            receipts = self._carry_out(action, paths[action.path], standing)
            yield Progress(action=action, number=number, of=len(steps), receipts=receipts, resumed=resumed)

    def _carry_out(self, action: Action, path: AccessPath, standing: dict[str, Standing]) -> tuple[Receipt, ...]:
        kind, own = self.kinds[action.kind], standing[action.id]
        writer = self.open_writer(path.scope)
        if own.state is State.OPEN:
            before = kind.image(writer, path)
            self._refuse_if_other(action, path, before, standing)
            own.before, own.at = before or {}, self.now()
            intent = {
                "action": action.id,
                "path": path.key,
                "kind": action.kind,
                "verb": action.verb,
                "before": own.before,
                "cut_at": canonical.rfc3339(own.at),
            }
            self.journal.append("action.intent", cast("Mapping[str, object]", canonical.plain(intent)), run=self.run)
        gone = not own.before
        at = own.at or self.now()
        receipts = () if gone else tuple(kind.do(writer, path, action.verb, own.before or {}, at))
        own.after = canonical.digest(kind.image(writer, path))
        done = {"action": action.id, "path": path.key, "receipts": receipts, "after": own.after, "resumed": own.state is State.INTENDED, "already_gone": gone}
        self.journal.append("action.done", cast("Mapping[str, object]", canonical.plain(done)), run=self.run)
        own.state = State.DONE
        return receipts

    def _refuse_if_other(self, action: Action, path: AccessPath, before: Json | None, standing: Mapping[str, Standing]) -> None:
        """A path that is gone is what we want; one that is otherwise than we left it is somebody else's work."""
        if before is None:
            return
        earlier = [standing[one.id].after for one in self.plan.actions if one.path == action.path and standing[one.id].state is State.DONE]
        planned = next(target.image for target in self.plan.targets if target.path.key == action.path)
        if canonical.digest(before) != (earlier[-1] if earlier else planned):
            raise EstateMoved(
                f"{path.kind} {path.id} in {path.scope} was changed by somebody else",
                hint="What was done so far is in the ledger. Run `handoff discover` and `handoff plan` again.",
            )

    def _image(self, path: AccessPath) -> Json | None:
        return self.kinds[path.kind].image(self.open_writer(path.scope), path)

    def soak_ends_at(self) -> datetime | None:
        """When the irreversible stage may begin; None while the first stage is not complete."""
        standing = standings(self.plan, self.journal, self.run)
        first = [standing[action.id] for action in self.plan.actions if action.verb is Verb.DISABLE]
        if any(one.state is not State.DONE for one in first):
            return None
        started = max((one.done_at for one in first if one.done_at), default=self.plan.made_at)
        return started + timedelta(seconds=self.plan.soak_s)

    def left(self) -> int:
        """How many actions are not done."""
        return sum(one.state is not State.DONE for one in standings(self.plan, self.journal, self.run).values())


def roll_back(executor: Executor) -> Iterator[Progress]:
    """Undoes what was done, newest first. Raises SafetyLimit, before any write, when something irreversible was done."""
    plan, run, journal = executor.plan, executor.run, executor.journal
    standing = standings(plan, journal, run)
    begun = [action for action in plan.actions if standing[action.id].state in {State.INTENDED, State.DONE}]
    final = [action for action in begun if not action.reversible]
    if final:
        raise SafetyLimit("the soak is over; these steps cannot be undone:\n" + "\n".join(f"  {one.id} {one.kind} {one.path}: {one.effect}" for one in final))
    paths = {target.path.key: target.path for target in plan.targets}
    for number, action in enumerate(reversed(begun), start=1):
        before, path = standing[action.id].before or {}, paths[action.path]
        journal.append("rollback.intent", {"action": action.id, "path": action.path}, run=run)
        receipts = tuple(executor.kinds[action.kind].undo(executor.open_writer(path.scope), path, action.verb, before)) if before else ()
        journal.append(
            "rollback.done", cast("Mapping[str, object]", canonical.plain({"action": action.id, "path": action.path, "receipts": receipts})), run=run
        )
        yield Progress(action=action, number=number, of=len(begun), receipts=receipts, resumed=False)


def new_paths(plan: Plan, seen: Iterable[AccessPath]) -> tuple[AccessPath, ...]:
    """The provider's paths that are there now and not in the plan."""
    known = {target.path.key for target in plan.targets}
    return tuple(path for path in seen if path.key not in known)
