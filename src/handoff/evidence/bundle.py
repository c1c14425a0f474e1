"""The folder that a certificate is: which file lies where, and which of them the statement vouches for."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from handoff.errors import EvidenceInvalid, MachineError, UsageError

STATEMENT = "statement.json"
ENVELOPE = "certificate.dsse.json"
LEDGER = "ledger.jsonl"
PLAN = "plan.json"
SPEC = "spec.yaml"
KEYS = "keys"
_LOOSE = frozenset({STATEMENT, ENVELOPE, f"{KEYS}/client.pub", f"{KEYS}/provider.pub"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One certificate's folder."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> Bundle:
        """The bundle of a folder, of a folder that holds one as `evidence/`, or around an envelope's file. Raises UsageError."""
        tried = (path, path / "evidence") if path.is_dir() else (path.parent,) if path.is_file() else ()
        for folder in tried:
            if (folder / ENVELOPE).is_file():
                return cls(path=folder)
        raise UsageError(f"{path}: no certificate there (no {ENVELOPE})", hint="Name the folder that `handoff certify --out` wrote.")

    def read(self, name: str) -> bytes:
        """One file's bytes. Raises EvidenceInvalid naming it when it is missing, MachineError when it cannot be read."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError as error:
            raise EvidenceInvalid(f"{self.path / name}: missing") from error
        except OSError as error:
            raise MachineError(f"{self.path / name}: cannot be read: {error.strerror}") from error

    def sweep(self, digest: str) -> str:
        """Name of a sweep's record, by `sha256:...`."""
        return f"sweeps/{digest.removeprefix('sha256:')}.jsonl"

    def keys(self) -> dict[str, Path]:
        """The public keys that lie in the bundle, by party."""
        return {path.stem: path for path in sorted((self.path / KEYS).glob("*.pub"))}

    def subjects(self) -> dict[str, str]:
        """SHA-256 of every file that the statement vouches for, by name; the envelope, its payload and the keys stand outside. Raises EvidenceInvalid for a link."""
        found: dict[str, str] = {}
        for folder, folders, names in os.walk(self.path):
            for name in (*folders, *names):
                path = Path(folder) / name
                if path.is_symlink():
                    raise EvidenceInvalid(f"{path}: a link; a bundle holds files only")
            for name in names:
                path = Path(folder) / name
                where = PurePosixPath(path.relative_to(self.path)).as_posix()
                if where not in _LOOSE:
                    found[where] = hashlib.sha256(path.read_bytes()).hexdigest()
        return dict(sorted(found.items()))
