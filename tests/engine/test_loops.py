"""What makes itself anew is cut until it stays quiet, inside what was approved, and through any death."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from handoff.engine.apply import Executor, new_paths
from handoff.engine.attribute import Attribution
from handoff.engine.loops import MOST_ROUNDS, QUIET_ROUNDS, Looper
from handoff.engine.own import Own
from handoff.engine.plan import Found
from handoff.engine.rollback import roll_back
from handoff.engine.standing import State
from handoff.errors import EstateMoved, PathsRemain
from handoff.model import Kind, Scope, Verb
from tests.engine._simulator import RULE, SCOPE, SEED, Connection, Died, Fuse, MemoryJournal, World, executor_of, found_in, party_of, plan_of, world_of

ESTATE = ("key/1:nimbus/ops", "rule/1:nimbus/ops", "rule/9:acme/app", "seed/1:nimbus/ops")


class Regrowing:
    """Opens up to `most` new rules of the provider's, one at each reading, and can open an old one again."""

    def __init__(self, most: int, *, type_: str = "rule", again: str = "", holder: str = "nimbus/ops") -> None:
        self.left, self.type, self.again, self.holder, self.made = most, type_, again, holder, 0

    def __call__(self, world: World) -> None:
        if self.left:
            self.left -= 1
            self.made += 1
            name = self.again or f"{self.type}/new-{self.made}"
            world.objects[SCOPE, name] = {"type": self.type, "holder": self.holder, "open": True}


def looper(executor: Executor, world: World, waits: list[float] | None = None) -> Looper:
    def look(kind: Kind, scope: Scope) -> Iterator[Found]:
        for path in kind.discover(Connection(world, scope)):
            yield Found(path=path, attribution=Attribution(party=party_of(path), why="told"))

    return Looper(executor=executor, own=Own(principals=frozenset()), look=look, sleep=(waits if waits is not None else []).append)


def whole_run(executor: Executor, world: World, waits: list[float] | None = None) -> None:
    loop = looper(executor, world, waits)
    for verb in (Verb.DISABLE, Verb.DELETE):
        list(executor.stage(verb))
        list(loop.run(verb))


def providers(world: World) -> set[str]:
    return {name for (_, name), body in world.objects.items() if body["holder"].startswith("nimbus")}


def test_the_plan_says_where_it_will_look_again_and_how_often() -> None:
    plan = plan_of(world_of(*ESTATE))
    assert [(one.kind, one.scope, one.quiet_rounds, one.settle_s) for one in plan.loops] == [(RULE.id, SCOPE, 2, 5), (SEED.id, SCOPE, 2, 5)]
    assert plan_of(world_of("key/1:nimbus/ops", "rule/9:acme/app")).loops == ()


def test_an_estate_that_is_quiet_is_looked_at_twice_and_left() -> None:
    world, journal, waits = world_of(*ESTATE), MemoryJournal(), []
    executor = executor_of(plan_of(world), world, journal)
    whole_run(executor, world, waits)
    assert providers(world) == set()
    assert waits == [5, 5, 5, 5], "two rounds for each loop"
    assert [body["rounds"] for type_, _, body, _ in journal.kept if type_ == "loop.quiet"] == [QUIET_ROUNDS, QUIET_ROUNDS]
    whole_run(executor, world, waits)
    assert len(waits) == 4, "what came to rest is not waited for again"


def test_what_comes_again_is_cut_until_nothing_comes() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    executor = executor_of(plan_of(world), world, journal)
    world.regrow = Regrowing(5)
    whole_run(executor, world)
    assert providers(world) == set()
    assert "rule/9" in {name for _, name in world.objects}
    found = [body for type_, _, body, _ in journal.kept if type_ == "loop.found"]
    assert {str(body["target"]["path"]["id"]) for body in found} == {f"rule/new-{number}" for number in range(1, 6)}
    ids = [job.action.id for job in executor.standings().jobs]
    assert len(ids) == len(set(ids))
    first = next(job.action.id for job in executor.standings().jobs if job.path.id == "rule/1")
    assert f"{first}+1" in ids


def test_a_path_that_is_opened_again_under_its_old_name_is_cut_again() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    executor = executor_of(plan_of(world), world, journal)
    list(executor.stage(Verb.DISABLE))
    world.regrow = Regrowing(1, again="rule/1")
    list(looper(executor, world).run(Verb.DISABLE))
    assert world.objects[SCOPE, "rule/1"]["open"] is False
    world.regrow = None
    whole_run(executor, world)
    assert providers(world) == set()


def test_what_never_rests_ends_the_command_and_says_so() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    executor = executor_of(plan_of(world), world, journal)
    world.regrow = Regrowing(10_000)
    with pytest.raises(PathsRemain, match="makes itself anew"):
        whole_run(executor, world)
    assert sum(type_ == "loop.found" for type_, _, _, _ in journal.kept) == MOST_ROUNDS


def test_somebody_unknown_is_not_cut() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    executor = executor_of(plan_of(world), world, journal)
    list(executor.stage(Verb.DISABLE))
    world.regrow = Regrowing(1, holder="stranger/x")
    with pytest.raises(EstateMoved, match="holder is unknown"):
        list(looper(executor, world).run(Verb.DISABLE))
    assert world.objects[SCOPE, "rule/new-1"]["open"] is True


def test_only_what_a_loop_was_approved_for_may_be_new() -> None:
    world = world_of(*ESTATE)
    plan = plan_of(world)
    for name in ("rule/2", "key/2"):
        world.objects[SCOPE, name] = {"type": name[:-2], "holder": "nimbus/ops", "open": True}
    assert [path.id for path in new_paths(plan, [one.path for one in found_in(world)]) if path.holder == "nimbus/ops"] == ["key/2"]


def instants() -> int:
    fuse = Fuse()
    world, journal = world_of(*ESTATE), MemoryJournal(fuse=fuse)
    executor = executor_of(plan_of(world), world, journal)
    world.fuse, world.regrow = fuse, Regrowing(3)
    whole_run(executor, world)
    return fuse.passed


@pytest.mark.parametrize("instant", range(1, instants() + 1))
def test_death_at_any_instant_and_the_next_run_ends_the_same(instant: int) -> None:
    fuse = Fuse(at=instant)
    world, journal = world_of(*ESTATE), MemoryJournal(fuse=fuse)
    executor = executor_of(plan_of(world), world, journal)
    world.fuse, world.regrow = fuse, Regrowing(3)
    with pytest.raises(Died):
        whole_run(executor, world)
    whole_run(executor, world)
    assert {name for _, name in world.objects} == {"rule/9"}
    assert max(world.effects.values()) == 1
    told = executor.standings()
    assert all(told.state(job) is State.DONE for job in told.jobs)


def test_rollback_takes_back_what_the_loop_cut_as_well() -> None:
    world, journal = world_of(*ESTATE), MemoryJournal()
    executor = executor_of(plan_of(world), world, journal)
    list(executor.stage(Verb.DISABLE))
    world.regrow = Regrowing(2)
    list(looper(executor, world).run(Verb.DISABLE))
    assert not world.objects[SCOPE, "rule/new-2"]["open"]
    journal.now += timedelta(hours=1)
    list(roll_back(executor))
    assert all(body["open"] and "cut_at" not in body for body in world.objects.values())
    assert {"rule/new-1", "rule/new-2"} <= {name for _, name in world.objects}
