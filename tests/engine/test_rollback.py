"""The way back: an inverse that fails holds up nothing but what builds on it, is named, and is tried again."""

from __future__ import annotations

import pytest

from handoff.engine.rollback import roll_back
from handoff.errors import RollbackIncomplete
from handoff.model import Verb
from tests.engine._simulator import FAILED, SCOPE, MemoryJournal, executor_of, plan_of, world_of

ESTATE = ("key/1:nimbus/ops", "key/2:nimbus/hidden", "user/1:nimbus/ops", "grant/1:nimbus/ops", "mailbox/1:nimbus/ops")


def test_one_inverse_that_fails_stops_no_other_and_is_named() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    before = world.snapshot()
    executor = executor_of(plan_of(world), world, journal)
    list(executor.stage(Verb.DISABLE))
    world.refusals["restore:key"] = FAILED
    undone: list[str] = []
    with pytest.raises(RollbackIncomplete, match=r"2 of 4 steps could not be undone") as told:
        undone.extend(one.action.path.rsplit("|", 1)[1] for one in roll_back(executor))
    assert undone == ["user/1", "grant/1"]
    assert "key/1" in told.value.message
    assert "key/2" in told.value.message
    assert world.objects[SCOPE, "grant/1"] == before[SCOPE, "grant/1"]
    assert not world.objects[SCOPE, "key/1"]["open"]

    del world.refusals["restore:key"]
    assert [one.action.path.rsplit("|", 1)[1] for one in roll_back(executor)] == ["key/2", "key/1"], "what is back is left alone"
    assert world.objects == before


def test_a_second_rollback_does_nothing() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    executor = executor_of(plan_of(world), world, journal)
    list(executor.stage(Verb.DISABLE))
    assert len(list(roll_back(executor))) == 4
    writes, entries = world.writes, len(journal.kept)
    assert list(roll_back(executor)) == []
    assert (world.writes, len(journal.kept)) == (writes, entries)


def test_a_step_by_hand_that_is_done_does_not_stand_in_the_way() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    executor = executor_of(plan_of(world), world, journal)
    list(executor.stage(Verb.DISABLE))
    del world.objects[SCOPE, "mailbox/1"]
    assert executor.check_by_hand() == ()
    assert len(list(roll_back(executor))) == 4
    assert (SCOPE, "mailbox/1") not in world.objects
