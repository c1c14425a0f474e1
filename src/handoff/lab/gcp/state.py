"""Everything the stand-in knows: tables of records by full resource name, written through to one file of mode 0600."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

Record = dict[str, Any]
"""A resource as Google shows it, plus keys that begin with `_`, which never leave the stand-in."""


@dataclass(slots=True, kw_only=True)
class Settings:
    """What a test may turn while the server runs (POST /_lab/settings)."""

    page_size: int | None = None
    """Largest page that a listing gives, whatever was asked for; None = as asked."""
    token_life_s: int = 3600
    """Life of an access token, in seconds."""


@dataclass(slots=True, kw_only=True)
class State:
    """The tables, and how long a removed binding goes on working."""

    folder: Path
    binding_lag_s: float = 0.0
    settings: Settings = field(default_factory=Settings)
    tables: dict[str, dict[str, Record]] = field(default_factory=dict)
    faults: list[Record] = field(default_factory=list)
    _signing: rsa.RSAPrivateKey | None = None

    def table(self, name: str) -> dict[str, Record]:
        """The records of one kind, by full resource name with the project's id (never its number)."""
        return self.tables.setdefault(name, {})

    @property
    def signing_key(self) -> rsa.RSAPrivateKey:
        """The key that signs access tokens; kept at hand, because reading one checks its primes anew, at 0.1 s."""
        if self._signing is None:
            pem = self.table("meta").setdefault("signing", {"_pem": new_key()})["_pem"]
            key = serialization.load_pem_private_key(pem.encode(), password=None)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError("the lab's signing key is not an RSA key")
            self._signing = key
        return self._signing

    def number(self) -> str:
        """A new 12-digit project number or similar, never given twice."""
        record = self.table("meta").setdefault("counter", {"value": 300_000_000_000})
        record["value"] += 7
        return str(record["value"])

    def save(self) -> None:
        """Write the snapshot whole; the old one stays until the new one is complete."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / "state.json"
        temporary = self.folder / "state.json.new"
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            json.dump(self.tables, stream)
        temporary.replace(target)

    def load(self) -> None:
        """Take up the snapshot of an earlier run, if there is one."""
        source = self.folder / "state.json"
        if source.exists():
            self.tables = json.loads(source.read_text(encoding="utf-8"))

    def root_secret(self) -> str:
        """The secret of the lab-only endpoints; made once, in a file of mode 0600."""
        path = self.folder / "root.secret"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
                stream.write(secrets.token_urlsafe(32))
        return path.read_text(encoding="utf-8").strip()


def new_key() -> str:
    """A new RSA private key of 2048 bits as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def shown(record: Record) -> Record:
    """The record as Google would show it."""
    return {key: value for key, value in record.items() if not key.startswith("_")}


def stamp(moment: datetime) -> str:
    """RFC 3339 with milliseconds, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The time that `stamp` wrote."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def after(now: datetime, seconds: float) -> str:
    """The stamp of a time that many seconds later."""
    return stamp(now + timedelta(seconds=seconds))
