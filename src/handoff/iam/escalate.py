"""By which means a principal can mint new access, from what it is allowed.

`Grants` answers "may it do this on something like that" for whole policies: an Allow counts when some request could fulfil it, a Deny only when
it surely hits everything asked about. Whatever it says no to is impossible; what it says yes to may still fail for a condition on the request.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from handoff.iam import match
from handoff.iam._methods import METHODS, SHARING, Gives, Means
from handoff.iam._operators import Truth
from handoff.iam.conditions import Context, all_hold
from handoff.iam.document import Document, Effect, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ALL", "Gives", "Grants", "Means", "means", "of_actions", "operations"]

ALL: tuple[Means, ...] = METHODS + SHARING
"""Every known way."""

_BITS = {action: 1 << at for at, action in enumerate(sorted({action for one in ALL for action in one.actions}))}
_NEEDS = tuple(sum(_BITS[action] for action in one.actions) for one in ALL)
_IN_RESOURCE_POLICIES = frozenset(one.id for one in SHARING) | {"lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "sts:AssumeRole"}


def means(allowed: Callable[[str, str], bool]) -> tuple[Means, ...]:
    """The ways open to somebody of whom `allowed(action, resource pattern)` tells what it may do. The pattern is for the first action, the others are asked for `*`."""
    if isinstance(allowed, Grants):
        reach = allowed.reach
        ways = ((one, need) for one, need in zip(ALL, _NEEDS, strict=True) if need & reach == need)
        return tuple(one for one, need in ways if need & allowed.free == need or _is_open(one, allowed))
    return tuple(one for one in ALL if _is_open(one, allowed))


def of_actions(actions: Iterable[str] | None, not_actions: Iterable[str] | None = None) -> tuple[Means, ...]:
    """The ways that the Action or NotAction of a resource policy's statement opens on that resource."""
    reach = _reach(tuple(actions or ()), None if not_actions is None else tuple(not_actions))
    return tuple(one for one, need in zip(ALL, _NEEDS, strict=True) if one.id in _IN_RESOURCE_POLICIES and need & reach == need)


def operations(found: Iterable[Means]) -> tuple[str, ...]:
    """The actions of these ways, each once, as `AccessPath.mints` takes them."""
    return tuple(sorted({action for one in found for action in one.actions}))


class Grants:
    """What a principal's policies allow it, for questions about patterns of resources."""

    def __init__(
        self,
        identity: Iterable[Document],
        *,
        boundary: Iterable[Document] | None = None,
        scps: Iterable[Iterable[Document]] = (),
        context: Context | None = None,
    ) -> None:
        levels = [tuple(identity), *(tuple(one) for one in scps), *((tuple(boundary),) if boundary is not None else ())]
        self._context = context or Context(is_whole=False)
        self._allows = [[_Right(one) for document in level for one in document.statements if self._may(one)] for level in levels]
        self._denies = [_Right(one) for level in levels for document in level for one in document.statements if self._must(one)]
        self._answers: dict[tuple[str, str], bool] = {}
        self.reach = -1
        """The known actions that may be allowed on something, as bits."""
        self.free = ~_joined(self._denies)
        """Those that are allowed on everything and that no Deny is about."""
        for level in self._allows:
            self.reach &= _joined(level)
            self.free &= _joined(one for one in level if one.statement.resources is not None and "*" in one.statement.resources)

    def __call__(self, action: str, resource: str = "*") -> bool:
        """Whether it may do this to something that the pattern matches."""
        known = self._answers.get((action, resource))
        if known is None:
            known = self._answers[action, resource] = self._answer(action, resource)
        return known

    def _answer(self, action: str, resource: str) -> bool:
        denies = [one.statement for one in self._denies if one.acts(action)]
        if any(_is_all(one, resource) for one in denies):
            return False
        return all(any(one.acts(action) and _leaves(one.statement, resource, denies) for one in level) for level in self._allows)

    def _may(self, statement: Statement) -> bool:
        return statement.effect is Effect.ALLOW and self._truth(statement) is not Truth.FALSE

    def _must(self, statement: Statement) -> bool:
        return statement.effect is Effect.DENY and self._truth(statement) is Truth.TRUE

    def _truth(self, statement: Statement) -> Truth:
        return all_hold(statement.conditions, self._context, has_variables=statement.has_variables) if statement.conditions else Truth.TRUE


class _Right:
    """A statement, and which of the known actions it is about."""

    __slots__ = ("reach", "statement")

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.reach = _reach(statement.actions or (), statement.not_actions)

    def acts(self, action: str) -> bool:
        bit = _BITS.get(action)
        if bit is not None:
            return self.reach & bit != 0
        if self.statement.actions is not None:
            return any(match.action(one, action) for one in self.statement.actions)
        return not any(match.action(one, action) for one in self.statement.not_actions or ())


def _is_open(one: Means, allowed: Callable[[str, str], bool]) -> bool:
    first, *others = one.actions
    return allowed(first, one.resource) and all(allowed(action, "*") for action in others)


def _joined(rights: Iterable[_Right]) -> int:
    found = 0
    for one in rights:
        found |= one.reach
    return found


@lru_cache(maxsize=1 << 14)
def _reach(actions: tuple[str, ...], not_actions: tuple[str, ...] | None) -> int:
    found = 0
    for pattern in actions if not_actions is None else not_actions:
        found |= _bits(pattern.lower())
    return found if not_actions is None else ~found


@lru_cache(maxsize=1 << 16)
def _bits(pattern: str) -> int:
    return sum(bit for action, bit in _BITS.items() if match.action(pattern, action))


def _leaves(allow: Statement, resource: str, denies: list[Statement]) -> bool:
    """Whether an Allow is about something that the pattern matches and that no Deny takes whole."""
    if allow.resources is None:
        return allow.not_resources is None or not any(_plainly_covers(one, resource) for one in allow.not_resources)
    return any((one == "*" or match.arn_meet(_open(one), resource)) and not any(_is_all(deny, one) for deny in denies) for one in allow.resources)


def _is_all(deny: Statement, resource: str) -> bool:
    """Whether a Deny is about everything that the pattern matches."""
    if deny.resources is not None:
        return any(_plainly_covers(one, resource) for one in deny.resources)
    return deny.not_resources is None or not any(match.arn_meet(_open(one), resource) for one in deny.not_resources)


def _plainly_covers(pattern: str, resource: str) -> bool:
    # What a policy variable stands for is not known here, so such a pattern surely holds nothing.
    return pattern == "*" or ("${" not in pattern and match.covers(pattern, resource))


def _open(pattern: str) -> str:
    """The pattern with a star for each variable: what it might match."""
    if "${" not in pattern:
        return pattern
    head, *tails = pattern.split("${")
    return head + "".join(f"*{tail.partition('}')[2]}" for tail in tails)
