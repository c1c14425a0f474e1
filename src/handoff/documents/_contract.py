"""What a section of the transfer package is made from, and what it gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from handoff.evidence.facts import SweepRecord
    from handoff.spec import Engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of a Pulumi state."""

    urn: str
    type: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Everything that sections are written from."""

    engagement: Engagement
    resources: tuple[Resource, ...] | None
    """Of the Pulumi state, or None when no state was given."""
    before: SweepRecord | None
    """The sweep that the exit was planned on, else the newest one; None when there was no sweep."""
    after: SweepRecord | None
    """The sweep of the newest round of proof; None when nothing was proven yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a section gives."""

    files: Mapping[str, bytes]
    """By name, within the package."""
    summary: str
    """A few words for the index; says so when something could not be had."""


class Section(Protocol):
    """One part of the package; a module `documents/NAME.py` ends with `SECTION = ...`."""

    title: str
    order: int
    """Place in the index, lowest first."""
    asked_by: str
    """What demands it, such as `NIST 800-53 CM-8`."""

    def write(self, source: Source, /) -> Written:
        """The section's files; the same source gives the same bytes."""
        ...


def table_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV (RFC 4180). A cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_tame("" if cell is None else str(cell)) for cell in row])
    return stream.getvalue().encode("utf-8", "backslashreplace")


def _tame(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
