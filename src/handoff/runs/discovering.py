"""One sweep of the estate: read, attribute, record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, cast

from handoff import canonical, registry
from handoff.engine.attribute import Attributor
from handoff.engine.plan import Found
from handoff.engine.sweep import sweep
from handoff.errors import CoverageIncomplete
from handoff.model import Coverage, Kind, KindId, Party, Read, Scope
from handoff.runs.estate import Connections, Estate
from handoff.wrap.cache import Cached

if TYPE_CHECKING:
    from handoff.evidence.ledger import Ledger
    from handoff.evidence.state import StateFolder

Watch = Callable[[Coverage], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What one sweep saw, and the digest of its record."""

    found: tuple[Found, ...]
    coverages: tuple[Coverage, ...]
    digest: str

    def of(self, party: Party) -> tuple[Found, ...]:
        """The paths of one party."""
        return tuple(one for one in self.found if one.attribution.party is party)

    @property
    def incomplete(self) -> tuple[Coverage, ...]:
        """What could not be read whole."""
        return tuple(one for one in self.coverages if one.read is not Read.COMPLETE)

    def coverage(self) -> Mapping[tuple[str, str], Coverage]:
        """Coverage by kind and scope."""
        return {(one.kind, str(one.scope)): one for one in self.coverages}


@dataclass(slots=True)
class _Readers:
    """One reader per scope for the length of one sweep, in which a call that several kinds need is made once."""

    connect: Connections
    _open: dict[Scope, Cached] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, scope: Scope) -> Cached:
        with self._lock:
            if scope not in self._open:
                self._open[scope] = Cached(self.connect(scope))
            return self._open[scope]


def kinds_of(work: Estate) -> Mapping[KindId, Kind]:
    """Every kind of the estate's clouds."""
    return {name: kind for cloud in work.clouds for name, kind in registry.kinds(cloud).items()}


def discover(work: Estate, folder: StateFolder, ledger: Ledger, *, run: str = "", watch: Watch | None = None) -> Sweep:
    """Sweep the estate with fresh connections, keep the record beside the ledger and its digest in it."""
    ledger.append(
        "sweep.started",
        {"engagement": work.spec.metadata.name, "scopes": [str(one) for one in work.scopes], "endpoints": list(work.endpoints), "lab": work.lags.is_lab},
        run=run,
    )
    attributor = Attributor(work.spec)
    found: list[Found] = []
    coverages: list[Coverage] = []
    for reading in sweep(kinds_of(work).values(), work.scopes, _Readers(Connections(work))):
        coverages.append(reading.coverage)
        found.extend(Found(path=path, attribution=attributor.attribute(path)) for path in reading.paths)
        if watch is not None:
            watch(reading.coverage)
    found.sort(key=lambda one: one.path.key)
    coverages.sort(key=lambda one: (one.kind, str(one.scope)))
    record = b"".join(canonical.encode(line) + b"\n" for line in lines(found, coverages))
    name = folder.write_sweep(record)
    counts = {party.value: sum(one.attribution.party is party for one in found) for party in Party}
    incomplete = [canonical.plain(one) for one in coverages if one.read is not Read.COMPLETE]
    ledger.append("sweep.finished", {"sweep": f"sha256:{name}", "paths": counts, "coverage": len(coverages), "incomplete": incomplete}, run=run)
    return Sweep(found=tuple(found), coverages=tuple(coverages), digest=f"sha256:{name}")


def lines(found: list[Found], coverages: list[Coverage]) -> list[Mapping[str, object]]:
    """The sweep as `--json` prints it and its record keeps it."""
    return [path_line(one) for one in found] + [coverage_line(one) for one in coverages]


def path_line(one: Found) -> Mapping[str, object]:
    """One path as a JSON line."""
    path = one.path
    head = {"type": "path", "schema_version": 1, "kind": path.kind, "id": path.id, "cloud": path.scope.cloud, "scope": str(path.scope), "key": path.key}
    body = {
        "holder": path.holder,
        "party": one.attribution.party,
        "why": one.attribution.why,
        "third_party": one.attribution.name,
        "allows": path.allows,
        "detail": path.detail,
    }
    return head | body


def coverage_line(one: Coverage) -> Mapping[str, object]:
    """One coverage as a JSON line."""
    return {"type": "coverage", "schema_version": 1, "kind": one.kind, "scope": str(one.scope), "read": one.read, "found": one.found, "reason": one.reason}


def require_complete(seen: Sweep) -> None:
    """Raises CoverageIncomplete, naming each listing that could not be read whole."""
    if seen.incomplete:
        told = "\n".join(f"  {one.kind} in {one.scope}: {one.read.value}: {one.reason}" for one in seen.incomplete)
        raise CoverageIncomplete(f"{len(seen.incomplete)} of {len(seen.coverages)} listings could not be read whole:\n{told}")


def plain_body(value: object) -> Mapping[str, object]:
    """Any record as a ledger body."""
    return cast("Mapping[str, object]", canonical.plain(value))
