"""The order of an exit, derived from what depends on what.

Two kinds of edges: a kind's `after`, which always holds; and escalation: a path by whose operations (`mints`) a path of another
kind could be opened again goes before every path of that kind in the same account (`fences`). Where nothing depends, phase, the kinds' own
order and the key decide. Edges run between groups of like paths, so that the number of paths does not multiply.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from handoff.engine.plan import Action
from handoff.model import Kind, KindId, Verb
from handoff.powers import Fencing

if TYPE_CHECKING:
    from handoff.engine.plan import Target

_STAGES = (Verb.DISABLE, Verb.DELETE, Verb.MANUAL)
_EXAMPLES = 3

Account = tuple[str, str]
Node = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Targets in the order in which they are cut."""

    targets: tuple[Target, ...]
    cycles: tuple[str, ...]
    """Where paths could open each other, so that no order is without a gap: which ones, in one line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Targets of one kind in one account that could open paths of the same kinds."""

    kind: KindId
    account: Account
    opens: frozenset[KindId]
    targets: tuple[Target, ...]

    @property
    def node(self) -> Node:
        return ("group", self.kind, *self.account, *sorted(self.opens))


def arrange(chosen: Iterable[Target], kinds: Mapping[KindId, Kind]) -> Order:
    """Targets sorted so that what others depend on, and what could open others, goes first. Deterministic."""
    ranks = _ranks(kinds)
    groups = {group.node: group for group in _groups(chosen, kinds)}
    edges = _edges(groups.values(), kinds)
    rings = _rings(edges)
    place = {group.node: (kinds[group.kind].phase, ranks[group.kind], group.account, -len(group.opens), group.targets[0].path.key) for group in groups.values()}
    levels = _levels(kinds)
    ordered: list[_Group] = []
    cycles: list[str] = []
    for ring in _topological(edges, rings, place):
        # `after` holds even within a ring; then whoever could open most goes first.
        members = sorted((groups[node] for node in ring if node in groups), key=lambda one: (levels[one.kind], -len(one.opens), *place[one.node]))
        ordered += members
        cycles += _told(members)
    return Order(targets=tuple(target for group in ordered for target in group.targets), cycles=tuple(cycles))


def actions(ordered: Iterable[Target], kinds: Mapping[KindId, Kind], settle_s: Callable[[Kind], float], *, prefix: str = "a") -> tuple[Action, ...]:
    """Every step of targets that are in order: all that can be undone first, then what cannot, then what people do by hand."""
    steps = [(target, step) for target in ordered for step in kinds[target.path.kind].steps(target.path)]
    staged = [(target, step) for verb in _STAGES for target, step in steps if step.verb is verb]
    return tuple(
        Action(
            id=f"{prefix}{number:05d}",
            path=target.path.key,
            kind=target.path.kind,
            verb=step.verb,
            phase=kinds[target.path.kind].phase,
            reversible=step.reversible,
            effect=step.effect,
            settle_s=settle_s(kinds[target.path.kind]),
        )
        for number, (target, step) in enumerate(staged, start=1)
    )


def _groups(chosen: Iterable[Target], kinds: Mapping[KindId, Kind]) -> Iterator[_Group]:
    chosen = sorted(chosen, key=lambda one: one.path.key)
    present: dict[Account, set[KindId]] = defaultdict(set)
    for target in chosen:
        present[_account(target)].add(target.path.kind)
    openers: dict[Account, dict[str, set[KindId]]] = {account: _openers(here, kinds) for account, here in present.items()}
    known: dict[tuple[Account, tuple[str, ...]], frozenset[KindId]] = {}
    found: dict[tuple[KindId, Account, frozenset[KindId]], list[Target]] = defaultdict(list)
    for target in chosen:
        account = _account(target)
        at = (account, target.path.mints)
        if at not in known:
            known[at] = frozenset(_opened(target.path.mints, openers[account]))
        found[target.path.kind, account, known[at]].append(target)
    for (kind, account, opens), held in found.items():
        yield _Group(kind=kind, account=account, opens=opens, targets=tuple(held))


def _opened(mints: tuple[str, ...], openers: Mapping[str, set[KindId]]) -> Iterator[KindId]:
    """The kinds that these operations open; `*` is everything."""
    for op in openers if "*" in mints else mints:
        yield from openers.get(op.lower(), ())


def _openers(here: Iterable[KindId], kinds: Mapping[KindId, Kind]) -> dict[str, set[KindId]]:
    """By operation, the kinds of which it opens paths."""
    found: dict[str, set[KindId]] = defaultdict(set)
    for name in here:
        kind = kinds[name]
        for op in kind.fences if isinstance(kind, Fencing) else ():
            found[op.lower()].add(name)
    return found


