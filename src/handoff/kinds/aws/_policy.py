"""Reading and rewriting policy documents, one statement and one principal at a time.

A path of a document is (mark, principal type, principal): the mark is a digest of the statement without its principals, so it survives
the removal of its neighbours, and two paths of one document never see each other's changes.
source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html (read 2026-11-22)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, cast

from handoff.errors import CloudError
from handoff.iam import document as iam
from handoff.iam import match
from handoff.iam.holders import Holder, holders_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json

NOT = "NotPrincipal"
"""Principal type of a statement that allows everyone but those it names; it can only be removed whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One principal of one Allow statement."""

    mark: str
    """Digest of the statement without its principals."""
    type: str
    """`AWS`, `Service`, `Federated`, `CanonicalUser` or `NotPrincipal`."""
    principal: str
    """As the document names it; `*` for everyone."""
    statement: Json
    """The statement with this principal only."""
    denies: tuple[iam.Statement, ...] = field(default=(), compare=False, repr=False)
    """The Denies of the same document, which may bind the holder or shut the opening."""

    @property
    def holder(self) -> Holder:
        """Whom it lets in: what binds the holder, whether it is the public, and whether the document's own Denies refuse it."""
        return holders_of(iam.statement(self.statement, where=f"statement {self.statement.get('Sid') or self.mark}"), self.denies)[0]

    @property
    def suffix(self) -> str:
        """What tells this path from others of the same object."""
        return f"{self.mark}#{self.type}:{self.principal}"

    @property
    def conditions(self) -> Json:
        """The statement's conditions, as written."""
        return cast("Json", self.statement.get("Condition") or {})


def parse(document: object, *, where: str) -> Json:
    """A policy document, as text or as an object. Raises CloudError for anything else: an unread policy is not an empty one."""
    if isinstance(document, str):
        return _parsed(document, where)
    iam.parse(document, where=where)
    return cast("Json", document)


@lru_cache(maxsize=256)
def _parsed(text: str, where: str) -> Json:
    """Many paths stand in one document, and each of them reads it. Nothing here changes a document in place, so they may share it."""
    try:
        parsed = json.loads(text)
    except ValueError as error:
        raise CloudError(f"{where}: the policy is not JSON: {error}") from error
    iam.parse(parsed, where=where)
    return cast("Json", parsed)


def openings(document: Json) -> Iterator[Opening]:
    """Every principal of every Allow statement."""
    seen: set[str] = set()
    denies = tuple(iam.statement(one, where="a Deny") for one in _statements(document) if one.get("Effect") == "Deny")
    for statement in _statements(document):
        if statement.get("Effect") != "Allow":
            continue
        mark, body = _mark(statement), _body(statement)
        for type_, principal in _principals(statement):
            opening = Opening(mark=mark, type=type_, principal=principal, statement=body | _named(statement, type_, principal), denies=denies)
            if opening.suffix not in seen:
                seen.add(opening.suffix)
                yield opening


def find(document: Json, mark: str, type_: str, principal: str) -> list[Json]:
    """The statements by which this principal still has this opening, each reduced to it; empty when it has none."""
    mine = (one for one in _statements(document) if one.get("Effect") == "Allow" and (type_, principal) in _principals(one) and _mark(one) == mark)
    # Two like statements are one opening.
    return [_body(statement) | _named(statement, type_, principal) for statement in islice(mine, 1)]


def without(document: Json, mark: str, type_: str, principal: str) -> Json:
    """The same document less exactly this principal in exactly this statement; a statement that names nobody any more goes."""
    kept: list[Json] = []
    for statement in _statements(document):
        is_mine = statement.get("Effect") == "Allow" and _mark(statement) == mark
        rest: Json | None = _less(statement, type_, principal) if is_mine else statement
        if rest is not None:
            kept.append(rest)
    return {**document, "Statement": kept}


