"""Whom a statement lets in: its principals, narrowed by the conditions that bind a holder and by the Denies beside it.

A condition binds when a request without its key fails it and when nobody else can give the key such a value. What binds nobody leaves `"*"` open
to everyone, and that is said: a transport, a tag that callers set themselves, a negated comparison, an operator that passes when the key is absent.
source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (read 2026-11-22)
source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status (read 2026-11-22)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handoff.iam import _deny
from handoff.iam._bindings import Bound, Fact, demands, facts_of, issuer_binds, issuer_of
from handoff.iam.document import Document, Effect, Named, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.iam.document import Condition

__all__ = ["Bound", "Fact", "Holder", "demanded", "holders", "holders_of", "issuer_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom one principal of one Allow statement lets in."""

    named: Named
    """As the statement names it. For NotPrincipal `*`: see `but`."""
    but: tuple[Named, ...] = ()
    """Those whom a NotPrincipal leaves out."""
    facts: tuple[Fact, ...] = ()
    """What binds the holder. Facts of one key are alternatives; those of different keys hold together."""
    is_public: bool = False
    """Nobody is bound: anyone on the internet, or anyone with an AWS account or an account at the token's issuer, may be the holder."""
    why: str = ""
    """Why it is public or shut, or on whose behalf a service may come; empty for a plain holder."""
    shut: tuple[Statement, ...] = ()
    """The Denies that refuse this holder everything that the statement allows; the statement itself when it asks for what cannot be."""


def holders(document: Document) -> tuple[tuple[Statement, tuple[Holder, ...]], ...]:
    """Every Allow statement of a document with its holders."""
    denies = tuple(one for one in document.statements if one.effect is Effect.DENY)
    return tuple((one, holders_of(one, denies)) for one in document.statements if one.effect is Effect.ALLOW)


def holders_of(statement: Statement, denies: Iterable[Statement] = ()) -> tuple[Holder, ...]:
    """The holders of one statement. A Deny has none: it never counts as access."""
    if statement.effect is Effect.DENY:
        return ()
    beside = tuple(denies)
    if statement.not_principals is not None:
        return (_holder(statement, Named(type="AWS", value="*"), beside),)
    return tuple(_holder(statement, named, beside) for named in statement.principals or ())


def demanded(conditions: Iterable[Condition], *keys: str) -> Iterator[str]:
    """The values that the conditions demand of one of these keys (lower case); where a bare `*` will do, nothing is demanded."""
    for condition in conditions:
        if condition.key.lower() in keys and "*" not in condition.values and demands(condition):
            yield from condition.values


def _holder(statement: Statement, named: Named, denies: tuple[Statement, ...]) -> Holder:
    but = statement.not_principals or ()
    # A Deny of everybody for whom a key is not X says the same as an Allow that demands X. Whose a named principal is does not hang on it.
    beside = denies if named.value == "*" else ()
    asked = (*statement.conditions, *(one for deny in beside for one in _deny.demands(deny, statement)))
    facts = tuple(dict.fromkeys(facts_of(named, asked)))
    exempt = () if named.value != "*" or any(one.binds for one in facts) else _deny.exempt(denies, statement)
    facts += tuple(one for left in exempt for one in facts_of(left, (), by="Deny NotPrincipal"))
    shut = _deny.shutting(statement, named, denies)
    holder = Holder(named=named, but=but, facts=facts, shut=shut)
    if shut:
        return replace(holder, why=_said(shut, statement))
    is_public = _is_public(named, facts, is_open=not exempt)
    return replace(holder, is_public=is_public, why=_why(named, but, facts, is_public=is_public))


def _is_public(named: Named, facts: tuple[Fact, ...], *, is_open: bool) -> bool:
    if named.type == "Federated" and named.value != "*":
        return not issuer_binds(named.value, facts)
    return named.value == "*" and is_open and not any(one.binds for one in facts)


def _why(named: Named, but: tuple[Named, ...], facts: tuple[Fact, ...], *, is_public: bool) -> str:
    if named.type == "Service" and not any(one.binds and one.what is not Bound.SERVICE for one in facts):
        return f"{named.value} on anyone's behalf: no condition names the account or the resource that it comes from"
    if not is_public:
        return ""
    weak = ", ".join(sorted({one.key for one in facts if not one.binds}))
    given = f"; {weak} binds nobody" if weak else ""
    if named.type == "Federated":
        return f"anyone who has an account at {issuer_of(named.value)}{given}"
    return (f"anyone but {', '.join(one.value for one in but)}" if but else "anyone") + given


def _said(shut: tuple[Statement, ...], statement: Statement) -> str:
    if shut[0].effect is Effect.ALLOW:
        return "the statement's conditions and its principal exclude each other"
    names = ", ".join(one.sid or "without a Sid" for one in shut)
    return f"refused by {'a Deny' if len(shut) == 1 else 'Denies'} of the same document ({names})"
