"""One sweep of the estate: read, attribute, record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from handoff import canonical, registry
from handoff.engine.sweep import sweep
from handoff.errors import CoverageIncomplete, UsageError
from handoff.model import Coverage, Dependency, Kind, KindId, Party, Read, Scope
from handoff.runs._attributing import Attributing
from handoff.runs._record import Leant, Recording, Sightings, coverage_line, dependency_line, path_line
from handoff.runs.estate import Estate
from handoff.wrap.cache import Cached, Store

if TYPE_CHECKING:
    from handoff.engine.plan import Found
    from handoff.evidence.ledger import Ledger
    from handoff.evidence.state import StateFolder
    from handoff.powers import Leaning

__all__ = ["Sweep", "Watch", "coverage_line", "dependency_line", "discover", "kinds_of", "leanings_of", "path_line", "plain_body", "require_complete"]

Watch = Callable[[Coverage], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What one sweep saw, and the digest of its record."""

    found: Sightings
    """Every path, read from the record each time: an estate may have more than memory holds."""
    counts: Mapping[Party, int]
    coverages: tuple[Coverage, ...]
    digest: str
    dependencies: tuple[Leant, ...] = ()
    """What of the client's leans on somebody else, and on whom."""

    def of(self, party: Party) -> tuple[Found, ...]:
        """The paths of one party."""
        return tuple(self.found.of(party))

    @property
    def incomplete(self) -> tuple[Coverage, ...]:
        """What could not be read whole."""
        return tuple(one for one in self.coverages if one.read is not Read.COMPLETE)

    def coverage(self) -> Mapping[tuple[str, str], Coverage]:
        """Coverage by kind and scope."""
        return {(one.kind, str(one.scope)): one for one in self.coverages}


@runtime_checkable
class Homing(Protocol):
    """A cloud with services that answer the same in several scopes."""

    def home(self, scope: Scope, op: str, /) -> Scope | None:
        """The one scope to ask an operation in, when it is not the given one."""
        ...


@dataclass(slots=True, kw_only=True)
class _Readers:
    """One reader per scope for the length of one sweep, in which a call that several kinds need is made once."""

    work: Estate
    store: Store
    shared: frozenset[str]
    _open: dict[Scope, Cached] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, scope: Scope) -> Cached:
        with self._lock:
            if scope not in self._open:
                self._open[scope] = Cached(self.work.open(scope), self.store, shared=self.shared.__contains__, home=lambda op: self._home(scope, op))
            return self._open[scope]

    def _home(self, scope: Scope, op: str) -> Cached | None:
        home = _home(self.work, scope, op)
        return None if home is None else self(home)


def kinds_of(work: Estate, only: Iterable[str] = ()) -> Mapping[KindId, Kind]:
    """Every kind of the estate's clouds, or those that match one of the patterns. Raises UsageError for a pattern that matches none."""
    known = {name: kind for cloud in work.clouds for name, kind in registry.kinds(cloud).items()}
    patterns = tuple(only)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise UsageError(f"no kind of this estate is called {pattern}", hint="docs/reference lists them; `aws.s3_*` names several.")
    return {name: kind for name, kind in known.items() if not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)}


def leanings_of(work: Estate) -> Mapping[KindId, Leaning]:
    """Every kind of inbound dependency of the estate's clouds."""
    return {name: one for cloud in work.clouds for name, one in registry.dependencies(cloud).items()}


def discover(work: Estate, folder: StateFolder, ledger: Ledger, *, run: str = "", watch: Watch | None = None, only: Iterable[str] = ()) -> Sweep:
    """Sweep the estate with fresh connections, keep the record beside the ledger and its digest in it. `only` names kinds; a plan needs all."""
    kinds = kinds_of(work, only)
    started = {"engagement": work.spec.metadata.name, "scopes": [str(one) for one in work.scopes], "endpoints": list(work.endpoints), "lab": work.lags.is_lab}
    # A sweep of some kinds says nothing of the others, so nobody who looks for the newest sweep may find it.
    entry = "sweep.part" if only else "sweep"
    ledger.append(f"{entry}.started", started | ({"kinds": sorted(kinds)} if only else {}), run=run)
    attributing = Attributing(work)
    coverages: list[Coverage] = []
    listed: list[Kind | Leaning] = [*kinds.values(), *(() if only else leanings_of(work).values())]
    with Store() as store, Recording() as recording:
        readers = _Readers(work=work, store=store, shared=_shared(work, listed))
        for seen in sweep(listed, work.scopes, readers):
            if isinstance(seen, Coverage):
                coverages.append(seen)
                if watch is not None:
                    watch(seen)
            elif isinstance(seen, Dependency):
                attributing.lean(seen)
            else:
                attributing.take(seen, recording)
        attributing.finish(recording, readers)
        coverages.sort(key=lambda one: (one.kind, str(one.scope)))
        name = recording.write(folder, attributing.dependencies, coverages)
        counts = {party: recording.counts[party] for party in Party}
    incomplete = [canonical.plain(one) for one in coverages if one.read is not Read.COMPLETE]
    body = {"sweep": f"sha256:{name}", "paths": counts, "dependencies": len(attributing.dependencies), "coverage": len(coverages), "incomplete": incomplete}
    ledger.append(f"{entry}.finished", plain_body(body), run=run)
    found = Sightings(file=folder.sweep(name), count=sum(counts.values()))
    return Sweep(found=found, counts=counts, coverages=tuple(coverages), digest=f"sha256:{name}", dependencies=attributing.dependencies)


def _shared(work: Estate, kinds: Iterable[Kind | Leaning]) -> frozenset[str]:
    """Operations that more than one kind may ask in one scope, or one kind in several scopes for the same answer."""
    asked: Counter[str] = Counter()
    for kind in kinds:
        scopes = [scope for scope in work.scopes if scope.type is kind.scope_type]
        for op in kind.reads if scopes else ():
            asked[op] += 2 if _home(work, scopes[0], op) is not None else 1
    return frozenset(op for op, times in asked.items() if times > 1)


def _home(work: Estate, scope: Scope, op: str) -> Scope | None:
    cloud: object = work.clouds[scope.cloud]
    return cloud.home(scope, op) if isinstance(cloud, Homing) else None


def require_complete(seen: Sweep) -> None:
    """Raises CoverageIncomplete, naming each listing that could not be read whole."""
    if seen.incomplete:
        told = "\n".join(f"  {one.kind} in {one.scope}: {one.read.value}: {one.reason}" for one in seen.incomplete)
        raise CoverageIncomplete(f"{len(seen.incomplete)} of {len(seen.coverages)} listings could not be read whole:\n{told}")


def plain_body(value: object) -> Mapping[str, object]:
    """Any record as a ledger body."""
    return cast("Mapping[str, object]", canonical.plain(value))
