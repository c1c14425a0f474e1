"""A sweep says how well it could read, and never takes a refusal for an empty list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import pytest

from handoff import fan
from handoff.engine.sweep import sweep
from handoff.errors import CredentialsRefused, UsageError
from handoff.model import AccessPath, Coverage, Json, Kind, KindId, Read, Reader, Scope
from tests.engine._simulator import DENIED, FAILED, KEY, KINDS, OTHER, SCOPE, UNSUPPORTED, Connection, ToyKind, World, world_of

ESTATE = ("key/1:nimbus/ops", "key/2:nimbus/ops", "key/3:acme/ada", "grant/1:nimbus/ops")


@dataclass(frozen=True, slots=True)
class Listed:
    paths: tuple[AccessPath, ...]
    coverage: Coverage


def listed(world: World, *scopes: Scope) -> dict[str, Listed]:
    seen = list(sweep(KINDS.values(), scopes or (SCOPE,), lambda scope: Connection(world, scope)))
    paths = [one for one in seen if isinstance(one, AccessPath)]
    return {one.kind: Listed(tuple(path for path in paths if path.kind == one.kind), one) for one in seen if isinstance(one, Coverage)}


def test_everything_is_found_and_every_listing_is_complete() -> None:
    seen = listed(world_of(*ESTATE))
    assert {one.coverage.read for one in seen.values()} == {Read.COMPLETE}
    assert [path.id for path in seen["toy.key"].paths] == ["key/1", "key/2", "key/3"]
    assert seen["toy.key"].coverage.found == 3
    assert seen["toy.user"].coverage.found == 0, "none found, and it may be said"


@pytest.mark.parametrize(("how", "read"), [(DENIED, Read.DENIED), (UNSUPPORTED, Read.UNSUPPORTED), (FAILED, Read.FAILED)])
def test_a_listing_that_ends_early_keeps_what_it_gave_and_says_so(how: Callable[[], Exception], read: Read) -> None:
    world = world_of(*ESTATE)
    world.refusals["list:key"] = how
    seen = listed(world)
    assert seen["toy.key"].coverage.read is read
    assert seen["toy.key"].coverage.reason == "told no"
    assert [path.id for path in seen["toy.key"].paths] == ["key/1"], "the first page was read before the refusal"
    assert seen["toy.grant"].coverage.read is Read.COMPLETE, "another listing is not touched by it"


def test_a_refusal_of_an_empty_listing_is_no_empty_listing() -> None:
    world = world_of("grant/1:nimbus/ops")
    world.refusals["list:key"] = DENIED
    assert listed(world)["toy.key"].coverage.read is Read.DENIED


def test_a_reader_that_cannot_be_opened_is_a_failed_coverage() -> None:
    def refuse(scope: Scope) -> Reader:
        raise FAILED()

    assert [one.read for one in sweep([KEY], [SCOPE], refuse) if isinstance(one, Coverage)] == [Read.FAILED]


def test_refused_own_credentials_end_the_sweep() -> None:
    def refuse(scope: Scope) -> Reader:
        raise CredentialsRefused("expired")

    with pytest.raises(CredentialsRefused):
        list(sweep(KINDS.values(), [SCOPE], refuse))


def test_a_mistake_of_ours_is_raised_and_never_a_short_list() -> None:
    def wrong(scope: Scope) -> Reader:
        raise TypeError("a bug")

    with pytest.raises(TypeError, match="a bug"):
        list(sweep([KEY], [SCOPE], wrong))


def test_one_coverage_for_each_kind_and_scope() -> None:
    world = world_of(*ESTATE)
    world.objects[OTHER, "key/7"] = {"type": "key", "holder": "nimbus/x", "open": True}
    seen = list(sweep(KINDS.values(), [SCOPE, OTHER], lambda scope: Connection(world, scope)))
    coverages = [one for one in seen if isinstance(one, Coverage)]
    assert len({(one.kind, one.scope) for one in coverages}) == len(coverages) == 2 * len(KINDS)
    assert {one.scope for one in seen if isinstance(one, AccessPath) and one.id == "key/7"} == {OTHER}


class Busy:
    """Counts how many calls are under way at once, and lets them meet."""

    def __init__(self, scope: Scope, together: int) -> None:
        self.at = scope
        self.meet = threading.Barrier(together)
        self.guard = threading.Lock()
        self.now = self.most = self.calls = 0

    @property
    def scope(self) -> Scope:
        return self.at

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        yield from ({"name": f"{op}/{number}", "holder": "nimbus/ops"} for number in range(300))

    def get(self, op: str, /, **params: object) -> Json | None:
        with self.guard:
            self.now, self.calls = self.now + 1, self.calls + 1
            self.most = max(self.most, self.now)
        try:
            self.meet.wait(timeout=5)
        except threading.BrokenBarrierError:
            self.meet.reset()
        with self.guard:
            self.now -= 1
        return {"of": params["name"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanning(ToyKind):
    """Asks once for each of many things, and inside of that once more, as kinds with two levels do."""

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        things = list(reader.read(f"list:{self.type}"))
        for answers in fan.each(lambda one: list(fan.each(lambda name: reader.get("get", name=name), [one["name"]])), things):
            for answer in answers:
                assert answer is not None
                yield AccessPath(kind=self.id, id=str(answer["of"]), scope=reader.scope, holder="x", allows="y")


def kinds(count: int) -> Iterable[Kind]:
    return [Fanning(id=KindId(f"toy.fan{number}"), type=f"t{number}", phase=3) for number in range(count)]


def test_calls_of_one_kind_go_side_by_side_and_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fan.VARIABLE, "8")
    busy = Busy(SCOPE, together=6)
    seen = list(sweep(kinds(1), [SCOPE], lambda _: busy))
    assert [one.id for one in seen if isinstance(one, AccessPath)] == [f"list:t0/{number}" for number in range(300)]
    assert busy.most == 6, "two of the eight are for listings"


def test_with_one_call_at_a_time_nothing_meets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fan.VARIABLE, "1")
    busy = Busy(SCOPE, together=1)
    assert sum(isinstance(one, AccessPath) for one in sweep(kinds(2), [SCOPE], lambda _: busy)) == 600
    assert busy.most == 1


def test_more_kinds_than_threads_do_not_wait_for_each_other_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fan.VARIABLE, "4")
    busy = Busy(SCOPE, together=1)
    assert sum(isinstance(one, AccessPath) for one in sweep(kinds(9), [SCOPE], lambda _: busy)) == 2700
    assert busy.most <= 4


def test_whoever_stops_listening_ends_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fan.VARIABLE, "4")
    busy = Busy(SCOPE, together=1)
    before = threading.active_count()
    going = sweep(kinds(9), [SCOPE], lambda _: busy)
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
    assert busy.calls < 2700


def test_a_failure_in_somebody_elses_hands_is_the_kinds_own(monkeypatch: pytest.MonkeyPatch) -> None:
    class Denying(Busy):
        def get(self, op: str, /, **params: object) -> Json | None:
            if params["name"] == "list:t0/200":
                raise DENIED()
            return {"of": params["name"]}

    seen = list(sweep(kinds(2), [SCOPE], lambda _: Denying(SCOPE, together=1)))
    coverages = {one.kind: one for one in seen if isinstance(one, Coverage)}
    assert coverages[KindId("toy.fan0")].read is Read.DENIED
    assert coverages[KindId("toy.fan0")].found == 200
    assert coverages[KindId("toy.fan1")] == replace(coverages[KindId("toy.fan1")], read=Read.COMPLETE, found=300)


def test_what_is_made_once_is_made_once_in_a_sweep_and_anew_in_the_next() -> None:
    made: list[str] = []

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Sharing(ToyKind):
        def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
            fan.once("index", lambda: made.append("made"))
            return iter(())

    several = [Sharing(id=KindId(f"toy.s{number}"), type="key", phase=3) for number in range(20)]
    for sweeps in (1, 2):
        list(sweep(several, [SCOPE], lambda scope: Connection(world_of(), scope)))
        assert len(made) == sweeps


@pytest.mark.parametrize("given", ["0", "-1", "many", "4096", "1.5"])
def test_a_number_of_calls_that_makes_no_sense(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fan.VARIABLE, given)
    with pytest.raises(UsageError, match=fan.VARIABLE):
        fan.in_flight()
