"""The state of the stand-in: tables of JSON objects, kept in memory and written through to one file of mode 0600."""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.jwt import Signer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from handoff.lab.azure.refusals import Fault

Record = dict[str, Any]
TABLES = (
    "tenants",
    "subscriptions",
    "applications",
    "servicePrincipals",
    "users",
    "groups",
    "directoryRoles",
    "policies",
    "locations",
    "resources",
    "storageKeys",
    "secrets",
    "keys",
    "issuers",
    "settings",
)
DEFAULTS: Mapping[str, float] = {"page_size": 100, "token_s": 3600}


def stamp(at: datetime | None = None) -> str:
    """A time as Azure writes it: UTC with seven decimals."""
    return (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def moment(text: str) -> datetime:
    """A time as Azure or an SDK writes it; Python reads at most six decimals."""
    trimmed = re.sub(r"(\.\d{6})\d+", r"\1", text.strip().replace("Z", "+00:00"))
    at = datetime.fromisoformat(trimmed)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def public(record: Record) -> Record:
    """A record as its service shows it: without the names that start with an underscore."""
    return {name: _stripped(value) for name, value in record.items() if not name.startswith("_")}


def _stripped(value: object) -> object:
    if isinstance(value, dict):
        return public(value)
    return [_stripped(item) for item in value] if isinstance(value, list) else value


@dataclass(slots=True, kw_only=True)
class World:
    """Everything the stand-in knows."""

    folder: Path
    url: str
    lags_s: Mapping[str, float]
    signer: Signer
    root_secret: str
    tables: dict[str, dict[str, Record]] = field(default_factory=dict)
    ghosts: list[Record] = field(default_factory=list)
    """Removed rights that still work: `{"resource", "until"}` with `until` in seconds of the epoch."""
    activity: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    dirty: bool = False

    @classmethod
    def opened(cls, folder: Path, *, url: str, lags_file: Path | None) -> World:
        """The world kept in this folder, or a new one."""
        folder.mkdir(parents=True, exist_ok=True)
        lags: Record = json.loads(lags_file.read_text(encoding="utf-8")) if lags_file and lags_file.exists() else {"kinds": {}}
        world = cls(
            folder=folder,
            url=url.rstrip("/"),
            lags_s={str(k): float(v) for k, v in lags["kinds"].items()},
            signer=Signer.kept(folder / "entra.key"),
            root_secret=_kept_secret(folder / "root.secret"),
        )
        kept: Record = json.loads(world.snapshot.read_text(encoding="utf-8")) if world.snapshot.exists() else {}
        world.tables = {name: kept.get("tables", {}).get(name, {}) for name in TABLES}
        world.ghosts = kept.get("ghosts", [])
        if world.log.exists():
            world.activity = [json.loads(line) for line in world.log.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
        return world

    @property
    def snapshot(self) -> Path:
        """Where the tables are kept."""
        return self.folder / "state.json"

    @property
    def log(self) -> Path:
        """Where the activity log is kept, one event a line."""
        return self.folder / "activity.jsonl"

    def table(self, name: str) -> dict[str, Record]:
        """One table, by key; whoever changes it calls `touch`."""
        return self.tables[name]

    def touch(self) -> None:
        """Something changed: write before the answer leaves."""
        self.dirty = True

    def save(self) -> None:
        """Write the tables whole, beside and then over the old file, so that a kill leaves one or the other."""
        if not self.dirty:
            return
        text = json.dumps({"tables": self.tables, "ghosts": self.ghosts}, separators=(",", ":"))
        beside = self.snapshot.with_suffix(".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(self.snapshot)
        self.dirty = False

    def record(self, event: Record) -> None:
        """Append one event to the activity log."""
        self.activity.append(event)
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(json.dumps(event, separators=(",", ":")) + "\n")

    def setting(self, name: str) -> float:
        """A lab setting, such as `page_size` or `token_s`."""
        return float(self.table("settings").get(name, {}).get("value", DEFAULTS[name]))

    def linger(self, kind: str, resource: Record) -> None:
        """Let a removed right go on working for this kind's lag."""
        lag_s = self.lags_s.get(kind, 0.0)
        now = time.time()
        self.ghosts = [ghost for ghost in self.ghosts if ghost["until"] > now]
        if lag_s > 0:
            self.ghosts.append({"resource": resource, "until": now + lag_s})

    def live_and_ghosts(self, kind: str) -> list[Record]:
        """Resources of an ARM type (lower case) that still count: those that exist and those whose removal has not yet reached everywhere."""
        now = time.time()
        found = [r for r in self.table("resources").values() if r["type"].lower() == kind]
        return found + [g["resource"] for g in self.ghosts if g["until"] > now and g["resource"]["type"].lower() == kind]


def _kept_secret(path: Path) -> str:
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()
