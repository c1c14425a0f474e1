"""Where an engagement's records live on this machine: `.handoff/ENGAGEMENT/`, or below `HANDOFF_STATE`.

- `ledger.jsonl`: the ledger
- `lock`: held by the run that writes
- `sweeps/SHA256.jsonl`: what each sweep saw, named by its own digest
- `plans/SHA256.json`: each plan, likewise
- `bags/SHA256/`: tag files of each bag that was returned, by the digest of its tag manifest
- `documents/SHA256.json`: manifest of each transfer package
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from handoff import canonical
from handoff.errors import EvidenceInvalid, MachineError, UsageError
from handoff.evidence.ledger import Ledger, lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

VARIABLE = "HANDOFF_STATE"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFolder:
    """The records of one engagement."""

    path: Path

    @classmethod
    def of(cls, engagement: str) -> StateFolder:
        """The folder of an engagement (`metadata.name`), made with mode 0700 when it is not there."""
        if not engagement or engagement in {".", ".."} or "/" in engagement:
            raise UsageError(f"{engagement!r} cannot name a folder")
        folder = cls(path=Path(os.environ.get(VARIABLE) or ".handoff") / engagement)
        try:
            for path in (folder.path.parent, folder.path, folder.sweeps, folder.plans):
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise MachineError(f"{folder.path}: cannot be made: {error.strerror}", hint=f"Make it writable, or set {VARIABLE} to another folder.") from error
        return folder

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.path / "ledger.jsonl"

    @property
    def sweeps(self) -> Path:
        """Folder of the sweeps."""
        return self.path / "sweeps"

    @property
    def plans(self) -> Path:
        """Folder of the plans."""
        return self.path / "plans"

    def sweep(self, sha256: str) -> Path:
        """The file of one sweep, by its digest with or without `sha256:`."""
        return self.sweeps / f"{_bare(sha256)}.jsonl"

    def plan(self, sha256: str) -> Path:
        """The file of one plan, by its digest with or without `sha256:`."""
        return self.plans / f"{_bare(sha256)}.json"

    def open_ledger(self, *, clock: Callable[[], datetime] | None = None) -> Ledger:
        """The ledger, opened for appending."""
        return Ledger.open(self.ledger) if clock is None else Ledger.open(self.ledger, clock=clock)

    def lock(self) -> AbstractContextManager[None]:
        """Hold the engagement's lock; raises RunLocked."""
        return lock(self.path)

    def write_artefact(self, name: str, data: bytes) -> Path:
        """Write one file of the folder (`sweeps/DIGEST.jsonl`, `plans/DIGEST.json`) whole or not at all; returns where it lies."""
        path = self.path / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise MachineError(f"{path.parent}: cannot be made: {error.strerror}") from error
        write_artefact(path, data)
        return path

    def write_sweep(self, data: bytes) -> str:
        """Keep a sweep's JSON lines; returns their SHA-256 in hexadecimal."""
        digest = canonical.sha256(data)
        write_artefact(self.sweep(digest), data)
        return digest

    def write_sweep_lines(self, lines: Iterable[bytes]) -> str:
        """The same for lines that come one by one: none is held longer than it takes to write it."""
        hashed = hashlib.sha256()

        def passing() -> Iterator[bytes]:
            for line in lines:
                hashed.update(line)
                yield line

        written = _write_beside(self.sweeps / "sweep.jsonl", passing())
        _move(written, self.sweep(hashed.hexdigest()))
        return hashed.hexdigest()

    def write_plan(self, data: bytes) -> str:
        """Keep a plan's bytes; returns their SHA-256 in hexadecimal."""
        digest = canonical.sha256(data)
        write_artefact(self.plan(digest), data)
        return digest

    def read_artefact(self, path: Path) -> bytes:
        """The bytes of a sweep or plan, checked against the digest in its name. Raises EvidenceInvalid or MachineError."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise MachineError(f"{path}: cannot be read: {error.strerror}") from error
        if canonical.sha256(data) != path.stem:
            raise EvidenceInvalid(f"{path}: its content is not what its name says: it was changed")
        return data


def write_artefact(path: Path, data: bytes) -> None:
    """Write a file of mode 0600 whole or not at all, on the disk when this returns. Raises MachineError."""
    _move(_write_beside(path, (data,)), path)


def _write_beside(path: Path, chunks: Iterable[bytes]) -> Path:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.writelines(chunks)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise MachineError(f"{path}: cannot be written: {error.strerror}") from error
    return temporary


def _move(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise MachineError(f"{path}: cannot be written: {error.strerror}") from error


def _bare(sha256: str) -> str:
    digest = sha256.removeprefix("sha256:")
    if not _DIGEST.fullmatch(digest):
        raise UsageError(f"{sha256!r} is not a SHA-256 digest", hint="64 hexadecimal digits, with or without `sha256:` before them.")
    return digest
