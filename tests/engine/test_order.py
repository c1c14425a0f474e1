"""The order of an exit: what others depend on, and what could open others, goes first; equal estates give equal orders."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import cast

import pytest

from handoff.engine import order
from handoff.engine.plan import Target
from handoff.model import AccessPath, Kind, KindId, Party, Scope, ScopeType
from tests.engine._simulator import OTHER, SCOPE, ToyKind

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(ToyKind):
    """A toy kind that knows how its paths are opened."""

    fences: frozenset[str] = field(default=NONE)


def kind(name: str, phase: int, *opened_by: str, after: tuple[str, ...] = ()) -> Opened:
    return Opened(id=KindId(name), type=name, phase=phase, fences=frozenset(opened_by), after=frozenset(KindId(one) for one in after))


DATA, TRUST, KEY, USER = kind("data", 3, "s3:Put"), kind("trust", 4, "iam:Trust"), kind("key", 5, "iam:Key"), kind("user", 5, "iam:User", after=("key",))
KINDS = cast("dict[KindId, Kind]", {one.id: one for one in (DATA, TRUST, KEY, USER)})


def target(of: ToyKind, name: str, *mints: str, scope: Scope = SCOPE) -> Target:
    path = AccessPath(kind=of.id, id=name, scope=scope, holder="nimbus", allows="x", mints=mints)
    return Target(path=path, party=Party.PROVIDER, why="told", image="sha256:0", own=False)


def names(*targets: Target) -> list[str]:
    return [one.path.id for one in order.arrange(targets, KINDS).targets]


def test_without_dependencies_data_goes_before_trusts_before_people() -> None:
    assert names(target(KEY, "k"), target(TRUST, "t"), target(DATA, "d2"), target(DATA, "d1")) == ["d1", "d2", "t", "k"]


def test_what_a_kind_wants_cut_before_it_goes_first() -> None:
    assert names(target(USER, "a"), target(KEY, "z")) == ["z", "a"]


def test_whoever_could_open_a_path_is_cut_before_it() -> None:
    assert names(target(DATA, "d"), target(KEY, "k")) == ["d", "k"], "positive control"
    assert names(target(DATA, "d"), target(KEY, "k", "S3:put")) == ["k", "d"]
    assert names(target(DATA, "d"), target(TRUST, "t"), target(KEY, "k1", "iam:Trust"), target(KEY, "k2")) == ["d", "k1", "t", "k2"]


def test_the_right_to_open_in_one_account_says_nothing_of_another() -> None:
    assert names(target(DATA, "d", scope=OTHER), target(KEY, "k", "s3:Put")) == ["d", "k"]
    region = Scope(type=ScopeType.AWS_REGION, id=SCOPE.id, region="eu-west-1")
    assert names(target(DATA, "d", scope=region), target(KEY, "k", "s3:Put")) == ["k", "d"], "a region is of its account"


def test_paths_that_can_open_each_other_are_told_and_cut_in_one_order() -> None:
    mutual = [target(KEY, "k1", "iam:Key"), target(KEY, "k2", "iam:Key", "s3:Put"), target(KEY, "k3"), target(DATA, "d")]
    made = order.arrange(mutual, KINDS)
    assert [one.path.id for one in made.targets] == ["k2", "k1", "d", "k3"]
    (told,) = made.cycles
    assert told.startswith("2 paths could open each other")
    assert all(one.path.key in told for one in mutual[:2])
    assert order.arrange(reversed(mutual), KINDS) == made
    assert order.arrange([target(KEY, "k1", "iam:Key"), target(KEY, "k3")], KINDS).cycles == (), "one alone is no cycle"


def test_after_holds_even_where_it_costs_a_gap_and_the_gap_is_told() -> None:
    made = order.arrange([target(USER, "u", "iam:Key"), target(KEY, "k")], KINDS)
    assert [one.path.id for one in made.targets] == ["k", "u"]
    assert len(made.cycles) == 1


@pytest.mark.parametrize("seed", range(30))
def test_every_opener_goes_first_unless_the_two_are_told_as_a_cycle(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 not for secrecy
    ops = ["s3:Put", "iam:Trust", "iam:Key", "iam:User"]
    chosen = [
        target(rng.choice((DATA, TRUST, KEY, USER)), f"p{number:03d}", *rng.sample(ops, rng.choice((0, 0, 0, 1, 2))), scope=rng.choice((SCOPE, OTHER)))
        for number in range(60)
    ]
    made = order.arrange(chosen, KINDS)
    assert sorted(one.path.key for one in made.targets) == sorted(one.path.key for one in chosen)
    at = {one.path.key: number for number, one in enumerate(made.targets)}
    ring = _rings(chosen)
    checked = 0
    for one in chosen:
        for other in chosen:
            if one is other or one.path.scope.id != other.path.scope.id:
                continue
            if _opens(one, other) and not (other.path.key in ring[one.path.key] and one.path.key in ring[other.path.key]):
                checked += 1
                assert at[one.path.key] < at[other.path.key]
    assert checked > 20


def _opens(one: Target, other: Target) -> bool:
    return bool(set(one.path.mints) & cast("Opened", KINDS[other.path.kind]).fences)


def _rings(chosen: list[Target]) -> dict[str, set[str]]:
    """By brute force: everything that can be reached from each path by opening, or by `after`."""
    onward = {
        one.path.key: {
            other.path.key
            for other in chosen
            if (_opens(one, other) and one.path.scope.id == other.path.scope.id) or one.path.kind in KINDS[other.path.kind].after
        }
        for one in chosen
    }
    for _ in range(8):
        onward = {key: reached | {further for one in reached for further in onward[one]} for key, reached in onward.items()}
    return onward


def test_ten_thousand_paths_are_ordered_by_groups() -> None:
    rng = random.Random(1)  # noqa: S311 not for secrecy
    ops = ["s3:Put", "iam:Trust", "iam:Key", "iam:User"]
    chosen = [target(rng.choice((DATA, TRUST, KEY, USER)), f"p{number:05d}", *rng.sample(ops, rng.choice((0, 0, 1, 2, 4)))) for number in range(10_000)]
    began = perf_counter()
    made = order.arrange(chosen, KINDS)
    steps = order.actions(made.targets, KINDS, lambda kind: 0)
    print(f"10,000 paths, {len(steps)} actions: {perf_counter() - began:.2f} s")
    assert len(steps) == 20_000
    assert [one.id for one in steps[:2]] == ["a00001", "a00002"]


def test_steps_by_hand_come_last_and_count_as_no_change() -> None:
    from handoff.model import Step, Verb

    @dataclass(frozen=True, slots=True, kw_only=True)
    class ByHand(ToyKind):
        def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
            return (Step(verb=Verb.MANUAL, reversible=False, effect="ask the registrar"),)

    kinds = {**KINDS, KindId("hand"): cast("Kind", ByHand(id=KindId("hand"), type="hand", phase=1))}
    made = order.actions(order.arrange([target(replace(KEY, id=KindId("hand")), "h"), target(KEY, "k")], kinds).targets, kinds, lambda kind: 0)
    assert [one.verb for one in made] == [Verb.DISABLE, Verb.DELETE, Verb.MANUAL]
