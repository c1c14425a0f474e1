"""Looks whether what will be cut is still needed: paths that a workload uses, and things of the client's that lean on the provider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from handoff import registry
from handoff.engine.plan import Leans, Target
from handoff.engine.sweep import WORKERS
from handoff.engine.uses import Judge, Judged, Verdict
from handoff.errors import CloudError, WorkloadInUse
from handoff.model import AccessPath, Dependency, Kind, KindId, Party, Scope
from handoff.powers import Leaning, Watching
from handoff.runs.estate import utc_now

if TYPE_CHECKING:
    from handoff.runs._record import Leant
    from handoff.runs.estate import Estate
    from handoff.runs.imaging import Imaging

MOST_USES = 500
"""Uses of one path that are looked at, newest first; where there are more, that is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the logs tell of a plan's paths and of what leans on the provider."""

    in_use: tuple[tuple[AccessPath, Judged], ...]
    leans: tuple[Leans, ...]
    unknown: tuple[str, ...]
    """What could not be told, in one line each."""


def watch(work: Estate, kinds: Mapping[KindId, Kind], targets: Iterable[Target], leant: Iterable[Leant], reading: Imaging) -> Watched:
    """Look at every path that a log can tell of, and at everything that leans on the provider. What cannot be read is said, never taken for unused."""
    judge, since = Judge(work.spec), utc_now() - work.spec.exit.lookback
    watched = [
        (target.path, kind)
        for target in targets
        if isinstance(kind := kinds[target.path.kind], Watching) and not judge.is_replaced(target.path.kind, target.path.id)
    ]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        seen = list(pool.map(lambda one: _used(work, judge, reading, one[0], one[1], since), watched))
    in_use = tuple((path, one) for (path, _), (found, _) in zip(watched, seen, strict=True) for one in found)
    leans, gaps = leaning(work, reading, leant, since)
    blind = {f"{name} in {scope}: {why}" for (path, _), (_, why) in zip(watched, seen, strict=True) if why for name, scope in [(path.kind, path.scope)]}
    return Watched(in_use=in_use, leans=leans, unknown=tuple(sorted(blind | set(gaps))))


def _used(work: Estate, judge: Judge, reading: Imaging, path: AccessPath, kind: Watching, since: datetime) -> tuple[tuple[Judged, ...], str]:
    """The first use of a path that is not the provider's, if any, and what could not be told. A log is kept by region: each is asked."""
    untold = ""
    for scope in _places(work, path.scope):
        try:
            for number, use in enumerate(kind.used(reading.reader(scope), path, since), start=1):
                one = judge.judge(use)
                if one.verdict in {Verdict.WORKLOAD, Verdict.UNKNOWN}:
                    return (one,), ""
                if one.verdict is Verdict.UNTOLD:
                    untold = (
                        "it is in use from addresses that nobody claims; parties.provider.identities.cidrs of the spec is empty, so nothing can be told apart"
                    )
                if number == MOST_USES:
                    untold = untold or f"only the newest {MOST_USES} uses were looked at"
                    break
        except CloudError as error:
            untold = f"the log in {scope} could not be read: {error.message}"
    return (), untold


def _places(work: Estate, scope: Scope) -> tuple[Scope, ...]:
    regions = tuple(one for one in work.scopes if (one.cloud, one.id) == (scope.cloud, scope.id) and one.region)
    return (scope,) if scope.region or not regions else (scope, *regions)


def leaning(work: Estate, reading: Imaging, leant: Iterable[Leant], since: datetime) -> tuple[tuple[Leans, ...], tuple[str, ...]]:
    """What a sweep saw leaning on the provider or on nobody known, with the newest use that a log shows; and which logs could not be read."""
    chosen = [one for one in leant if one.attribution.party in {Party.PROVIDER, Party.UNKNOWN}]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        lines = list(pool.map(lambda one: _line(one, reading, since), chosen))
    leans = tuple(
        Leans(id=f"d{number:05d}", dependency=one.dependency, why=one.attribution.why, replace=_kind(one).replace, line=line)
        for number, (one, (line, _)) in enumerate(zip(chosen, lines, strict=True), start=1)
    )
    return leans, tuple(sorted({gap for _, gap in lines if gap}))


def _kind(one: Leant) -> Leaning:
    return registry.dependencies(one.dependency.scope.cloud)[one.dependency.kind]


def _line(one: Leant, reading: Imaging, since: datetime) -> tuple[str, str]:
    leant = one.dependency
    try:
        return next((use.line for use in islice(_kind(one).used(reading.reader(leant.scope), leant, since), 1)), ""), ""
    except CloudError as error:
        return "", f"use of {leant.kind} in {leant.scope}: the log could not be read: {error.message}"


def refuse_needed(work: Estate, targets: Iterable[Target], leans: Iterable[Leans]) -> None:
    """Raises WorkloadInUse for paths that something in use still needs: the same thing of the client's, or the same of the provider's."""
    judge, told = Judge(work.spec), []
    needed: dict[str, Leans] = {}
    for one in leans:
        if one.line and not judge.is_replaced(one.dependency.kind, one.dependency.id):
            needed |= dict.fromkeys(_things(one.dependency), one)
    for target in targets:
        for one in {lean.id: lean for name in _names(target.path) if (lean := needed.get(name))}.values():
            told.append(f"  {target.path.kind} {target.path.id} is needed by {one.dependency.key}: {one.dependency.needs}: {one.line}")
    if told:
        raise WorkloadInUse(f"{len(told)} path(s) are still needed:\n" + "\n".join(told))


def _things(one: Dependency) -> Iterator[str]:
    yield from (str(one.detail[name]) for name in ("what", "on") if one.detail.get(name))
    yield from (part for part in one.id.split("#") if part)


def _names(path: AccessPath) -> set[str]:
    found = {path.id, path.id.split("#", 1)[0], path.id.rsplit("#", 1)[-1]}
    return found | {value for value in path.detail.values() if isinstance(value, str) and value.startswith("arn:")}
