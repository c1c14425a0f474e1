"""Wildcards, ARNs and principals: whether a pattern matches a value, holds all of another pattern, or meets it.

Compiled once per pattern and kept: one sweep asks tens of thousands of times, with the same few hundred patterns.
source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards (read 2026-11-22)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.iam.document import Named

QUOTE = "\0"
"""Before `*` or `?` it makes them plain text: what a policy variable puts into a pattern is never a wildcard."""

_ANY, _ONE = "\1", "\2"
_ACCOUNT = re.compile(r"\d{12}")
# source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids (read 2026-11-22)
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_ROOT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root")
_ROLE = re.compile(r"arn:([a-z-]+):iam::(\d{12}):role/(?:.*/)?([^/]+)")
_SESSION = re.compile(r"arn:([a-z-]+):sts::(\d{12}):assumed-role/([^/]+)/(.+)")


def like(pattern: str, value: str) -> bool:
    """Case counts; `*` is any text and `?` any one character."""
    return pattern == "*" or _matcher(pattern)(value)


@lru_cache(maxsize=1 << 17)
def action(pattern: str, name: str) -> bool:
    """Actions are compared without regard to case."""
    return pattern == "*" or _matcher(pattern.lower())(name.lower())


def arn(pattern: str, value: str) -> bool:
    """As ArnLike and ArnEquals do: each of the six parts on its own. A pattern of fewer parts that ends in `*` reaches over the rest."""
    return pattern == "*" or _arn_matcher(pattern)(value)


@lru_cache(maxsize=1 << 16)
def covers(wide: str, narrow: str) -> bool:
    """True only when `wide` surely matches everything that `narrow` matches; both may hold wildcards."""
    return _covers(_tokens(wide), _tokens(narrow))


@lru_cache(maxsize=1 << 16)
def meet(one: str, other: str) -> bool:
    """Whether some text matches both patterns."""
    left, right = _tokens(one), _tokens(other)
    if not (_has_wildcard(left) or _has_wildcard(right)):
        return left == right
    return _ends_agree(left, right) and _meet(left, right)


@lru_cache(maxsize=1 << 16)
def arn_covers(wide: str, narrow: str) -> bool:
    """`covers` for ARNs, part by part."""
    parts = _pairs(wide, narrow)
    return all(covers(one, other) for one, other in parts) if parts else wide.endswith("*") and covers(wide, narrow)


@lru_cache(maxsize=1 << 16)
def arn_meet(one: str, other: str) -> bool:
    """`meet` for ARNs, part by part."""
    parts = _pairs(one, other)
    return all(meet(left, right) for left, right in parts) if parts else meet(one, other)


def has_wildcard(pattern: str) -> bool:
    """Whether the pattern matches more than one text."""
    return _has_wildcard(_tokens(pattern))


def quoted(value: str) -> str:
    """A pattern that matches exactly this text."""
    return value.replace("*", f"{QUOTE}*").replace("?", f"{QUOTE}?")


@lru_cache(maxsize=1 << 14)
def account_of(value: str) -> str:
    """The account that an ARN, or a bare account id, names; empty when it names none."""
    if _ACCOUNT.fullmatch(value):
        return value
    parts = value.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" and _ACCOUNT.fullmatch(parts[4]) else ""


def is_account(value: str) -> bool:
    """Whether this names a whole account: its id, or the ARN of its root."""
    return bool(_ACCOUNT.fullmatch(value) or _ROOT.fullmatch(value))


def is_unique_id(value: str) -> bool:
    """Whether this is the id of a user or role (`AIDA...`, `AROA...`)."""
    return _UNIQUE_ID.fullmatch(value) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who makes a request. Nothing set: an anonymous one."""

    arn: str = ""
    """Of the user, the root, or the session (`arn:aws:sts::...:assumed-role/NAME/SESSION`)."""
    unique_id: str = ""
    """`AIDA...`, `AROA...`; without the session's name."""
    canonical_id: str = ""
    service: str = ""
    """`lambda.amazonaws.com`, when a service calls for itself."""
    federated: str = ""
    """The provider as a trust names it, when the request carries a token of it instead of a signature."""

    @property
    def account(self) -> str:
        """The caller's account; empty for anonymous callers, services and tokens."""
        return account_of(self.arn)

    @property
    def is_root(self) -> bool:
        """Whether it is the account's root user."""
        return _ROOT.fullmatch(self.arn) is not None

    @property
    def principal_arn(self) -> str:
        """`aws:PrincipalArn`: a session's is its role's. A role's path is not in its session's ARN, and so not here."""
        session = _SESSION.fullmatch(self.arn)
        return f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else self.arn


class Naming(IntEnum):
    """How closely a principal element names a caller; a closer one says more."""

    NOT = 0
    ACCOUNT = 1  # hands the decision to the account
    EVERYONE = 2
    ROLE = 3
    ITSELF = 4  # the user, the session, the service


