"""A cloud in memory with three toy kinds, that can deny, throttle, fail half-way and die at any instant.

It keeps count of every write that had an effect, so that a test can say "once" and mean it.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from handoff.engine import order
from handoff.engine import own as owns
from handoff.engine import plan as planning
from handoff.engine.apply import Executor
from handoff.engine.attribute import Attribution
from handoff.engine.lockout import Administrator
from handoff.engine.loops import loops
from handoff.engine.plan import Found, Plan
from handoff.engine.sweep import sweep
from handoff.errors import AccessDenied, CloudError, Unsupported
from handoff.model import AccessPath, Clue, Coverage, Json, Kind, KindId, Lag, Party, Read, Reader, Receipt, Scope, ScopeType, Step, Verb, Verdict, Writer

SCOPE = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")
OTHER = Scope(type=ScopeType.AWS_ACCOUNT, id="333333333333")
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LAG = Lag(settle_s=5, survives_s=0, source="none")
PROVIDER, CLIENT = "nimbus", "acme"


class Died(BaseException):
    """What `kill -9` looks like from inside: nothing may catch it."""


@dataclass(slots=True)
class Fuse:
    """Dies at the n-th instant that a process could be killed at; never when `at` is None."""

    at: int | None = None
    passed: int = 0

    def instant(self) -> None:
        self.passed += 1
        if self.at is not None and self.passed == self.at:
            raise Died


@dataclass(slots=True)
class World:
    """Every object of the estate by scope and name, and what was done to it."""

    objects: dict[tuple[Scope, str], dict[str, Any]] = field(default_factory=dict)
    effects: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Writes that changed something, by operation and name."""
    writes: int = 0
    refusals: dict[str, Callable[[], Exception]] = field(default_factory=dict)
    """By operation: raised after one item was given."""
    fuse: Fuse = field(default_factory=Fuse)
    regrow: Callable[[World], None] | None = None
    """What the provider's own doings open again; called at each reading of the listing of a kind."""

    def snapshot(self) -> dict[tuple[Scope, str], dict[str, Any]]:
        return copy.deepcopy(self.objects)

    def set(self, op: str, scope: Scope, name: str, wanted: dict[str, Any] | None) -> bool:
        """Put one object into a state; False when it was so already. Dies before or after at the fuse's will."""
        self.fuse.instant()
        self.writes += 1
        changed = self.objects.get((scope, name)) != wanted
        if wanted is None:
            self.objects.pop((scope, name), None)
        else:
            self.objects[scope, name] = wanted
        self.effects[op, name] += changed
        self.fuse.instant()
        return changed


@dataclass(frozen=True, slots=True)
class Connection:
    """Reader and writer of one scope, one item a page."""

    world: World
    at: Scope

    @property
    def scope(self) -> Scope:
        return self.at

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """`list:TYPE`: every object of a type."""
        if self.world.regrow is not None:
            self.world.regrow(self.world)
        names = sorted(name for (scope, name), body in self.world.objects.items() if scope == self.at and body["type"] == op.split(":")[1])
        for number, name in enumerate(names):
            if number == 1:
                self._maybe_refuse(op)
            if (self.at, name) in self.world.objects:
                yield {"name": name, **self.world.objects[self.at, name]}
        if len(names) < 2:
            self._maybe_refuse(op)

    def get(self, op: str, /, **params: object) -> Json | None:
        self._maybe_refuse(op)
        found = self.world.objects.get((self.at, str(params["name"])))
        return copy.deepcopy(found)

    def write(self, op: str, /, **params: object) -> Receipt:
        self._maybe_refuse(op)
        wanted = cast("dict[str, Any] | None", params["wanted"])
        changed = self.world.set(op, self.at, str(params["name"]), wanted)
        return Receipt(op=op, request_id=f"r{self.world.writes}", applied=changed)

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        return self.write(op, **params), {}

    def _maybe_refuse(self, op: str) -> None:
        if op in self.world.refusals:
            raise self.world.refusals[op]()


