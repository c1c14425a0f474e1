"""Policy documents as values.

Tolerant where AWS is (a single value without brackets, a number or a truth value for text), strict everywhere else: what cannot be read whole
is an error, for an unread statement is not an absent one.
source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html (read 2026-11-22)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from handoff.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Effect(StrEnum):
    """What a statement does when it applies."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A principal as a policy names it."""

    type: str
    """`AWS`, `Service`, `Federated` or `CanonicalUser`; `"Principal": "*"` is `AWS`, as AWS says."""
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One key of one operator. Several values are alternatives; several conditions of a statement must all hold."""

    operator: str
    """As written."""
    key: str
    """As written; keys are compared in lower case."""
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement. None says that the element is not there; never both of a pair are."""

    effect: Effect
    sid: str = ""
    principals: tuple[Named, ...] | None = None
    not_principals: tuple[Named, ...] | None = None
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    has_variables: bool = True
    """False for documents of version 2008-10-17, in which `${...}` is plain text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A policy."""

    version: str = "2012-10-17"
    statements: tuple[Statement, ...] = ()


# Without a Version element AWS takes the old one.
# source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html (read 2026-11-22)
_OLD = "2008-10-17"
_ELEMENTS = frozenset({"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"})


def parse(document: object, *, where: str) -> Document:
    """A policy from text or from an object. Raises CloudError, which says where, for anything that is no policy."""
    try:
        parsed = json.loads(document) if isinstance(document, str | bytes) else document
    except ValueError as error:
        raise CloudError(f"{where}: the policy is not JSON: {error}") from error
    if not isinstance(parsed, Mapping):
        raise CloudError(f"{where}: the policy is not a policy document")
    version = str(parsed.get("Version") or _OLD)
    found = parsed.get("Statement")
    many = found if isinstance(found, list | tuple) else [] if found is None else [found]
    return Document(version=version, statements=tuple(_statement(one, f"{where}, statement {at}", version) for at, one in enumerate(many, 1)))


def statement(found: object, *, where: str, version: str = "2012-10-17") -> Statement:
    """One statement on its own."""
    return _statement(found, where, version)


def condition_of(block: object, *, where: str) -> tuple[Condition, ...]:
    """A Condition element on its own; none gives no condition."""
    return tuple(_conditions(block, where))


def _statement(found: object, where: str, version: str) -> Statement:
    if not isinstance(found, Mapping):
        raise CloudError(f"{where}: not an object, so this is not a policy document")
    if found.get("Effect") not in {"Allow", "Deny"}:
        raise CloudError(f"{where}: Effect is {found.get('Effect')!r}, not Allow or Deny")
    if strange := sorted(str(name) for name in found if name not in _ELEMENTS):
        raise CloudError(f"{where}: {strange[0]} is no element of a statement")
    for name in ("Principal", "Action", "Resource"):
        if name in found and f"Not{name}" in found:
            raise CloudError(f"{where}: {name} and Not{name} exclude each other")
    if "Action" not in found and "NotAction" not in found:
        raise CloudError(f"{where}: neither Action nor NotAction")
    return Statement(
        effect=Effect(found["Effect"]),
        sid=str(found.get("Sid") or ""),
        principals=_principals(found, "Principal", where),
        not_principals=_principals(found, "NotPrincipal", where),
        actions=_texts(found, "Action", where),
        not_actions=_texts(found, "NotAction", where),
        resources=_texts(found, "Resource", where),
        not_resources=_texts(found, "NotResource", where),
        conditions=tuple(_conditions(found.get("Condition"), where)),
        has_variables=version != _OLD,
    )


def _principals(found: Mapping[str, object], name: str, where: str) -> tuple[Named, ...] | None:
    if name not in found:
        return None
    value = found[name]
    if isinstance(value, str):
        return (Named(type="AWS", value=value),)
    if not isinstance(value, Mapping):
        raise CloudError(f"{where}: {name} is neither a text nor an object")
    return tuple(Named(type=str(type_), value=one) for type_, values in value.items() for one in _many(values, f"{where}: {name}"))


def _texts(found: Mapping[str, object], name: str, where: str) -> tuple[str, ...] | None:
    return tuple(_many(found[name], f"{where}: {name}")) if name in found else None


def _conditions(block: object, where: str) -> Iterator[Condition]:
    if block is None:
        return
    if not isinstance(block, Mapping):
        raise CloudError(f"{where}: Condition is not an object")
    for operator, pairs in block.items():
        if not isinstance(pairs, Mapping):
            raise CloudError(f"{where}: {operator} of Condition is not an object")
        for key, values in pairs.items():
            yield Condition(operator=str(operator), key=str(key), values=tuple(_many(values, f"{where}: {key} of {operator}")))


def _many(value: object, where: str) -> Iterator[str]:
    for one in value if isinstance(value, list | tuple) else (value,):
        if isinstance(one, bool):
            yield "true" if one else "false"
        elif isinstance(one, str | int | float):
            yield str(one)
        else:
            raise CloudError(f"{where} holds {type(one).__name__}, not text")
