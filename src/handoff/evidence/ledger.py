"""The ledger: an append-only file of JSON lines, each holding the SHA-256 of the one before.

What `append` has returned is on the disk. A line that a crash left half written is moved aside at the next `open` and that is recorded; anything
else that does not fit is EvidenceInvalid. Cutting whole lines off the end leaves a shorter ledger that is sound in itself: only the head
and the Merkle root in a signed statement show that.
"""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from handoff import canonical
from handoff.errors import EvidenceInvalid, MachineError, RunLocked
from handoff.evidence import merkle
from handoff.evidence.chain import START, Entry, Torn, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from handoff.model import Json

__all__ = ["Entry", "Ledger", "LedgerSummary", "lock", "read", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSummary:
    """What a whole ledger comes down to."""

    count: int
    head: str
    """SHA-256 of the last line; 64 zeros when there is none."""
    merkle_root: str
    """RFC 6962 tree hash whose leaves are the SHA-256 (32 bytes) of the lines."""


def _now() -> datetime:
    return datetime.now(UTC)


class Ledger:
    """One open ledger. Several processes and threads may append to the same file: each append takes its turn."""

    def __init__(self, path: Path, descriptor: int, clock: Callable[[], datetime]) -> None:
        self.path = path
        self._descriptor = descriptor
        self._clock = clock
        self._turn = threading.Lock()
        self._size_bytes = 0
        self._count = 0
        self._head = START
        self._tree = merkle.Tree()

    @classmethod
    def open(cls, path: Path, *, clock: Callable[[], datetime] = _now) -> Self:
        """Open or make (mode 0600) a ledger, check every line, and mend a torn end. Raises EvidenceInvalid naming the line, or MachineError."""
        try:
            made = not path.exists()
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise MachineError(f"{path}: the ledger cannot be opened: {error.strerror}") from error
        ledger = cls(path, descriptor, clock)
        try:
            if made:
                _sync_folder(path.parent)
            with ledger._alone():
                ledger._catch_up()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @property
    def summary(self) -> LedgerSummary:
        """Of what this object has read or written so far."""
        return LedgerSummary(count=self._count, head=self._head, merkle_root=self._tree.root())

    def append(self, type: str, body: Json, run: str = "") -> Entry:
        """Write one entry and wait until it is on the disk. Raises MachineError, and then the file is as before; TypeError for a Secret, ValueError for NaN."""
        with self._alone():
            self._catch_up()
            return self._write(type, body, run)

    def __iter__(self) -> Iterator[Entry]:
        """Every entry from the first, read as it goes."""
        return read(self.path)

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._turn:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _write(self, type: str, body: Json, run: str) -> Entry:
        entry = Entry(seq=self._count + 1, at=self._clock().astimezone(UTC), type=type, run=run, body=body, previous=self._head)
        line = entry.line()
        try:
            written = os.write(self._descriptor, line)
            if written == len(line):
                os.fsync(self._descriptor)
            problem = "" if written == len(line) else "no space for the whole line"
        except OSError as error:
            problem = error.strerror or str(error)
        if problem:
            os.ftruncate(self._descriptor, self._size_bytes)
            raise MachineError(f"{self.path}: the entry could not be written: {problem}")
        self._took(line)
        return entry

    def _took(self, line: bytes) -> None:
        self._size_bytes += len(line)
        self._count += 1
        self._head = canonical.sha256(line)
        self._tree.add(bytes.fromhex(self._head))

    def _catch_up(self) -> None:
        """Read what is new since the last look: all of it at first, later what another process appended."""
        size = os.fstat(self._descriptor).st_size
        if size < self._size_bytes:
            raise EvidenceInvalid(f"{self.path}: shorter than it was: lines after byte {size} were removed")
        if size > self._size_bytes:
            try:
                with self.path.open("rb") as stream:
                    stream.seek(self._size_bytes)
                    for line, _ in walk(stream, str(self.path), seq=self._count, previous=self._head):
                        self._took(line)
            except Torn as torn:
                self._set_aside(torn)
        kept = _aside(self.path, self._count + 1)
        if kept.exists():
            # Also reached when an earlier mending was itself cut short between the cut and this entry.
            torn_bytes = kept.read_bytes()
            self._write("recovered", {"torn_seq": self._count + 1, "file": kept.name, "bytes": len(torn_bytes), "sha256": canonical.sha256(torn_bytes)}, "")

    def _set_aside(self, torn: Torn) -> None:
        kept = _aside(self.path, torn.seq)
        try:
            with self.path.open("rb") as stream:
                stream.seek(torn.offset_bytes)
                rest = stream.read()
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as copy:
                copy.write(rest)
                copy.flush()
                os.fsync(copy.fileno())
            _sync_folder(kept.parent)
            os.ftruncate(self._descriptor, torn.offset_bytes)
            os.fsync(self._descriptor)
        except OSError as error:
            raise MachineError(f"{self.path}: its torn last line could not be set aside as {kept.name}: {error.strerror}") from error


def read(path: Path) -> Iterator[Entry]:
    """Every entry of a ledger, checked, without changing the file. Raises EvidenceInvalid naming the line."""
    for _, entry in _lines(path):
        yield entry


def verify(path: Path) -> LedgerSummary:
    """Check a whole ledger without changing it. Raises EvidenceInvalid naming the line."""
    tree, count, head = merkle.Tree(), 0, START
    for line, _ in _lines(path):
        count, head = count + 1, canonical.sha256(line)
        tree.add(bytes.fromhex(head))
    return LedgerSummary(count=count, head=head, merkle_root=tree.root())


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the engagement's lock (`lock` in its state folder), for as long as the block runs or the process lives. Raises RunLocked naming the holder's process id."""
    path = folder / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise MachineError(f"{path}: the lock cannot be made: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise RunLocked(f"{path}: held by process {holder}") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lines(path: Path) -> Iterator[tuple[bytes, Entry]]:
    try:
        with path.open("rb") as stream:
            yield from walk(stream, str(path))
    except Torn as torn:
        raise EvidenceInvalid(
            f"{path}: line {torn.seq}, the last, is not whole", hint="The next command that writes to this ledger sets the torn line aside and says so."
        ) from None
    except OSError as error:
        raise MachineError(f"{path}: cannot be read: {error.strerror}") from error


def _aside(path: Path, seq: int) -> Path:
    return path.with_name(f"{path.name}.torn-{seq}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
