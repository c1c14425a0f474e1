"""Apply on the simulator: death at every instant, an estate that moved, and the way back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from handoff.engine import apply as engine
from handoff.engine.rollback import roll_back
from handoff.engine.standing import State, standings
from handoff.errors import EstateMoved, SafetyLimit
from handoff.evidence import ledger as ledgers
from handoff.model import Verb
from handoff.runs.journal import LedgerJournal
from tests.engine._simulator import SCOPE, START, Connection, Died, Fuse, MemoryJournal, World, executor_of, found_in, plan_of, run_to_end, world_of

ESTATE = ("key/1:nimbus/ops", "key/2:nimbus/hidden", "key/9:acme/ada", "user/1:nimbus/ops", "grant/1:nimbus/ops", "grant/9:acme/app")
CLIENTS = {"key/9", "grant/9"}


def without_moments(world: World) -> dict[str, dict[str, object]]:
    return {name: {key: value for key, value in body.items() if key != "cut_at"} for (_, name), body in world.objects.items()}


def instants() -> int:
    """How many instants one whole run has at which it can die."""
    fuse = Fuse()
    world, journal = world_of(*ESTATE), MemoryJournal(fuse=fuse)
    plan = plan_of(world)
    world.fuse = fuse
    run_to_end(executor_of(plan, world, journal))
    return fuse.passed


EVERY_INSTANT = range(1, instants() + 1)


def test_a_whole_run_ends_the_providers_ways_and_no_other() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    plan = plan_of(world)
    clients = {name: body for (_, name), body in world.snapshot().items() if name in CLIENTS}
    assert run_to_end(executor_of(plan, world, journal)) == len(plan.actions) == 7
    assert {name: body for (_, name), body in world.objects.items()} == clients


def test_there_are_enough_instants_to_die_at() -> None:
    # Each of 7 actions: before and after each of two journal entries; each of 10 writes: before and after.
    assert len(EVERY_INSTANT) == 7 * 4 + 10 * 2


@pytest.mark.parametrize("instant", EVERY_INSTANT)
def test_death_at_any_instant_and_the_next_run_finishes_with_each_effect_once(instant: int) -> None:
    whole = world_of(*ESTATE)
    run_to_end(executor_of(plan_of(whole), whole, MemoryJournal()))

    fuse = Fuse(at=instant)
    world, journal = world_of(*ESTATE), MemoryJournal(fuse=fuse)
    plan = plan_of(world)
    world.fuse = fuse
    with pytest.raises(Died):
        run_to_end(executor_of(plan, world, journal))
    run_to_end(executor_of(plan, world, journal))

    assert without_moments(world) == without_moments(whole)
    assert world.effects == whole.effects
    assert max(world.effects.values()) == 1
    assert all(one.state is State.DONE for one in standings(plan, journal, "run-1").of.values())


@pytest.mark.parametrize("instant", [*EVERY_INSTANT][::5])
def test_death_again_and_again_still_ends(instant: int) -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    plan = plan_of(world)
    deaths = 0
    while True:
        world.fuse = journal.fuse = Fuse(at=instant)
        try:
            run_to_end(executor_of(plan, world, journal))
        except Died:
            deaths += 1
            assert deaths < 100, "no headway: an instant is reached again and again"
            # The next process gets one instant further, as a machine that dies at random times does.
            instant += 1
            continue
        break
    assert deaths
    assert max(world.effects.values()) == 1
    assert {name for _, name in world.objects} == CLIENTS


@pytest.mark.parametrize("instant", [*EVERY_INSTANT][::3])
def test_the_real_ledger_verifies_after_death_and_resumption(instant: int, tmp_path: Path) -> None:
    world = world_of(*ESTATE)
    plan = plan_of(world)
    world.fuse = Fuse(at=min(instant, 20))
    with ledgers.Ledger.open(tmp_path / "ledger.jsonl") as ledger, pytest.raises(Died):
        run_to_end(executor_of(plan, world, LedgerJournal(ledger)))
    world.fuse = Fuse()
    with ledgers.Ledger.open(tmp_path / "ledger.jsonl") as ledger:
        run_to_end(executor_of(plan, world, LedgerJournal(ledger)))
    assert ledgers.verify(tmp_path / "ledger.jsonl").count >= 14
    assert max(world.effects.values()) == 1


def test_a_resumed_action_keeps_the_moment_of_its_first_cut() -> None:
    """Two moments would be two cuts: sessions minted between them would live."""
    world, journal = world_of("key/1:nimbus/ops"), MemoryJournal()
    plan = plan_of(world)
    world.fuse = Fuse(at=3)  # after the first write of the first action, before the second
    with pytest.raises(Died):
        run_to_end(executor_of(plan, world, journal))
    intended = standings(plan, journal, "run-1")["a00001"].at
    journal.now += timedelta(hours=1)
    world.fuse = Fuse()
    list(executor_of(plan, world, journal).stage(Verb.DISABLE))
    assert intended is not None
    assert world.objects[SCOPE, "key/1"]["cut_at"] == intended.isoformat()


def test_an_estate_that_moved_is_refused_before_any_write() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    plan = plan_of(world)
    world.objects[SCOPE, "key/2"]["open"] = "more than before"
    with pytest.raises(EstateMoved, match="key/2"):
        run_to_end(executor_of(plan, world, journal))
    assert world.writes == 0
    assert not journal.kept


def test_a_change_in_the_middle_of_the_run_stops_it_before_that_path() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    executor = executor_of(plan_of(world), world, journal)
    list(executor.stage(Verb.DISABLE))
    world.objects[SCOPE, "key/1"]["open"] = True  # somebody opened it again during the soak
    with pytest.raises(EstateMoved, match=r"key/1.*somebody else"):
        list(executor.stage(Verb.DELETE))
    assert (SCOPE, "key/1") in world.objects


def test_a_path_that_is_gone_already_needs_no_write_and_the_record_says_so() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    plan = plan_of(world)
    del world.objects[SCOPE, "key/2"]
    run_to_end(executor_of(plan, world, journal))
    assert not [name for _, name in world.effects if name == "key/2"]
    said = {str(body["path"]).rsplit("|", 1)[1]: body["already_gone"] for type_, _, body, _ in journal.kept if type_ == "action.done"}
    assert said["key/2"] is True
    assert said["key/1"] is False


def test_a_finished_run_does_nothing_more() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    plan = plan_of(world)
    run_to_end(executor_of(plan, world, journal))
    writes = world.writes
    assert run_to_end(executor_of(plan, world, journal)) == 0
    assert world.writes == writes


def test_new_paths_are_those_that_the_plan_does_not_know() -> None:
    world = world_of(*ESTATE)
    plan = plan_of(world)
    assert engine.new_paths(plan, [target.path for target in plan.targets]) == ()
    world.objects[SCOPE, "key/3"] = {"type": "key", "holder": "nimbus/late", "open": True}
    late = engine.new_paths(plan, [one.path for one in found_in(world) if one.path.holder.startswith("nimbus")])
    assert [path.id for path in late] == ["key/3"]


def test_the_soak_begins_with_the_last_step_that_can_be_undone() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    plan = plan_of(world, soak_s=3600)
    executor = executor_of(plan, world, journal)
    assert executor.soak_ends_at() is None
    list(executor.stage(Verb.DISABLE))
    ends_at = executor.soak_ends_at()
    assert ends_at is not None
    assert ends_at - journal.now == timedelta(hours=1)
    assert ends_at > START + timedelta(hours=1)


class TestRollback:
    def test_within_the_soak_everything_is_as_it_was(self) -> None:
        world, journal = world_of(*ESTATE), MemoryJournal()
        before = world.snapshot()
        executor = executor_of(plan_of(world), world, journal)
        list(executor.stage(Verb.DISABLE))
        assert world.objects != before
        undone = [one.action.id for one in roll_back(executor)]
        assert undone == sorted(undone, reverse=True)
        assert world.objects == before

    @pytest.mark.parametrize("instant", range(1, 25, 2))
    def test_of_a_run_that_died_half_way(self, instant: int) -> None:
        fuse = Fuse(at=instant)
        world, journal = world_of(*ESTATE), MemoryJournal(fuse=fuse)
        before = world.snapshot()
        executor = executor_of(plan_of(world), world, journal)
        world.fuse = fuse
        with pytest.raises(Died):
            list(executor.stage(Verb.DISABLE))
        list(roll_back(executor))
        assert world.objects == before

    @pytest.mark.parametrize("instant", range(1, 25, 2))
    def test_that_dies_itself_is_taken_up_again(self, instant: int) -> None:
        world, journal = world_of(*ESTATE), MemoryJournal()
        before = world.snapshot()
        executor = executor_of(plan_of(world), world, journal)
        list(executor.stage(Verb.DISABLE))
        world.fuse = journal.fuse = Fuse(at=instant)
        with pytest.raises(Died):
            list(roll_back(executor))
        world.fuse = journal.fuse = Fuse()
        list(roll_back(executor))
        assert world.objects == before

    def test_once_begun_the_run_cannot_go_on(self) -> None:
        """Also when it died before the first step was back: deleting what is being restored would be worst of all."""
        world, journal = world_of(*ESTATE), MemoryJournal()
        executor = executor_of(plan_of(world), world, journal)
        list(executor.stage(Verb.DISABLE))
        world.fuse = journal.fuse = Fuse(at=2)  # after the first intent, before its write
        with pytest.raises(Died):
            list(roll_back(executor))
        world.fuse = journal.fuse = Fuse()
        with pytest.raises(SafetyLimit, match="rolled back"):
            list(executor.stage(Verb.DELETE))

    def test_after_the_first_irreversible_step_it_is_refused_before_any_write(self) -> None:
        world, journal = world_of(*ESTATE), MemoryJournal()
        executor = executor_of(plan_of(world), world, journal)
        list(executor.stage(Verb.DISABLE))
        next(executor.stage(Verb.DELETE))
        writes, entries = world.writes, len(journal.kept)
        with pytest.raises(SafetyLimit, match="cannot be undone"):
            list(roll_back(executor))
        assert (world.writes, len(journal.kept)) == (writes, entries)

    def test_an_irreversible_step_that_was_only_intended_counts_as_done(self) -> None:
        world, journal = world_of("key/1:nimbus/ops"), MemoryJournal()
        executor = executor_of(plan_of(world), world, journal)
        list(executor.stage(Verb.DISABLE))
        journal.fuse = Fuse(at=2)
        with pytest.raises(Died):
            list(executor.stage(Verb.DELETE))
        journal.fuse = Fuse()
        with pytest.raises(SafetyLimit, match="cannot be undone"):
            list(roll_back(executor))

    def test_a_refused_rollback_leaves_the_run_able_to_go_on(self) -> None:
        world, journal = world_of(*ESTATE), MemoryJournal()
        executor = executor_of(plan_of(world), world, journal)
        list(executor.stage(Verb.DISABLE))
        next(executor.stage(Verb.DELETE))
        with pytest.raises(SafetyLimit):
            list(roll_back(executor))
        list(executor.stage(Verb.DELETE))
        assert {name for _, name in world.objects} == CLIENTS


def test_the_simulator_can_refuse_what_it_can_do() -> None:
    """Positive control: a write has an effect, and repeating it has none."""
    world = world_of("key/1:nimbus/ops")
    connection = Connection(world, SCOPE)
    assert connection.write("delete:key", name="key/1", wanted=None).applied
    assert not connection.write("delete:key", name="key/1", wanted=None).applied
