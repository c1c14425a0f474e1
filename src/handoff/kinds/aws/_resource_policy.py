"""Resource policies: the documents by which a resource itself lets people in. One base for the family; a kind says how its documents are listed, read and written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _clues, _people, _policy
from handoff.model import AROUND, AccessPath, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, KindId, Lag, Reader, Receipt, ScopeType, Writer

NEW: Json = {"Version": "2012-10-17", "Statement": []}
KEEPER = "HandoffOwnAccountOnly"
"""Sid of the statement that holds the place of a policy which can be replaced but not removed, or whose removal would open the resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One resource that can have a policy."""

    id: str
    """ARN, or what else names it and is never used again."""
    name: str
    """For people."""
    params: Json = field(default_factory=dict)
    """What names it in the calls of its kind; kept in the path's detail, so JSON and never a secret."""


class ResourcePolicy(ABC):
    """One principal of one Allow statement of one resource's policy.

    Cutting takes that principal out of that statement and leaves the rest of the document as it means; a document that says nothing any more is
    removed. Undoing puts the principal back. The services evaluate these policies at each request, so no session outlives the cut.
    """

    id: KindId
    title: str
    row = "A19"
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

    @abstractmethod
    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every resource of the scope that can have such a policy."""

    @abstractmethod
    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The document, as text or mapping, or None when the resource has none or is gone."""

    @abstractmethod
    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """Replace the document."""

    @abstractmethod
    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """Remove the document; one that is not there is no error (`missing_ok`)."""

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every principal of every Allow statement of every such resource of the scope."""
        marks = _people.Marks(reader)
        for held, document in fan.each(lambda held: (held, self._document(reader, held)), self.holders(reader)):
            for opening in _policy.openings(document or {}):
                yield self._path(reader, held, opening, marks)

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take this principal out of this statement."""
        effect = f"{path.holder} is taken out of one statement of the policy of {path.detail['name']}, the rest stays; undone by putting it back"
        return (Step(verb=Verb.DISABLE, reversible=True, effect=effect),)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The principal's share of the policy, and nothing else of it."""
        document = self._document(reader, held_of(path))
        statements = _policy.find(document or {}, *_key(path))
        return {"version": (document or {}).get("Version"), "statements": statements, AROUND: document} if statements else None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Re-read, take out, write."""
        held = held_of(path)
        document = self._document(writer, held)
        if document is None or not _policy.find(document, *_key(path)):
            return
        rest = _policy.without(document, *_key(path))
        yield self.drop_policy(writer, held) if _policy.is_empty(rest) else self.write_policy(writer, held, _policy.text(rest))

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put the principal back where it was."""
        document = self._document(writer, held_of(path))
        base = document if document is not None else {**NEW, "Version": before.get("version") or NEW["Version"], **_policy.frame(before.get(AROUND))}
        wanted = _policy.put_back(base, cast("list[Json]", before["statements"]), drop_sid=KEEPER, around=before.get(AROUND), taken=_key(path))
        if wanted != document:
            yield self.write_policy(writer, held_of(path), _policy.text(wanted))

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """The policy itself is the right; the services have one call that shows it."""
        document = self._document(reader, held_of(path))
        return Verdict.ALIVE if _policy.find(document or {}, *_key(path)) else Verdict.GONE

    def _document(self, reader: Reader, held: Held) -> Json | None:
        found = self.read_policy(reader, held)
        return None if found is None or found == "" else _policy.parse(found, where=held.id)

    def _path(self, reader: Reader, held: Held, opening: _policy.Opening, marks: _people.Marks) -> AccessPath:
        listed = ", ".join(str(action) for action in _policy.listed(opening.statement.get("Action"))) or "everything but what NotAction names"
        return AccessPath(
            kind=self.id,
            id=f"{held.id}#{opening.suffix}",
            scope=reader.scope,
            holder=opening.principal if opening.type != _policy.NOT else f"anyone but {opening.principal}",
            allows=f"{listed} on {held.name}",
            clues=(*_clues.of_opening(opening), *marks.of(opening.principal)),
            detail={
                "held": held.id,
                "name": held.name,
                "params": held.params,
                "mark": opening.mark,
                "principal_type": opening.type,
                "principal": opening.principal,
                "sid": opening.statement.get("Sid"),
                "conditions": opening.conditions,
                "expires": _clues.expires(opening.conditions),
            },
            mints=self._mints(opening.statement),
        )

    def _mints(self, statement: Json) -> tuple[str, ...]:
        """What of the kind's own openings the statement allows: whoever may write the policy can let in anybody."""
        own = sorted(self.fences)
        if "NotAction" in statement:
            return tuple(action for action in own if not _policy.covers(statement["NotAction"], action))
        return tuple(action for action in own if _policy.covers(statement.get("Action"), action))


def keeper(reader: Reader, action: object, resource: str = "") -> str:
    """A policy that lets in nobody but those whom the account's own IAM policies let in anyway."""
    statement = {"Sid": KEEPER, "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{reader.scope.id}:root"}, "Action": action}
    return _policy.text({**NEW, "Statement": [statement | ({"Resource": resource} if resource else {})]})


def held_of(path: AccessPath) -> Held:
    """The resource of a path that was found earlier."""
    return Held(id=str(path.detail["held"]), name=str(path.detail["name"]), params=cast("Json", path.detail["params"]))


def _key(path: AccessPath) -> tuple[str, str, str]:
    return str(path.detail["mark"]), str(path.detail["principal_type"]), str(path.detail["principal"])
