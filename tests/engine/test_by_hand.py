"""Steps that only a person can do: never done by the tool, asked about each time, closed by the probe alone."""

from __future__ import annotations

import pytest

from handoff.engine.apply import refuse_worse_coverage
from handoff.engine.plan import whole
from handoff.engine.standing import State
from handoff.errors import CoverageIncomplete
from handoff.model import Coverage, Read, Verb
from tests.engine._simulator import FAILED, KEY, MAILBOX, OTHER, SCOPE, MemoryJournal, executor_of, plan_of, run_to_end, world_of

ESTATE = ("key/1:nimbus/ops", "mailbox/1:nimbus/ops", "mailbox/9:acme/ada")


def test_the_plan_lists_it_last_and_the_tool_does_everything_else() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    plan = plan_of(world)
    assert [(one.id, one.verb) for one in plan.actions] == [("a00001", Verb.DISABLE), ("a00002", Verb.DELETE), ("a00003", Verb.MANUAL)]
    executor = executor_of(plan, world, journal)
    assert run_to_end(executor) == 2
    (open_,) = executor.check_by_hand()
    assert (open_.path.kind, open_.action.effect) == (MAILBOX.id, "have the mailbox handed over; it is seen when nobody holds it any more")
    assert executor.left() == 1


def test_only_gone_closes_it_and_the_moment_is_in_the_journal() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    executor = executor_of(plan_of(world), world, journal)
    run_to_end(executor)
    world.objects[SCOPE, "mailbox/1"]["open"] = False
    assert executor.check_by_hand(), "disabled is not gone"
    body = world.objects.pop((SCOPE, "mailbox/1"))
    world.refusals["get:mailbox"] = FAILED
    assert executor.check_by_hand(), "an answer that failed is not gone"
    del world.refusals["get:mailbox"]
    assert executor.check_by_hand() == ()
    (done,) = [(at, body) for type_, at, body, _ in journal.kept if type_ == "action.done" and body.get("by_hand")]
    told = executor.standings()
    assert told["a00003"].state is State.DONE
    assert told["a00003"].done_at == done[0]
    assert executor.left() == 0
    world.objects[SCOPE, "mailbox/1"] = body


def test_what_a_person_is_changing_meanwhile_is_no_reason_to_stop() -> None:
    world = world_of(*ESTATE)
    executor = executor_of(plan_of(world), world, MemoryJournal())
    world.objects[SCOPE, "mailbox/1"]["open"] = "half"
    executor.refuse_if_moved()


def coverage(read: Read, scope: object = SCOPE) -> Coverage:
    return Coverage(kind=KEY.id, scope=scope, read=read, found=0)  # type: ignore[arg-type]


def test_what_was_read_whole_for_the_plan_has_to_be_read_whole_again() -> None:
    from dataclasses import replace

    both = whole([coverage(Read.COMPLETE), coverage(Read.COMPLETE, OTHER)])
    plan = replace(plan_of(world_of(*ESTATE)), coverage=both)
    refuse_worse_coverage(plan, both)
    refuse_worse_coverage(replace(plan, coverage=both[:1]), both)
    for now in ([coverage(Read.COMPLETE), coverage(Read.DENIED, OTHER)], [coverage(Read.COMPLETE)], [coverage(Read.COMPLETE), coverage(Read.FAILED, OTHER)]):
        with pytest.raises(CoverageIncomplete, match=rf"toy.key in {OTHER}"):
            refuse_worse_coverage(plan, whole(now))
    refuse_worse_coverage(replace(plan, coverage=both[:1]), whole([coverage(Read.COMPLETE), coverage(Read.DENIED, OTHER)]))