def put_back(document: Json, statements: list[Json], *, drop_sid: str = "", around: object = None, taken: tuple[str, str, str] | None = None) -> Json:
    """The same document with these statements in it again, without the placeholder named by `drop_sid`; what is there already is left alone.

    When nothing but this opening (`taken`) was changed since, the document is again what it was before (`around`), statement by statement.
    """
    if isinstance(around, Mapping) and taken is not None and _is_rest(document, without(around, *taken), drop_sid):
        return around
    kept = [statement for statement in _statements(document) if not drop_sid or statement.get("Sid") != drop_sid]
    current: Json = {**document, "Statement": kept}
    for statement in statements:
        for type_, principal in _principals(statement):
            if not find(current, _mark(statement), type_, principal):
                current = _add(current, statement, type_, principal)
    return current


def frame(around: object) -> Json:
    """What a document says besides its statements: for one that has to be written anew."""
    return {name: value for name, value in around.items() if name != "Statement"} if isinstance(around, Mapping) else {}


def _is_rest(document: Json, rest: Json, drop_sid: str) -> bool:
    kept = [statement for statement in _statements(document) if not drop_sid or statement.get("Sid") != drop_sid]
    # A document that had nothing left was removed, and with it what else it said.
    return kept == _statements(rest) and (not kept or {**document, "Statement": kept} == {**rest, "Statement": kept})


def is_empty(document: Json) -> bool:
    """True when no statement is left."""
    return not _statements(document)


def sids(document: Json) -> set[str]:
    """The statement ids in use."""
    return {str(statement["Sid"]) for statement in _statements(document) if statement.get("Sid")}


def drop(document: Json, sid: str) -> Json:
    """The same document without the statement of this id."""
    return {**document, "Statement": [statement for statement in _statements(document) if statement.get("Sid") != sid]}


def add(document: Json, statement: Json) -> Json:
    """The same document with one more statement."""
    return {**document, "Statement": [*_statements(document), statement]}


def text(document: Json) -> str:
    """The document as the API takes it."""
    return json.dumps(document)


def covers(patterns: object, action: str) -> bool:
    """True when an Action element names this action; names are case-insensitive and `*` and `?` stand for anything."""
    return any(match.action(str(pattern), action) for pattern in listed(patterns))


def listed(value: object) -> list[object]:
    """One or many: policies write a single value without brackets."""
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _statements(document: Json) -> list[Json]:
    return cast("list[Json]", listed(document.get("Statement")))


def _principals(statement: Json) -> Iterator[tuple[str, str]]:
    if NOT in statement:
        yield NOT, json.dumps(statement[NOT], sort_keys=True)
        return
    named = statement.get("Principal")
    if isinstance(named, Mapping):
        for type_, values in named.items():
            for value in listed(values):
                yield str(type_), str(value)
    elif named is not None:
        yield "AWS", str(named)


def _mark(statement: Json) -> str:
    return hashlib.sha256(json.dumps(_body(statement), sort_keys=True).encode()).hexdigest()[:12]


def _body(statement: Json) -> dict[str, object]:
    """A statement without its principals."""
    return {name: value for name, value in statement.items() if name not in {"Principal", NOT}}


def _named(statement: Json, type_: str, principal: str) -> dict[str, object]:
    """One of its principals alone."""
    return {NOT: statement[NOT]} if type_ == NOT else {"Principal": {type_: principal}}


def _less(statement: Json, type_: str, principal: str) -> Json | None:
    pairs = list(_principals(statement))
    if (type_, principal) not in pairs:
        return statement
    rest = [pair for pair in pairs if pair != (type_, principal)]
    return None if not rest else {**statement, "Principal": _grouped(rest)}


def _add(document: Json, statement: Json, type_: str, principal: str) -> Json:
    changed: list[Json] = []
    done = type_ == NOT
    for present in _statements(document):
        if not done and present.get("Effect") == "Allow" and NOT not in present and _mark(present) == _mark(statement):
            changed.append({**present, "Principal": _grouped([*_principals(present), (type_, principal)])})
            done = True
        else:
            changed.append(present)
    if not done or type_ == NOT:
        changed.append(statement)
    return {**document, "Statement": changed}


def _grouped(pairs: list[tuple[str, str]]) -> Json:
    grouped: dict[str, list[str]] = {}
    for type_, principal in pairs:
        grouped.setdefault(type_, []).append(principal)
    return {type_: values[0] if len(values) == 1 else values for type_, values in grouped.items()}
