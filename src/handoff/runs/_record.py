"""The record of one sweep: written in the order of the paths' keys, however they came, and read back path by path. Neither holds it in memory."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handoff import canonical
from handoff.engine.attribute import Attribution, Strength
from handoff.engine.plan import Found
from handoff.model import AccessPath, Clue, Coverage, Dependency, KindId, Party, Scope, ScopeType

if TYPE_CHECKING:
    from types import TracebackType

    from handoff.evidence.state import StateFolder

_BATCH = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Leant:
    """An inbound dependency with the party that owns what it leans on."""

    dependency: Dependency
    attribution: Attribution


class Recording:
    """Takes paths in any order. They wait in a database of SQLite's own temporary kind: a file without a name that ends with the process."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE line (key TEXT, body BLOB); CREATE TABLE later (strength INTEGER, body BLOB); BEGIN"
        )
        self._waiting: list[tuple[str, bytes]] = []
        self.counts: Counter[Party] = Counter()
        """Paths so far, by party."""

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._rows.close()

    def add(self, one: Found) -> None:
        """One path."""
        self.counts[one.attribution.party] += 1
        self._waiting.append((one.path.key, canonical.encode(path_line(one))))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def defer(self, one: Found) -> None:
        """One path whose party cannot be told before every path was seen."""
        self._rows.execute("INSERT INTO later VALUES (?, ?)", (int(one.attribution.strength), canonical.encode(path_line(one))))

    def deferred(self) -> Iterator[Found]:
        """The paths that wait, in the order they came; each has to be added in the end."""
        for strength, body in self._rows.execute("SELECT strength, body FROM later"):
            one = _found(json.loads(body))
            yield Found(path=one.path, attribution=replace(one.attribution, strength=Strength(strength)))

    def write(self, folder: StateFolder, dependencies: Iterable[Leant], coverages: Iterable[Coverage]) -> str:
        """Keeps the record in the state folder; returns its SHA-256 in hexadecimal."""
        self._flush()
        return folder.write_sweep_lines(self._lines(dependencies, coverages))

    def _lines(self, dependencies: Iterable[Leant], coverages: Iterable[Coverage]) -> Iterator[bytes]:
        for (body,) in self._rows.execute("SELECT body FROM line ORDER BY key, body"):
            yield body + b"\n"
        for leant in dependencies:
            yield canonical.encode(dependency_line(leant)) + b"\n"
        for one in coverages:
            yield canonical.encode(coverage_line(one)) + b"\n"

    def _flush(self) -> None:
        self._rows.executemany("INSERT INTO line VALUES (?, ?)", self._waiting)
        self._waiting.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings(Iterable[Found]):
    """Every path of a record, read from its file each time somebody goes through them."""

    file: Path
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Found]:
        return (_found(json.loads(line)) for line in self.lines())

    def of(self, party: Party) -> Iterator[Found]:
        """The paths of one party."""
        return (_found(json.loads(line)) for line in self.lines_of(party))

    def lines_of(self, party: Party) -> Iterator[bytes]:
        """The lines of one party's paths."""
        mark = canonical.encode({"party": party})[1:-1]
        # The mark may stand in a text too, so the line's own word decides; but most lines need not be read.
        return (line for line in self.lines() if mark in line and json.loads(line)["party"] == party.value)

    def lines(self) -> Iterator[bytes]:
        """The lines of the paths as they are in the file."""
        with self.file.open("rb") as stream:
            yield from islice(stream, self.count)  # paths come first


def path_line(one: Found) -> Mapping[str, object]:
    """One path as a JSON line."""
    path = one.path
    head = {"type": "path", "schema_version": 1, "kind": path.kind, "id": path.id, "cloud": path.scope.cloud, "scope": str(path.scope), "key": path.key}
    body = {
        "holder": path.holder,
        "party": one.attribution.party,
        "why": one.attribution.why,
        "third_party": one.attribution.name,
        "through": one.attribution.through,
        "allows": path.allows,
        "clues": path.clues,
        "mints": path.mints,
        "scope_type": path.scope.type,
        "detail": path.detail,
    }
    return head | body


def dependency_line(one: Leant) -> Mapping[str, object]:
    """One inbound dependency as a JSON line."""
    leans = one.dependency
    head = {"type": "dependency", "schema_version": 1, "kind": leans.kind, "id": leans.id, "cloud": leans.scope.cloud, "scope": str(leans.scope)}
    body = {
        "key": leans.key,
        "owner": leans.owner,
        "party": one.attribution.party,
        "why": one.attribution.why,
        "third_party": one.attribution.name,
        "needs": leans.needs,
        "detail": leans.detail,
    }
    return head | body


def coverage_line(one: Coverage) -> Mapping[str, object]:
    """One coverage as a JSON line."""
    return {"type": "coverage", "schema_version": 1, "kind": one.kind, "scope": str(one.scope), "read": one.read, "found": one.found, "reason": one.reason}


def _found(line: dict[str, Any]) -> Found:
    _, number, *region = line["scope"].split(":")
    path = AccessPath(
        kind=KindId(line["kind"]),
        id=line["id"],
        scope=Scope(type=ScopeType(line["scope_type"]), id=number, region=":".join(region)),
        holder=line["holder"],
        allows=line["allows"],
        clues=tuple((Clue(clue), value) for clue, value in line["clues"]),
        mints=tuple(line["mints"]),
        detail=line["detail"],
    )
    return Found(path=path, attribution=Attribution(party=Party(line["party"]), why=line["why"], name=line["third_party"], through=tuple(line["through"])))
