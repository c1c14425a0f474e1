"""Chains of roles: who stands behind a role or user of the estate that holds a path, any number of hops away, cycles included.

A bucket policy that names a role of the client's own account looks like the client's. If only the provider can become that role, directly or through
other roles, the path is the provider's. If others can too, it stays theirs and says through what the provider reaches it. A circle of roles that
nobody outside can enter keeps itself alive: whoever holds one session can renew it for ever; somebody has to decide on it.

Two passes: `note` every path of the sweep with its own attribution, `close`, then `settle` each. Only the graph is kept, never the paths.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from handoff.engine.attribute import Attribution, Strength
from handoff.model import Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import AccessPath

_NOBODY = frozenset({Party.CLOUD_SERVICE, Party.DELETED})
"""Parties behind which no person stands: a service that runs as a role decides nothing about whose the role is."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One way into a role."""

    holder: str
    party: Party
    is_own_word: bool
    """True when the holder's party stands by itself; False when it only lives in the estate, so that who stands behind it decides."""


@dataclass(slots=True)
class Chains:
    """The graph of who can become which principal of the estate."""

    _into: dict[str, list[_Entry]] = field(default_factory=dict)
    """By role: who may become it."""
    _onward: dict[str, set[str]] = field(default_factory=dict)
    """By principal: the roles that it may become."""
    _people: dict[str, set[Party]] = field(default_factory=dict)
    """By user: the parties of its own credentials."""
    _behind: dict[str, frozenset[Party]] = field(default_factory=dict)
    _first: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By role: the shortest chain of roles by which the provider comes to it, itself last."""

    def note(self, path: AccessPath, attribution: Attribution) -> None:
        """Take one path into the graph."""
        role = path.detail.get("role_arn")
        if isinstance(role, str):
            own = attribution.strength > Strength.ESTATE or attribution.party in {Party.PUBLIC, *_NOBODY}
            self._into.setdefault(role, []).append(_Entry(path.holder, attribution.party, own))
            self._onward.setdefault(path.holder, set()).add(role)
        elif ":user/" in path.holder and path.detail.get("user_name"):
            self._people.setdefault(path.holder, set()).add(attribution.party)

    def close(self) -> None:
        """Work out who stands behind each role: a fixed point, so cycles and any number of hops are no matter."""
        found: dict[str, set[Party]] = {role: set() for role in self._into}
        waiting = deque(self._into)
        while waiting:
            role = waiting.popleft()
            parties = {party for entry in self._into[role] for party in self._of(entry, found)} - _NOBODY
            if parties - found[role]:
                found[role] |= parties
                waiting.extend(onward for onward in self._onward.get(role, ()) if onward in found)
        self._behind = {role: frozenset(parties) for role, parties in found.items()}
        self._first = self._chains()

    def settle(self, path: AccessPath, attribution: Attribution) -> Attribution:
        """The attribution with what stands behind the holder; the same when the holder's party stands by itself."""
        holder = path.holder
        if attribution.strength > Strength.ESTATE or (holder not in self._into and holder not in self._people):
            return attribution
        if holder in self._people:
            return self._by_person(holder, attribution)
        behind, through = self._behind[holder], self._first.get(holder, ())
        if behind == {Party.PROVIDER}:
            why = f"only the provider can become {holder}{_by(through)}"
            return Attribution(party=Party.PROVIDER, why=why, through=through, strength=attribution.strength)
        if Party.PROVIDER in behind:
            return replace(attribution, why=f"{attribution.why}; the provider reaches it too, as {holder}{_by(through)}, until that is cut", through=through)
        if not behind and self._is_circle(holder):
            why = f"{holder} belongs to a closed circle of roles: nobody outside can enter it, and whoever holds a session can renew it for ever"
            return Attribution(party=Party.UNKNOWN, why=why, through=tuple(self._circle(holder)), strength=attribution.strength)
        return attribution

    def reaches(self, role: str) -> tuple[str, ...]:
        """Every further role that can be become from this one, through any number of hops."""
        seen, waiting = {role}, deque([role])
        while waiting:
            for onward in sorted(self._onward.get(waiting.popleft(), ())):
                if onward not in seen:
                    seen.add(onward)
                    waiting.append(onward)
        return tuple(sorted(seen - {role}))

    def _by_person(self, user: str, attribution: Attribution) -> Attribution:
        parties = self._people[user] - _NOBODY
        if attribution.party is not Party.UNKNOWN and attribution.strength is not Strength.ESTATE:
            return attribution
        if parties == {Party.PROVIDER}:
            return Attribution(party=Party.PROVIDER, why=f"user {user} is the provider's, by its own credentials", strength=attribution.strength)
        return attribution

    def _of(self, entry: _Entry, found: dict[str, set[Party]]) -> Iterator[Party]:
        if not entry.is_own_word and entry.holder in found:
            yield from found[entry.holder]
        elif not entry.is_own_word and entry.holder in self._people:
            yield from self._people[entry.holder]
        else:
            yield entry.party

    def _chains(self) -> dict[str, tuple[str, ...]]:
        """Breadth first from the roles that the provider enters directly."""
        first: dict[str, tuple[str, ...]] = {}
        waiting: deque[str] = deque()
        for role in sorted(self._into):
            if any(entry.party is Party.PROVIDER and (entry.is_own_word or entry.holder not in self._into) for entry in self._into[role]):
                first[role] = (role,)
                waiting.append(role)
        while waiting:
            role = waiting.popleft()
            for onward in sorted(self._onward.get(role, ())):
                if onward not in first:
                    first[onward] = (*first[role], onward)
                    waiting.append(onward)
        return first

    def _is_circle(self, role: str) -> bool:
        return role in {onward for start in self._onward.get(role, ()) for onward in (start, *self.reaches(start))}

    def _circle(self, role: str) -> Iterator[str]:
        yield from sorted(one for one in {role, *self.reaches(role)} if role in {one, *self.reaches(one)})


def _by(through: tuple[str, ...]) -> str:
    return f", through {' -> '.join(through[:-1])}" if len(through) > 1 else ""
