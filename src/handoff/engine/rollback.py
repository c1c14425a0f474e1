"""The way back: inverse by inverse, newest first; one that fails holds up only those that build on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from handoff import canonical
from handoff.engine.apply import Progress
from handoff.engine.standing import State
from handoff.errors import CloudError, RollbackIncomplete, SafetyLimit
from handoff.model import Verb

if TYPE_CHECKING:
    from handoff.engine.apply import Executor
    from handoff.engine.standing import Job, Standings
    from handoff.model import Receipt


def roll_back(executor: Executor) -> Iterator[Progress]:
    """Undoes what was done. Raises SafetyLimit, before any write, when something irreversible was done; RollbackIncomplete, at the end, for what could not be undone."""
    told = executor.standings()
    begun = _begun(told)
    final = [job.action for job in begun if not job.action.reversible]
    if final:
        raise SafetyLimit("the soak is over; these steps cannot be undone:\n" + "\n".join(f"  {one.id} {one.kind} {one.path}: {one.effect}" for one in final))
    failed: dict[str, str] = {}
    kept: list[str] = []
    for number, job in enumerate(reversed(begun), start=1):
        action = job.action
        if action.path in failed:
            # Its pre-image is older than the state that could not be put back: written now, it would be a third one.
            kept.append(f"  {action.id} {action.kind} {action.path}: waits for {failed[action.path]}")
            continue
        _append(executor, "rollback.intent", {"action": action.id, "path": action.path})
        try:
            receipts = _undo(executor, job, told)
        except (CloudError, SafetyLimit) as error:
            failed[action.path] = action.id
            kept.append(f"  {action.id} {action.kind} {action.path}: {error.message}")
            _append(executor, "rollback.failed", {"action": action.id, "path": action.path, "error": type(error).__name__, "message": error.message})
            continue
        _append(executor, "rollback.done", {"action": action.id, "path": action.path, "receipts": receipts})
        yield Progress(action=action, number=number, of=len(begun), receipts=receipts, resumed=told.of[action.id].undoing)
    if kept:
        raise RollbackIncomplete(f"{len(kept)} of {len(begun)} steps could not be undone:\n" + "\n".join(kept))


def _begun(told: Standings) -> list[Job]:
    """What was begun and not undone, in the order in which it was begun: what a loop found comes where it was cut."""
    held = [(standing.at, job) for job in told.jobs if (standing := told.of[job.action.id]).state in {State.INTENDED, State.DONE}]
    return [job for _, job in sorted(((at, job) for at, job in held if at is not None and job.action.verb is not Verb.MANUAL), key=lambda one: one[0])]


def _undo(executor: Executor, job: Job, told: Standings) -> tuple[Receipt, ...]:
    before = told.of[job.action.id].before or {}
    if not before:
        return ()
    kind, writer = executor.kinds[job.action.kind], executor.open_writer(job.path.scope)
    return tuple(kind.undo(writer, job.path, job.action.verb, before))


def _append(executor: Executor, type_: str, body: Mapping[str, object]) -> None:
    executor.journal.append(type_, cast("Mapping[str, object]", canonical.plain(body)), run=executor.run)