def _account(target: Target) -> Account:
    return target.path.scope.cloud, target.path.scope.id


def _edges(groups: Iterable[_Group], kinds: Mapping[KindId, Kind]) -> dict[Node, list[Node]]:
    """From each node to those that come after it. A node between stands for `all of this kind`, so that edges stay few."""
    edges: dict[Node, list[Node]] = {}
    groups = sorted(groups, key=lambda one: one.node)
    waited = {before for group in groups for before in kinds[group.kind].after}
    for group in groups:
        onward: list[Node] = [("opened", kind, *group.account) for kind in sorted(group.opens)]
        if group.kind in waited:
            onward.append(("done", group.kind))
        edges[group.node] = onward
    for group in groups:
        for between in (("opened", group.kind, *group.account), *(("done", before) for before in sorted(kinds[group.kind].after))):
            edges.setdefault(between, []).append(group.node)
    for onward in list(edges.values()):
        for node in onward:
            edges.setdefault(node, [])
    return edges


def _rings(edges: Mapping[Node, Sequence[Node]]) -> list[list[Node]]:
    """Strongly connected components (Tarjan, without recursion)."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    rings: list[list[Node]] = []
    for root in edges:
        work: list[tuple[Node, int]] = [] if root in index else [(root, 0)]
        while work:
            node, at = work.pop()
            if at == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            for position in range(at, len(edges[node])):
                following = edges[node][position]
                if following not in index:
                    work += [(node, position + 1), (following, 0)]
                    break
                if following in on_stack:
                    low[node] = min(low[node], index[following])
            else:
                if low[node] == index[node]:
                    rings.append(_unwind(stack, on_stack, node))
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
    return rings


def _unwind(stack: list[Node], on_stack: set[Node], root: Node) -> list[Node]:
    ring: list[Node] = []
    while not ring or ring[-1] != root:
        ring.append(stack.pop())
        on_stack.discard(ring[-1])
    return ring


def _topological(edges: Mapping[Node, Sequence[Node]], rings: list[list[Node]], place: Mapping[Node, tuple[object, ...]]) -> Iterator[list[Node]]:
    """The rings, each after all that lead to it; of those that may come next, the one whose first place is foremost."""
    ring_of = {node: number for number, ring in enumerate(rings) for node in ring}
    waits = [0] * len(rings)
    onward: list[set[int]] = [set() for _ in rings]
    for node, ends in edges.items():
        onward[ring_of[node]] |= {ring_of[one] for one in ends} - {ring_of[node]}
    for targets in onward:
        for number in targets:
            waits[number] += 1
    # A node that only stands between holds nobody up: it comes at once.
    first = [min((place[node] for node in ring if node in place), default=()) for ring in rings]
    ready: list[tuple[tuple[object, ...], int]] = [(first[number], number) for number, count in enumerate(waits) if not count]
    heapq.heapify(ready)
    while ready:
        _, number = heapq.heappop(ready)
        yield rings[number]
        for following in sorted(onward[number]):
            waits[following] -= 1
            if not waits[following]:
                heapq.heappush(ready, (first[following], following))


def _told(members: Sequence[_Group]) -> Iterator[str]:
    paths = [target.path.key for group in members for target in group.targets]
    is_ring = len(members) > 1 or any(group.kind in group.opens for group in members)
    if not is_ring or len(paths) == 1:
        return
    shown = ", ".join(paths[:_EXAMPLES]) + (f" and {len(paths) - _EXAMPLES} more" if len(paths) > _EXAMPLES else "")
    yield f"{len(paths)} paths could open each other until the last is cut; those that open most go first: {shown}"


def _ranks(kinds: Mapping[KindId, Kind]) -> Mapping[KindId, int]:
    # Sorted, so that the order is the same in every process: sets of strings are not.
    sorter = TopologicalSorter({name: sorted(kinds[name].after & kinds.keys()) for name in sorted(kinds)})
    try:
        return {name: number for number, name in enumerate(sorter.static_order())}
    except CycleError as error:
        raise ValueError(f"kinds wait for each other: {error.args[1]}") from error


def _levels(kinds: Mapping[KindId, Kind]) -> Mapping[KindId, int]:
    """How many kinds have to be gone before each, along the longest chain of `after`."""
    found: dict[KindId, int] = {}
    for name in _ranks(kinds):
        found[name] = 1 + max((found[before] for before in kinds[name].after if before in found), default=-1)
    return found
