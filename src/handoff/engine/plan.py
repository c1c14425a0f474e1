"""From what was found to what will be done: which paths, in which order, and when the answer is no."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, cast

from handoff import canonical
from handoff.engine import lockout
from handoff.engine.lockout import Administrator
from handoff.engine.sweep import WORKERS
from handoff.errors import EvidenceInvalid, TooManyChanges, UnknownHolder
from handoff.model import AccessPath, Clue, Json, Kind, KindId, Party, Scope, ScopeType, Step, Verb

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
    administrators: tuple[Administrator, ...]
    targets: tuple[Target, ...]
    actions: tuple[Action, ...]
    kept: Mapping[str, int]
    """How many paths stay, by party."""
    schema_version: int = SCHEMA_VERSION
    type: str = field(default="plan")

    def document(self) -> bytes:
        """The plan file: its digest is what is approved and applied."""
        return canonical.encode(self) + b"\n"


ImageOf = Callable[[AccessPath], Json | None]


def targets(found: Iterable[Found], own: frozenset[str], image_of: ImageOf) -> tuple[Target, ...]:
    """The provider's paths, with the state that they were seen in. Raises UnknownHolder when any holder is unknown."""
    found = tuple(found)
    unknown = sorted((one for one in found if one.attribution.party is Party.UNKNOWN), key=lambda one: one.path.key)
    if unknown:
        lines = "\n".join(f"  {one.path.kind} {one.path.id} in {one.path.scope}, held by {one.path.holder}: {one.attribution.why}" for one in unknown)
        raise UnknownHolder(f"{len(unknown)} path(s) with an unknown holder:\n{lines}")
    chosen = sorted((one for one in found if one.attribution.party is Party.PROVIDER), key=lambda one: one.path.key)
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        images = list(pool.map(lambda one: canonical.digest(image_of(one.path)), chosen))
    return tuple(
        Target(path=one.path, party=one.attribution.party, why=one.attribution.why, image=image, own=is_own(one.path, own))
        for one, image in zip(chosen, images, strict=True)
    )


def is_own(path: AccessPath, own: frozenset[str]) -> bool:
    """True when the path feeds the operator itself: cutting it would end the run half-way."""
    named = {path.holder, *(value for clue, value in path.clues if clue in {Clue.AWS_ARN, Clue.PRINCIPAL, Clue.ENTRA_OBJECT, Clue.GCP_MEMBER})}
    return bool({one.lower() for one in named} & {one.lower() for one in own})


def actions(chosen: Iterable[Target], kinds: Mapping[KindId, Kind], settle_s: Callable[[Kind], float]) -> tuple[Action, ...]:
    """Every step in the order it is to be done: all that can be undone first, then, after the soak, what cannot.

    Within a stage: by phase of the exit, then by what each kind wants cut before it, then by key.
    """
    rank = _ranks(kinds)
    steps: list[tuple[tuple[object, ...], Target, Step]] = []
    for target in chosen:
        if target.own:
            continue
        kind = kinds[target.path.kind]
        for number, step in enumerate(kind.steps(target.path)):
            stage = 0 if step.verb is Verb.DISABLE else 1
            steps.append(((stage, kind.phase, rank[kind.id], target.path.key, number), target, step))
    steps.sort(key=lambda one: one[0])
    return tuple(
        Action(
            id=f"a{number:05d}",
            path=target.path.key,
            kind=target.path.kind,
            verb=step.verb,
            phase=kinds[target.path.kind].phase,
            reversible=step.reversible,
            effect=step.effect,
            settle_s=settle_s(kinds[target.path.kind]),
        )
        for number, (_, target, step) in enumerate(steps, start=1)
    )


def _ranks(kinds: Mapping[KindId, Kind]) -> Mapping[KindId, int]:
    # Sorted, so that the order is the same in every process: sets of strings are not.
    sorter = TopologicalSorter({name: sorted(kinds[name].after & kinds.keys()) for name in sorted(kinds)})
    try:
        return {name: number for number, name in enumerate(sorter.static_order())}
    except CycleError as error:
        raise ValueError(f"kinds wait for each other: {error.args[1]}") from error


def refuse_if_unsafe(
    chosen: Iterable[Target], steps: tuple[Action, ...], administrators: Iterable[Administrator], scopes: Iterable[Scope], *, max_changes: int | None
) -> None:
    """Raises LockOut or TooManyChanges."""
    lockout.check(administrators, [target.path for target in chosen], scopes)
    if max_changes is not None and len(steps) > max_changes:
        raise TooManyChanges(f"the plan holds {len(steps)} changes, the limit is {max_changes}")


def admin_scopes(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """The scopes in which administrators have to be shown to work: every one but regions, which their account covers."""
    return tuple(sorted({scope for scope in scopes if scope.type is not ScopeType.AWS_REGION}))


def read(document: bytes, *, name: str) -> Plan:
    """The plan of a plan file. Raises EvidenceInvalid when it is not one."""
    try:
        body = json.loads(document)
        if body["type"] != "plan" or body["schema_version"] != SCHEMA_VERSION:
            raise EvidenceInvalid(f"{name} is not a plan of this version of handoff")
        plan = _plan(body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EvidenceInvalid(f"{name} is not a plan: {error!r}", hint="Make a new one with `handoff plan`.") from error
    if plan.document() != document:
        raise EvidenceInvalid(f"{name} was changed after it was made", hint="Make a new one with `handoff plan`.")
    return plan


def _plan(body: dict[str, object]) -> Plan:
    raw = cast("dict[str, Any]", body)
    return Plan(
        engagement=raw["engagement"],
        spec=raw["spec"],
        spec_file=raw["spec_file"],
        sweep=raw["sweep"],
        made_at=canonical.parse_time(raw["made_at"]),
        operator=raw["operator"],
        endpoints=tuple(raw["endpoints"]),
        lab=raw["lab"],
        soak_s=raw["soak_s"],
        coverage_complete=raw["coverage_complete"],
        administrators=tuple(Administrator(**one) for one in raw["administrators"]),
        targets=tuple(_targets(raw["targets"])),
        actions=tuple(Action(**{**one, "verb": Verb(one["verb"]), "kind": KindId(one["kind"])}) for one in raw["actions"]),
        kept=raw["kept"],
    )


def _targets(raw: list[dict[str, object]]) -> Iterator[Target]:
    for one in cast("list[dict[str, Any]]", raw):
        yield Target(path=path_from(one["path"]), party=Party(one["party"]), why=one["why"], image=one["image"], own=one["own"])


def path_from(raw: Mapping[str, object]) -> AccessPath:
    """The path that `canonical.plain` wrote down."""
    body = cast("dict[str, Any]", raw)
    scope = body["scope"]
    return AccessPath(
        kind=KindId(body["kind"]),
        id=body["id"],
        scope=Scope(type=ScopeType(scope["type"]), id=scope["id"], region=scope["region"]),
        holder=body["holder"],
        allows=body["allows"],
        clues=tuple((Clue(clue), value) for clue, value in body["clues"]),
        detail=body["detail"],
    )
