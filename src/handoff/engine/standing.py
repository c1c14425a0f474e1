"""Where a run stands, as its journal tells it: what was intended, done, undone, and what was found on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, cast

from handoff import canonical
from handoff.engine.plan import Action, Plan, Target
from handoff.engine.planfile import action_from, target_from
from handoff.model import AccessPath, Json

FOUND_AGAIN = "loop.found"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An action with the target that it is for."""

    action: Action
    target: Target
    batch: str = ""
    """Empty for the plan's own; else by which finding of a loop it came in."""

    @property
    def path(self) -> AccessPath:
        """The path that it is about."""
        return self.target.path


@dataclass(slots=True, kw_only=True)
class Standings:
    """Every action of a run, the plan's and those that its loops found, and where each stands."""

    jobs: list[Job]
    of: dict[str, Standing]
    by_path: dict[str, list[Job]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        grouped: defaultdict[str, list[Job]] = defaultdict(list)
        for job in self.jobs:
            grouped[job.path.key].append(job)
        self.by_path = dict(grouped)

    def __getitem__(self, action: str) -> Standing:
        return self.of[action]

    def state(self, job: Job) -> State:
        """Where one action stands."""
        return self.of[job.action.id].state

    def expected(self, job: Job) -> str:
        """Digest of the state in which the action has to find its path: as the newest action on it left it, else as it was planned or found."""
        siblings = [(one, self.of[one.action.id]) for one in self.by_path[job.path.key]]
        done = [(standing.done_at, standing.after) for _, standing in siblings if standing.state is State.DONE and standing.done_at is not None]
        is_first = not any(one.batch == job.batch and standing.state is State.DONE for one, standing in siblings)
        return job.target.image if not done or (job.batch and is_first) else max(done)[1]

    @property
    def is_rolled_back(self) -> bool:
        """True once a rollback was begun."""
        return any(one.undoing for one in self.of.values())


def standings(plan: Plan, journal: Journal, run: str) -> Standings:
    """Where every action of a plan stands, those included that a loop added and those that were left to the client."""
    jobs = list(_planned(plan))
    told = Standings(jobs=jobs, of={job.action.id: Standing() for job in jobs})
    for type_, at, body in journal.entries(run=run):
        if type_ == FOUND_AGAIN:
            for job in jobs_of(body):
                jobs.append(job)
                told.of[job.action.id] = Standing()
        elif standing := told.of.get(str(body.get("action", ""))):
            _take(standing, type_, at, body)
    return Standings(jobs=jobs, of=told.of)


def found_body(batch: str, target: Target, steps: Iterable[Action]) -> Mapping[str, object]:
    """The entry by which a path that a loop found becomes part of its run."""
    body = {"batch": batch, "kind": target.path.kind, "scope": str(target.path.scope), "target": target, "actions": tuple(steps)}
    return cast("Mapping[str, object]", canonical.plain(body))


def jobs_of(body: Mapping[str, Any]) -> Iterator[Job]:
    """The jobs of such an entry."""
    target = target_from(body["target"])
    for one in body["actions"]:
        yield Job(action=action_from(one), target=target, batch=str(body["batch"]))


def _planned(plan: Plan) -> Iterator[Job]:
    targets = {target.path.key: target for target in plan.targets}
    for action in (*plan.actions, *plan.own_actions):
        yield Job(action=action, target=targets[action.path])


def _take(standing: Standing, type_: str, at: datetime, body: Mapping[str, Any]) -> None:
    match type_:
        case "action.intent":
            standing.state, standing.before, standing.at = State.INTENDED, cast("Json", body["before"]), canonical.parse_time(body["cut_at"])
        case "action.done":
            standing.state, standing.after, standing.done_at = State.DONE, body["after"], at
        case "rollback.intent":
            standing.undoing = True
        case "rollback.done":
            standing.state = State.UNDONE
