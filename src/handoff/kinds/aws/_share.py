"""Shares: a resource with a list of accounts or principals that may use it. One base for the family; a kind says how members are listed, added and removed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _clues, _people
from handoff.kinds.aws._resource_policy import Held
from handoff.model import AccessPath, Clue, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, KindId, Lag, Reader, Receipt, ScopeType, Writer

EVERYONE = frozenset({"*", "all", "All"})
"""How the services write that a share is public."""


class Share(ABC):
    """One member of one resource's list of those who may use it. Cutting takes the member off the list; undoing puts it back."""

    id: KindId
    title: str
    row: str
    source: str
    scope_type: ScopeType
    phase = 3
    lag: Lag
    reads: frozenset[str]
    writes: frozenset[str]
    fences: frozenset[str]
    creates: frozenset[str]
    after: frozenset[KindId] = frozenset()
    blind: str
    use: str
    """What a member may do, such as `copy and launch`."""
    copies = ""
    """What a member may have kept that no cut calls back; said in the step's effect. Empty: nothing."""

    @abstractmethod
    def holders(self, reader: Reader, /) -> Iterable[Held]:
        """Every resource of the scope that can be shared."""

    @abstractmethod
    def members(self, reader: Reader, held: Held, /) -> Iterable[str]:
        """Account ids, ARNs, organization ARNs, `*` or `all`; nothing when the resource is shared with nobody or is gone."""

    def is_held(self, reader: Reader, held: Held, /) -> bool:
        """False when the resource itself is gone, where `members` would fail on that instead of giving nothing."""
        return True

    @abstractmethod
    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Take one member off the list."""

    @abstractmethod
    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Put one member on the list."""

    def clues(self, reader: Reader, held: Held, member: str, /) -> Iterable[tuple[Clue, str]]:
        """Who the member is."""
        return ((Clue.EVERYONE, member),) if member in EVERYONE else _clues.of_arn(member)

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every member of every such resource of the scope."""
        marks = _people.Marks(reader)
        for held, members in fan.each(lambda held: (held, tuple(dict.fromkeys(self.members(reader, held)))), self.holders(reader)):
            for member in members:
                yield AccessPath(
                    kind=self.id,
                    id=f"{held.id}#{member}",
                    scope=reader.scope,
                    holder=member,
                    allows=f"{self.use} {held.name}",
                    clues=tuple(dict.fromkeys((*self.clues(reader, held, member), *marks.of(member)))),
                    detail={"held": held.id, "name": held.name, "params": held.params, "member": member},
                )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the member off the list."""
        effect = f"{path.holder} is taken off the list of those who may {self.use} {path.detail['name']}; undone by putting it back"
        return (Step(verb=Verb.DISABLE, reversible=True, effect=effect + (f". {self.copies}" if self.copies else "")),)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The member, while it is on the list."""
        return {"member": path.detail["member"]} if self._is_there(reader, path) else None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Remove the member, if it is still there."""
        if self._is_there(writer, path):
            yield self.remove(writer, _held(path), str(path.detail["member"]))

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Add the member, if it is not there."""
        if not self._is_there(writer, path):
            yield self.add(writer, _held(path), str(path.detail["member"]))

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the resource's own list."""
        return Verdict.ALIVE if self._is_there(reader, path) else Verdict.GONE

    def _is_there(self, reader: Reader, path: AccessPath) -> bool:
        held = _held(path)
        return self.is_held(reader, held) and path.detail["member"] in set(self.members(reader, held))


def _held(path: AccessPath) -> Held:
    return Held(id=str(path.detail["held"]), name=str(path.detail["name"]), params=cast("Json", path.detail["params"]))