LAG = Lag(settle_s=5, survives_s=0, source="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyKind:
    """What the three have in common: an object per path, its holder a field of it."""

    id: KindId
    type: str
    phase: int
    after: frozenset[KindId] = frozenset()
    row: str = "T1"
    title: str = "toy"
    source: str = "none"
    scope_type: ScopeType = ScopeType.AWS_ACCOUNT
    lag: Lag = LAG
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    creates: frozenset[str] = frozenset()
    blind: str = "nothing"

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        for one in reader.read(f"list:{self.type}"):
            holder = str(one["holder"])
            yield AccessPath(
                kind=self.id, id=str(one["name"]), scope=reader.scope, holder=holder, allows="everything", clues=((Clue.TAG, f"party={holder.split('/')[0]}"),)
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        return reader.get(f"get:{self.type}", name=path.id)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        found = self.image(reader, path)
        if found is None:
            return Verdict.GONE
        return Verdict.ALIVE if found["open"] else Verdict.DISABLED

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        yield writer.write(f"restore:{self.type}", name=path.id, wanted=dict(before))

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        return (
            Step(verb=Verb.DISABLE, reversible=True, effect="closed; undone by opening it"),
            Step(verb=Verb.DELETE, reversible=False, effect="deleted; cannot be undone"),
        )

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        if verb is Verb.DELETE:
            yield writer.write(f"delete:{self.type}", name=path.id, wanted=None)
            return
        # Two writes, so that a death between them leaves the step half done; `cut_at` tells a second cut from the first.
        now = writer.get(f"get:{self.type}", name=path.id)
        if now is not None:
            yield writer.write(f"close:{self.type}", name=path.id, wanted={**now, "open": False})
            yield writer.write(f"cut:{self.type}", name=path.id, wanted={**now, "open": False, "cut_at": at.isoformat()})


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyGrant(ToyKind):
    """A right that one reversible step takes away whole."""

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        return (Step(verb=Verb.DISABLE, reversible=True, effect="taken away; undone by putting it back"),)

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        yield writer.write(f"remove:{self.type}", name=path.id, wanted=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyRule(ToyKind):
    """A thing that may call back: it is closed, then deleted, and may come again."""

    recurs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ToySeed(ToyKind):
    """A thing that may call back and can only be deleted."""

    recurs: bool = True

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        return (Step(verb=Verb.DELETE, reversible=False, effect="deleted"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyMailbox(ToyKind):
    """A way in that only a person can end."""

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        return (Step(verb=Verb.MANUAL, reversible=False, effect="have the mailbox handed over; it is seen when nobody holds it any more"),)

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        raise AssertionError("a step by hand is never done by the tool")


KEY = ToyKind(id=KindId("toy.key"), type="key", phase=5)
USER = ToyKind(id=KindId("toy.user"), type="user", phase=5, after=frozenset({KEY.id}))
GRANT = ToyGrant(id=KindId("toy.grant"), type="grant", phase=3)
RULE = ToyRule(id=KindId("toy.rule"), type="rule", phase=6)
SEED = ToySeed(id=KindId("toy.seed"), type="seed", phase=6)
MAILBOX = ToyMailbox(id=KindId("toy.mailbox"), type="mailbox", phase=2)
KINDS: Mapping[KindId, Kind] = {one.id: one for one in (KEY, USER, GRANT, RULE, SEED, MAILBOX)}
PREFIX = {"key": KEY, "user": USER, "grant": GRANT}


def world_of(*names: str) -> World:
    """`key/1:nimbus/ops` is a key named `key/1` that nimbus/ops holds."""
    world = World()
    for name in names:
        title, _, holder = name.partition(":")
        world.objects[SCOPE, title] = {"type": title.split("/")[0], "holder": holder, "open": True}
    return world


@dataclass(slots=True)
class MemoryJournal:
    """Keeps entries as a ledger would; can die before and after each."""

    fuse: Fuse = field(default_factory=Fuse)
    kept: list[tuple[str, datetime, Mapping[str, Any], str]] = field(default_factory=list)
    now: datetime = START

    def append(self, type_: str, body: Mapping[str, object], /, *, run: str) -> None:
        self.fuse.instant()
        self.now += timedelta(seconds=1)
        self.kept.append((type_, self.now, copy.deepcopy(dict(body)), run))
        self.fuse.instant()

    def entries(self, *, run: str) -> Iterator[tuple[str, datetime, Mapping[str, Any]]]:
        return iter([(type_, at, body) for type_, at, body, of in self.kept if of == run])

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def party_of(path: AccessPath) -> Party:
    return {CLIENT: Party.CLIENT, PROVIDER: Party.PROVIDER}.get(path.holder.split("/")[0], Party.UNKNOWN)


def found_in(world: World) -> tuple[Found, ...]:
    """A complete sweep, attributed."""
    seen = list(sweep(KINDS.values(), [SCOPE], lambda scope: Connection(world, scope)))
    assert all(one.read is Read.COMPLETE for one in seen if isinstance(one, Coverage))
    paths = sorted((one for one in seen if isinstance(one, AccessPath)), key=lambda one: one.key)
    return tuple(Found(path=path, attribution=Attribution(party=party_of(path), why="told")) for path in paths)


def admin(principal: str, *, break_glass: bool = False, answer: str = "ok", scopes: tuple[Scope, ...] = (SCOPE,)) -> Administrator:
    return Administrator(cloud="aws", principal=principal, break_glass=break_glass, signed_in={str(scope): answer for scope in scopes})


ADMINS = (admin("acme/ada"), admin("acme/bea"))


def plan_of(world: World, *, soak_s: float = 0, own: frozenset[str] = frozenset()) -> Plan:
    """The plan that the engine makes of this world."""
    connection = Connection(world, SCOPE)
    found = found_in(world)
    mine = owns.recognise(own, (one.path for one in found))
    targets = planning.targets(found, mine, lambda path: KINDS[path.kind].image(connection, path))
    ordered = order.arrange([one for one in targets if not one.own], KINDS)
    last = order.arrange([one for one in targets if one.own], KINDS)
    return Plan(
        engagement="toy",
        spec="sha256:" + "0" * 64,
        spec_file="toy.yaml",
        sweep="sha256:" + "1" * 64,
        made_at=START,
        operator={"aws": "acme/ada"},
        endpoints=("memory:",),
        lab=True,
        soak_s=soak_s,
        coverage_complete=True,
        administrators=ADMINS,
        targets=targets,
        actions=order.actions(ordered.targets, KINDS, lambda kind: kind.lag.settle_s),
        own_actions=order.actions(last.targets, KINDS, lambda kind: kind.lag.settle_s, prefix="o"),
        loops=loops(targets, KINDS, lambda kind: kind.lag.settle_s),
        cycles=ordered.cycles,
        kept={},
    )


def executor_of(plan: Plan, world: World, journal: Any) -> Executor:
    clock = journal.clock if isinstance(journal, MemoryJournal) else lambda: datetime.now(UTC)
    return Executor(plan=plan, run="run-1", kinds=KINDS, open_writer=lambda scope: Connection(world, scope), journal=journal, now=clock)


def run_to_end(executor: Executor) -> int:
    """Both stages without the wait between; how many steps were carried out now."""
    executor.refuse_if_moved()
    return sum(1 for verb in (Verb.DISABLE, Verb.DELETE) for _ in executor.stage(verb))


def refusing(kind: type[CloudError], text: str = "told no") -> Callable[[], Exception]:
    return lambda: kind(text)


DENIED, UNSUPPORTED, FAILED = refusing(AccessDenied), refusing(Unsupported), refusing(CloudError)
