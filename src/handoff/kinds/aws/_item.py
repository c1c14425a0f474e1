"""Things that are themselves a way in: a credential, a link, a rule, a registration. One base for the family.

A kind says how they are listed, read one by one, switched off and on, and deleted. `disable_effect` and `delete_effect` say which steps it has: a
switch (DISABLE, reversible), a deletion (DELETE, not reversible), or both; a thing that no call can end has `manual_effect` instead, and is done by a
person while the tool only checks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from handoff.model import AccessPath, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, KindId, Lag, Reader, Receipt, ScopeType, Writer


class Item(ABC):
    """One thing that is a way in."""

    id: KindId
    title: str
    row: str
    source: str
    scope_type: ScopeType
    phase: int
    lag: Lag
    reads: frozenset[str]
    writes: frozenset[str]
    fences: frozenset[str]
    creates: frozenset[str]
    after: frozenset[KindId] = frozenset()
    blind: str

    @abstractmethod
    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every such thing of the scope, whoever holds it."""

    @abstractmethod
    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Its state as the steps touch it and as `enable` needs it; None = it is not there. No secret."""

    def disable_effect(self, path: AccessPath, /) -> str:
        """What switching off does and how it is undone; empty = there is no switch."""
        return ""

    def delete_effect(self, path: AccessPath, /) -> str:
        """What deleting does and why it cannot be undone; empty = it is not deleted."""
        return ""

    def manual_effect(self, path: AccessPath, /) -> str:
        """Who has to do what by hand, and how the tool then sees it; empty = nothing has to be done by hand."""
        return ""

    def is_off(self, state: Json, /) -> bool:
        """True when the image shows it switched off."""
        return False

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Switch it off; called only while it is on."""
        raise NotImplementedError(f"{self.id} has no switch")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Put back `before`; called only when it was on and is off or not there."""
        raise NotImplementedError(f"{self.id} has no switch")

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete it; not-found is no error."""
        raise NotImplementedError(f"{self.id} is not deleted")

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """What this thing's kind offers, reversible first."""
        offered = (
            Step(verb=Verb.DISABLE, reversible=True, effect=self.disable_effect(path)),
            Step(verb=Verb.DELETE, reversible=False, effect=self.delete_effect(path)),
            Step(verb=Verb.MANUAL, reversible=False, effect=self.manual_effect(path)),
        )
        return tuple(step for step in offered if step.effect)

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Switch off or delete, unless that is so already. What a person has to do is not done here."""
        state = self.image(writer, path)
        if state is None or verb is Verb.MANUAL:
            return
        if verb is Verb.DELETE:
            yield from self.delete(writer, path, before)
        elif not self.is_off(state):
            yield from self.disable(writer, path, before, at)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Switch it on again, if it was on before and is not now."""
        state = self.image(writer, path)
        if not self.is_off(before) and (state is None or self.is_off(state)):
            yield from self.enable(writer, path, before)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By the thing itself, where discover lists. Switched off is GONE only for what has no further step."""
        state = self.image(reader, path)
        if state is None:
            return Verdict.GONE
        if not self.is_off(state):
            return Verdict.ALIVE
        return Verdict.DISABLED if self.delete_effect(path) else Verdict.GONE
