"""Nothing may lock the client out: the check that stands before every plan and every write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from handoff.errors import LockOut
from handoff.model import AccessPath, Clue, Scope

if TYPE_CHECKING:
    from handoff.engine.plan import Action, Target

ENOUGH = 2
_NAMING = frozenset({Clue.AWS_ARN, Clue.PRINCIPAL, Clue.ENTRA_OBJECT, Clue.GCP_MEMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """One of the client's administrators or break-glass identities, and where it was seen to sign in."""

    cloud: str
    principal: str
    break_glass: bool
    signed_in: Mapping[str, str]
    """By scope: `ok`, or why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Something that an administrator may do now and could not do after a step."""

    administrator: str
    action: str
    resource: str
    step: str


class Aftermath(Protocol):
    """What administrators can still do after a plan, evaluated; a cloud without one is checked by sign-in and by name alone."""

    def losses(self, administrators: Iterable[Administrator], steps: Iterable[tuple[Action, Target]], /) -> Iterator[Loss]:
        """Each thing that an administrator may do before a step and not after it."""
        ...


def refuse_losses(losses: Iterable[Loss]) -> None:
    """Raises LockOut when a plan would take anything from an administrator."""
    told = [f"  {one.administrator} could no longer {one.action} on {one.resource}, by {one.step}" for one in losses]
    if told:
        raise LockOut(f"the plan takes {len(told)} right(s) from the client's administrators:\n" + "\n".join(told))


def cut_by(administrator: Administrator, paths: Iterable[AccessPath]) -> AccessPath | None:
    """The first planned path that is this administrator's own, if any."""
    principal = administrator.principal.lower()
    for path in paths:
        if path.scope.cloud != administrator.cloud:
            continue
        named = {path.holder.lower(), *(value.lower() for clue, value in path.clues if clue in _NAMING)}
        if principal in named:
            return path
    return None


def check(administrators: Iterable[Administrator], planned: Iterable[AccessPath], scopes: Iterable[Scope]) -> None:
    """Raises LockOut unless every scope keeps two working administrators, or one and a working break-glass."""
    held, planned = tuple(administrators), tuple(planned)
    cut = {(one.cloud, one.principal): cut_by(one, planned) for one in held}
    faults: list[str] = []
    for scope in scopes:
        here = [one for one in held if one.cloud == scope.cloud]
        able = [one for one in here if one.signed_in.get(str(scope)) == "ok" and cut[one.cloud, one.principal] is None]
        # By name, so that one who is listed twice counts once, and an administrator is not also the break-glass beside it.
        people = {one.principal.lower() for one in able if not one.break_glass}
        glass = {one.principal.lower() for one in able if one.break_glass} - people
        if len(people) >= ENOUGH or (people and glass):
            continue
        faults.append(f"{scope}: {len(people)} working administrator(s) and {len(glass)} break-glass would be left; {_why(here, cut, scope)}")
    if faults:
        raise LockOut("the client would be locked out, or cannot be shown not to be:\n" + "\n".join(f"  {fault}" for fault in faults))


def _why(here: Iterable[Administrator], cut: Mapping[tuple[str, str], AccessPath | None], scope: Scope) -> str:
    reasons = []
    for one in here:
        path = cut[one.cloud, one.principal]
        if path is not None:
            reasons.append(f"{one.principal} would be cut by {path.kind} {path.id}")
        elif (answer := one.signed_in.get(str(scope), "no login was given")) != "ok":
            reasons.append(f"{one.principal} did not sign in: {answer}")
    return "; ".join(reasons) or "the spec names no further administrators for this cloud"
