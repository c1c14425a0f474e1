"""Conditions of a statement, decided for a context that may be known in part.

A key of a context is known, known to be absent, one of several, or not known. Whether an unlisted key is absent or not known is for who asks:
a request that was made has a whole context; "who could make it" has not, and gets UNKNOWN where the answer hangs on what is not known.
source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html (read 2026-11-22)
source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html (read 2026-11-22)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from handoff.iam._operators import NEGATED, OPERATORS, Truth, Values, negation
from handoff.iam.variables import expand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.iam.document import Condition

__all__ = ["Context", "OneOf", "Operator", "Truth", "all_hold", "holds", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """A key whose single value is one of these; each may hold wildcards, or be a network for an address."""

    patterns: tuple[str, ...]
    may_lack: bool = False
    """True when the key may as well be absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a request. Keys are in lower case; `of` sees to that."""

    known: Mapping[str, tuple[str, ...] | OneOf | None] = field(default_factory=dict)
    """None: the key is absent."""
    is_whole: bool = True
    """True: a key that is not listed is absent. False: it is not known."""

    @classmethod
    def of(cls, known: Mapping[str, str | Iterable[str] | OneOf | None], *, is_whole: bool = True) -> Context:
        """A context from keys in any case, and from single values."""
        return cls(known={key.lower(): _values(value) for key, value in known.items()}, is_whole=is_whole)

    def get(self, key: str) -> tuple[str, ...] | OneOf | Truth | None:
        """What is known of a key; Truth.UNKNOWN when nothing is."""
        return self.known.get(key.lower(), None if self.is_whole else Truth.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator taken apart."""

    name: str
    """In lower case, without prefix and suffix; of a negated operator the plain one: `stringlike` for StringNotLike."""
    is_negated: bool
    if_exists: bool
    for_all: bool
    for_any: bool

    @property
    def passes_absent(self) -> bool:
        """Whether a key that is absent satisfies it: IfExists and ForAllValues always, ForAnyValue never, a negated one of a single value does."""
        return self.if_exists or self.for_all or (self.is_negated and not self.for_any)


@lru_cache(maxsize=1024)
def operator(written: str) -> Operator:
    """Takes an operator apart."""
    name = written.lower()
    prefix = next((one for one in ("forallvalues:", "foranyvalue:") if name.startswith(one)), "")
    name = name.removeprefix(prefix)
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    return Operator(
        name=NEGATED.get(name, name),
        is_negated=name in NEGATED,
        if_exists=if_exists,
        for_all=prefix == "forallvalues:",
        for_any=prefix == "foranyvalue:",
    )


def all_hold(conditions: Iterable[Condition], context: Context, *, has_variables: bool = True) -> Truth:
    """All conditions of a statement together."""
    answer = Truth.TRUE
    for condition in conditions:
        found = holds(condition, context, has_variables=has_variables)
        if found is Truth.FALSE:
            return found
        if found is Truth.UNKNOWN:
            answer = found
    return answer


def holds(condition: Condition, context: Context, *, has_variables: bool = True) -> Truth:
    """One condition. An operator that is not known gives UNKNOWN: AWS may know it."""
    op = operator(condition.operator)
    value = context.get(condition.key)
    if op.name == "null":
        return _null(condition.values, value)
    if op.name not in OPERATORS:
        return Truth.UNKNOWN
    absent = Truth.TRUE if op.passes_absent else Truth.FALSE
    if value is None or value == ():
        return absent
    wanted, is_sure = _wanted(op, condition.values, context, has_variables=has_variables)
    if isinstance(value, Truth):
        return absent if absent is Truth.TRUE and _passes_any(op, wanted) and is_sure else Truth.UNKNOWN
    found = _compare(op, wanted, value)
    if isinstance(value, OneOf) and value.may_lack and found is not absent:
        found = Truth.UNKNOWN
    return found if is_sure or found is (Truth.FALSE if op.is_negated else Truth.TRUE) else Truth.UNKNOWN


def _compare(op: Operator, wanted: Values, value: tuple[str, ...] | OneOf) -> Truth:
    compare = OPERATORS[op.name]
    is_pattern = isinstance(value, OneOf)
    each = [compare(one, wanted, is_pattern) for one in (value.patterns if isinstance(value, OneOf) else value)]
    if op.is_negated:
        each = [negation(one) for one in each]
    if isinstance(value, OneOf):
        return each[0] if len(set(each)) == 1 else Truth.UNKNOWN
    # Without a set operator several values are compared like one that has any of them, or for a negated operator like one that has none.
    wants_all = op.for_all or (op.is_negated and not op.for_any)
    decided = Truth.FALSE if wants_all else Truth.TRUE
    if decided in each:
        return decided
    return Truth.UNKNOWN if Truth.UNKNOWN in each else (Truth.TRUE if wants_all else Truth.FALSE)


def _passes_any(op: Operator, wanted: Values) -> bool:
    """Whether any value at all satisfies it, so that nothing need be known; a bare star does, for text and for ARNs."""
    return not op.is_negated and op.name in {"stringlike", "arnlike", "arnequals"} and "*" in wanted


def _wanted(op: Operator, values: Values, context: Context, *, has_variables: bool) -> tuple[Values, bool]:
    # source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-wheretouse (read 2026-11-22)
    if not has_variables or not op.name.startswith(("string", "arn")) or not any("${" in value for value in values):
        return values, True
    found: list[str] = []
    is_sure = True
    for value in values:
        text = expand(value, context.get, as_pattern=op.name not in {"stringequals", "stringequalsignorecase"})
        if isinstance(text, Truth):
            is_sure = False
        elif text is not None:
            found.append(text)
    return tuple(found), is_sure


def _null(values: Values, value: tuple[str, ...] | OneOf | Truth | None) -> Truth:
    wants = {one.lower() == "true" for one in values}
    if wants == {True, False}:
        return Truth.TRUE
    if isinstance(value, Truth) or (isinstance(value, OneOf) and value.may_lack):
        return Truth.UNKNOWN
    return Truth.TRUE if (value is None) in wants else Truth.FALSE


def _values(value: str | Iterable[str] | OneOf | None) -> tuple[str, ...] | OneOf | None:
    if value is None or isinstance(value, OneOf):
        return value
    return (value,) if isinstance(value, str) else tuple(value)
