"""The operator's own ways in: everything that feeds the identity the run works as.

Cutting one of them would end the run half-way, so they are left to the last step, which the client runs. On AWS a way in is the operator's own when
its holder is the operator; when it is about the operator's user or role (a key, a trust, a policy, a group, an instance profile): ending
one trust of a role ends every session of that role; and when it feeds what is own in turn (the role, user or federation that a trust of the
operator's role lets in). Which of several trusts the operator came in by, no call tells: all of them are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.model import Clue

if TYPE_CHECKING:
    from handoff.model import AccessPath

_NAMING = frozenset({Clue.AWS_ARN, Clue.PRINCIPAL, Clue.ENTRA_OBJECT, Clue.GCP_MEMBER})
_SESSION = re.compile(r"arn:([a-z-]+):sts::(\d{12}):assumed-role/([^/]+)/.*")
_IDENTITY = re.compile(r"arn:([a-z-]+):iam::(\d{12}):(user|role)/(?:.*/)?([^/]+)")
_FEEDER = re.compile(r"arn:[a-z-]+:iam::\d{12}:(saml-provider|oidc-provider|group|instance-profile)/.+")
_ABOUT = ("arn", "role_arn", "user_arn", "group_arn", "provider_arn", "profile_arn", "instance_profile_arn", "held")
_NAMES = (("user_name", "user"), ("role_name", "role"), ("group_name", "group"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Who the operator is, and what lets it in."""

    principals: frozenset[str]
    """Users and roles, as `normal` writes them."""
    feeders: frozenset[str] = frozenset()
    """Groups, federations and instance profiles by which they are what they are."""

    def feeds(self, path: AccessPath) -> bool:
        """True when the path is the operator's own, or is about what feeds it."""
        return bool(_holders(path) & self.principals) or self.is_about(path)

    def is_about(self, path: AccessPath) -> bool:
        """True when the thing that the path goes through is the operator itself or what feeds it."""
        about = _about(path)
        return not (self.principals.isdisjoint(about) and self.feeders.isdisjoint(about))


def recognise(operator: Iterable[str], paths: Iterable[AccessPath]) -> Own:
    """The operator and all that lets it in, as far as the estate shows it."""
    own = Own(principals=frozenset(normal(one) for one in operator))
    if not any(one.startswith("arn:") for one in own.principals):
        return own
    told = [(_holders(path), _about(path), path.scope.id) for path in paths if path.scope.cloud == "aws"]
    while True:
        principals, feeders = set(own.principals), set(own.feeders)
        for holders, about, account in told:
            is_about = not (own.principals.isdisjoint(about) and own.feeders.isdisjoint(about))
            if is_about:
                principals |= {one for one in holders if _is_of(one, account)}
                feeders |= {one for one in holders if _FEEDER.fullmatch(one)}
            if is_about or not own.principals.isdisjoint(holders):
                feeders |= {one for one in about if _FEEDER.fullmatch(one)}
        grown = Own(principals=frozenset(principals), feeders=frozenset(feeders))
        if grown == own:
            return own
        own = grown


def normal(principal: str) -> str:
    """A principal by which two ways of naming it are equal: lower case, a session as its role, without the path that IAM files it under."""
    if not principal.startswith("arn:"):
        return principal.lower()
    session = _SESSION.fullmatch(principal)
    if session:
        principal = f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}"
    identity = _IDENTITY.fullmatch(principal)
    return (f"arn:{identity[1]}:iam::{identity[2]}:{identity[3]}/{identity[4]}" if identity else principal).lower()


def _is_of(principal: str, account: str) -> bool:
    identity = _IDENTITY.fullmatch(principal)
    return identity is not None and identity[2] == account and "*" not in principal


def _holders(path: AccessPath) -> frozenset[str]:
    return frozenset({normal(path.holder), *(normal(value) for clue, value in path.clues if clue in _NAMING)})


def _about(path: AccessPath) -> frozenset[str]:
    """What the path goes through, by every name that it gives for it."""
    return frozenset(normal(one) for one in _named(path.scope.id, path.id, path.detail))


def _named(account: str, id_: str, detail: Mapping[str, object]) -> Iterator[str]:
    yield id_.split("#", 1)[0]
    for name in _ABOUT:
        if isinstance(value := detail.get(name), str):
            yield value
    for name, type_ in _NAMES:
        if isinstance(value := detail.get(name), str):
            yield f"arn:aws:iam::{account}:{type_}/{value}"
