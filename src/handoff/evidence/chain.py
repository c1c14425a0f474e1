"""The form of a ledger: what one line holds, how lines hang together, and how a file of them is checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from handoff import canonical
from handoff.errors import EvidenceInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json

START = "0" * 64
"""`previous` of the first line."""
MAX_LINE_BYTES = 64 << 20
_FIELDS = frozenset({"seq", "at", "type", "run", "body", "previous", "digest"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a ledger."""

    seq: int
    """From 1."""
    at: datetime
    """Aware UTC; written as RFC 3339 with microseconds."""
    type: str
    run: str
    """Id of the run, or empty."""
    body: Json
    previous: str
    """SHA-256 of the line before, its line end included, in hexadecimal: `sed -n 3p ledger.jsonl | sha256sum` gives `previous` of line 4."""

    def line(self) -> bytes:
        """The exact bytes of the line. `digest` inside is the SHA-256 of the rest, so that even the last line cannot change unseen."""
        content = {"seq": self.seq, "at": canonical.rfc3339(self.at), "type": self.type, "run": self.run, "body": self.body, "previous": self.previous}
        digest = canonical.sha256(canonical.encode(content))
        return canonical.encode(content | {"digest": digest}) + b"\n"


class Torn(Exception):
    """The last line was not written whole, as after a power cut: a state of the file, never shown to anybody."""

    def __init__(self, *, offset_bytes: int, seq: int) -> None:
        super().__init__(seq)
        self.offset_bytes = offset_bytes
        self.seq = seq


def walk(stream: IO[bytes], name: str, *, seq: int = 0, previous: str = START) -> Iterator[tuple[bytes, Entry]]:
    """Every line from the stream's position on, checked against the one before. Raises EvidenceInvalid naming the line, or Torn for the last one only."""
    offset = stream.tell()
    line = stream.readline(MAX_LINE_BYTES)
    while line:
        following = stream.readline(MAX_LINE_BYTES)
        seq += 1
        entry = _parse(line)
        if entry is None:
            if not following and _unfinished(line):
                raise Torn(offset_bytes=offset, seq=seq)
            raise EvidenceInvalid(f"{name}: line {seq} was changed: it is not what was written")
        if entry.seq != seq:
            raise EvidenceInvalid(f"{name}: line {seq} bears number {entry.seq}: lines were removed, doubled or reordered")
        if entry.previous != previous:
            raise EvidenceInvalid(f"{name}: line {seq} does not follow from line {seq - 1}: one of them was changed")
        yield line, entry
        offset += len(line)
        previous, line = canonical.sha256(line), following


def _parse(line: bytes) -> Entry | None:
    """The entry, or None when these are not the bytes that it would be written as."""
    try:
        found = json.loads(line)
        if not isinstance(found, dict) or found.keys() != _FIELDS or not line.endswith(b"\n"):
            return None
        at = datetime.fromisoformat(found["at"])
        entry = Entry(seq=found["seq"], at=at, type=found["type"], run=found["run"], body=found["body"], previous=found["previous"])
        return entry if at.tzinfo is UTC and isinstance(entry.body, dict) and entry.line() == line else None
    except (ValueError, TypeError, RecursionError):
        return None


def _unfinished(line: bytes) -> bool:
    """True for a line without its end, or with an end but no JSON before it (a block that never reached the disk reads as zeros)."""
    if not line.endswith(b"\n"):
        return True
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return False