def naming(named: Named, caller: Caller) -> Naming:
    """How a policy's principal names this caller. A wildcard inside a name is none: AWS takes `*` only alone.

    source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html (read 2026-11-22)
    """
    match named.type:
        case "AWS":
            return _aws(named.value, caller)
        case "Service":
            found = bool(caller.service) and named.value.lower() == caller.service.lower()
        case "Federated":
            found = bool(caller.federated) and named.value == caller.federated
        case "CanonicalUser":
            found = bool(caller.canonical_id) and named.value == caller.canonical_id
        case _:
            found = False
    return Naming.ITSELF if found or named.value == "*" else Naming.NOT


def _aws(value: str, caller: Caller) -> Naming:
    if value == "*":
        return Naming.EVERYONE
    if value == caller.arn != "" and not caller.is_root:
        return Naming.ITSELF
    if is_account(value):
        return Naming.ACCOUNT if caller.account == account_of(value) != "" else Naming.NOT
    session = _SESSION.fullmatch(caller.arn)
    if value == caller.unique_id != "":
        return Naming.ROLE if session else Naming.ITSELF
    role = _ROLE.fullmatch(value) if session else None
    return Naming.ROLE if session and role and role.groups() == session.groups()[:3] else Naming.NOT


def _tokens(pattern: str) -> str:
    if "*" not in pattern and "?" not in pattern:
        return pattern
    if QUOTE not in pattern:
        return pattern.replace("*", _ANY).replace("?", _ONE)
    return re.sub(r"\0?[*?]", lambda found: found[0][1:] if found[0][0] == QUOTE else (_ANY if found[0] == "*" else _ONE), pattern)


def _has_wildcard(tokens: str) -> bool:
    return _ANY in tokens or _ONE in tokens


@lru_cache(maxsize=1 << 16)
def _matcher(pattern: str) -> Callable[[str], bool]:
    tokens = _tokens(pattern)
    if not _has_wildcard(tokens):
        return tokens.__eq__
    if tokens == _ANY:
        return lambda value: True
    if tokens.endswith(_ANY) and not _has_wildcard(tokens[:-1]):
        begin = tokens[:-1]
        return lambda value: value.startswith(begin)
    # Each part between two stars is taken where it first fits and never tried again, so that no pattern takes long.
    first, *rest = (re.escape(part).replace(re.escape(_ONE), ".") for part in tokens.split(_ANY))
    middle = "".join(f"(?>.*?{part})" for part in rest[:-1] if part)
    found = re.compile(first + middle + (f".*{rest[-1]}" if rest else ""), re.DOTALL)
    return lambda value: found.fullmatch(value) is not None


@lru_cache(maxsize=1 << 16)
def _arn_matcher(pattern: str) -> Callable[[str], bool]:
    parts = pattern.split(":", 5)
    if len(parts) < 6:
        return _matcher(pattern) if pattern.endswith("*") else lambda value: False
    matchers = [_matcher(part) for part in parts]

    def matches(value: str) -> bool:
        given = value.split(":", 5)
        return len(given) == 6 and all(matcher(part) for matcher, part in zip(matchers, given, strict=True))

    return matches


def _pairs(one: str, other: str) -> list[tuple[str, str]]:
    left, right = one.split(":", 5), other.split(":", 5)
    return list(zip(left, right, strict=True)) if len(left) == len(right) == 6 else []


def _covers(wide: str, narrow: str) -> bool:
    """As a match of `wide` on the text of `narrow`, in which only a star may swallow a star, and a question mark or a star a question mark."""
    at = spot = 0
    back = kept = -1
    while spot < len(narrow):
        if at < len(wide) and wide[at] == _ANY:
            back, kept, at = at, spot, at + 1
        elif at < len(wide) and narrow[spot] != _ANY and wide[at] in (narrow[spot], _ONE):
            at, spot = at + 1, spot + 1
        elif back >= 0:
            kept += 1
            at, spot = back + 1, kept
        else:
            return False
    return all(token == _ANY for token in wide[at:])


def _ends_agree(left: str, right: str) -> bool:
    for one, other in ((left, right), (left[::-1], right[::-1])):
        for a, b in zip(one, other, strict=False):
            if _ANY in (a, b):
                break
            if a != b and _ONE not in (a, b):
                return False
    return True


def _meet(left: str, right: str) -> bool:
    row = [True] + [False] * len(right)
    for at, token in enumerate(right):
        row[at + 1] = row[at] and token == _ANY
    for one in left:
        before, row = row, [row[0] and one == _ANY] + [False] * len(right)
        for at, other in enumerate(right):
            if one == _ANY:
                row[at + 1] = before[at + 1] or row[at]
            elif other == _ANY:
                row[at + 1] = row[at] or before[at + 1]
            else:
                row[at + 1] = before[at] and (one == other or _ONE in (one, other))
            if one == _ANY == other:
                row[at + 1] = row[at + 1] or before[at]
    return row[-1]
