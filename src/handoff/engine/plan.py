"""From what was found to what will be done: which paths, and when the answer is no."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from handoff import canonical
from handoff.engine import lockout
from handoff.engine.images import digest
from handoff.engine.lockout import Administrator
from handoff.engine.own import Own
from handoff.engine.sweep import WORKERS
from handoff.errors import TooManyChanges, UnknownHolder
from handoff.model import AccessPath, Coverage, Dependency, Json, KindId, Party, Read, Scope, ScopeType, Verb

if TYPE_CHECKING:
    from handoff.engine.attribute import Attribution

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A path with its party."""

    path: AccessPath
    attribution: Attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A path that the plan ends."""

    path: AccessPath
    party: Party
    why: str
    image: str
    """Digest of the state that the steps touch, as it was when the plan was made."""
    own: bool
    """True: the operator's own way in. It is left to the bundle that the client runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One step of one target."""

    id: str
    path: str
    """Key of the path."""
    kind: KindId
    verb: Verb
    phase: int
    reversible: bool
    effect: str
    settle_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Paths of a kind that can make themselves anew: in this scope it is read again, and the provider's are cut, until it stays quiet."""

    kind: KindId
    scope: Scope
    quiet_rounds: int
    settle_s: float
    """Wait before each round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leans:
    """Something of the client's that leans on the provider; a person replaces it, and the cut of what it needs waits for that."""

    id: str
    dependency: Dependency
    why: str
    replace: str
    """What has to be done, for the engineer who does it."""
    line: str
    """Where a log shows it in use within the look-back; empty when no log does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that one exit will do, and what it was decided on."""

    engagement: str
    spec: str
    """Digest of the spec file's bytes."""
    spec_file: str
    """The file as it was named, so that `apply` finds it again."""
    sweep: str
    """Digest of the sweep's record."""
    made_at: datetime
    operator: Mapping[str, str]
    """The run's own principal, by cloud."""
    endpoints: tuple[str, ...]
    lab: bool
    soak_s: float
    coverage_complete: bool
    coverage: tuple[str, ...] = ()
    """`KIND|SCOPE` of each listing that was read whole: apply refuses to know less."""
    administrators: tuple[Administrator, ...]
    targets: tuple[Target, ...]
    actions: tuple[Action, ...]
    own_actions: tuple[Action, ...] = ()
    """Steps on the operator's own ways in: done by the client, with a bundle, when all else is done."""
    loops: tuple[Loop, ...] = ()
    cycles: tuple[str, ...] = ()
    dependencies: tuple[Leans, ...] = ()
    unwatched: tuple[str, ...] = ()
    """Whose use could not be looked up, and why: nothing says that no workload needs them."""
    bundle_of: str = ""
    """Digest of the plan of which this is the last step; empty for a plan of its own."""
    kept: Mapping[str, int]
    """How many paths stay, by party."""
    schema_version: int = SCHEMA_VERSION
    type: str = field(default="plan")

    def document(self) -> bytes:
        """The plan file: its digest is what is approved and applied."""
        return canonical.encode(self) + b"\n"


ImageOf = Callable[[AccessPath], Json | None]


def refuse_unknown(found: Iterable[Found]) -> None:
    """Raises UnknownHolder when there is a path of a holder whom no party claims."""
    unknown = sorted((one for one in found if one.attribution.party is Party.UNKNOWN), key=lambda one: one.path.key)
    if unknown:
        lines = "\n".join(f"  {one.path.kind} {one.path.id} in {one.path.scope}, held by {one.path.holder}: {one.attribution.why}" for one in unknown)
        raise UnknownHolder(f"{len(unknown)} path(s) with an unknown holder:\n{lines}")


def targets(found: Iterable[Found], own: Own, image_of: ImageOf) -> tuple[Target, ...]:
    """The provider's paths, with the state that they were seen in. Raises UnknownHolder when any holder is unknown."""
    found = tuple(found)
    refuse_unknown(found)
    chosen = sorted((one for one in found if one.attribution.party is Party.PROVIDER), key=lambda one: one.path.key)
    # In portions: handing over each path by itself costs more than most images, once what they stand in was read.
    size = max(1, len(chosen) // (WORKERS * 8))
    portions = [chosen[at : at + size] for at in range(0, len(chosen), size)]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        images = [image for part in pool.map(lambda part: [digest(image_of(one.path)) for one in part], portions) for image in part]
    return tuple(
        Target(path=one.path, party=one.attribution.party, why=one.attribution.why, image=image, own=own.feeds(one.path))
        for one, image in zip(chosen, images, strict=True)
    )


def whole(coverages: Iterable[Coverage]) -> tuple[str, ...]:
    """`KIND|SCOPE` of every listing that was read whole."""
    return tuple(sorted(f"{one.kind}|{one.scope}" for one in coverages if one.read is Read.COMPLETE))


def refuse_if_unsafe(
    chosen: Iterable[Target], steps: tuple[Action, ...], administrators: Iterable[Administrator], scopes: Iterable[Scope], *, max_changes: int | None
) -> None:
    """Raises LockOut or TooManyChanges."""
    lockout.check(administrators, [target.path for target in chosen], scopes)
    changes = sum(step.verb is not Verb.MANUAL for step in steps)
    if max_changes is not None and changes > max_changes:
        raise TooManyChanges(f"the plan holds {changes} changes, the limit is {max_changes}")


def admin_scopes(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """The scopes in which administrators have to be shown to work: every one but regions, which their account covers."""
    return tuple(sorted({scope for scope in scopes if scope.type is not ScopeType.AWS_REGION}))
