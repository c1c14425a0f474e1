"""What is known of one lab (`lab.json`): its ports and the processes that were started."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from handoff.errors import MachineError, UsageError
from handoff.lab import files
from handoff.lab.service import LabPlan

VARIABLE = "HANDOFF_LAB_DIR"
_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One process as it was started."""

    pid: int
    born: str
    """When it started, as the kernel tells it: with the pid it names one process for good."""
    ports: tuple[int, ...]
    health_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One lab."""

    folder: Path
    ports: Mapping[str, int]
    processes: Mapping[str, Running] = field(default_factory=dict)
    bootstrapped: tuple[str, ...] = ()
    """Clouds whose first identities have been made."""

    @property
    def plan(self) -> LabPlan:
        """The lab as its services see it."""
        return LabPlan(folder=self.folder, ports=self.ports)


def folder() -> Path:
    """`$HANDOFF_LAB_DIR`, else `$XDG_STATE_HOME/handoff/lab`, else `~/.local/state/handoff/lab`."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state") / "handoff" / "lab"


def prepare(place: Path) -> None:
    """Make the folder, for the user only.

    Raises:
        MachineError: it cannot be made or written.

    """
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in ("credentials", "data", "logs"):
            (place / part).mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise MachineError(f"the lab's folder {place} cannot be used: {error.strerror}", hint=f"Name another one with {VARIABLE}.") from error
    if not os.access(place, os.W_OK | os.X_OK):
        raise MachineError(f"the lab's folder {place} cannot be written", hint=f"Name another one with {VARIABLE}.")


def load(place: Path) -> State | None:
    """The lab in this folder, or None when there is none.

    Raises:
        UsageError: lab.json is there but is not ours or is damaged.

    """
    path = place / "lab.json"
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        processes = {name: Running(**{**entry, "ports": tuple(entry["ports"])}) for name, entry in body["processes"].items()}
        return State(folder=place, ports=dict(body["ports"]), processes=processes, bootstrapped=tuple(body["bootstrapped"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is damaged: {error}", hint="End the processes it names by hand, remove the file, and run `handoff lab up`.") from error


def required(place: Path) -> State:
    """The lab in this folder.

    Raises:
        UsageError: it is not up.

    """
    found = load(place)
    if found is None or not found.processes:
        raise UsageError(f"the lab in {place} is not up", hint="Run `handoff lab up` first.")
    return found


def save(state: State) -> None:
    """Write lab.json whole."""
    body: dict[str, Any] = {
        "schema_version": _SCHEMA_VERSION,
        "ports": dict(state.ports),
        "processes": {name: asdict(running) for name, running in state.processes.items()},
        "bootstrapped": list(state.bootstrapped),
    }
    files.write(state.folder / "lab.json", json.dumps(body, indent=1) + "\n", mode=0o600)


def forget(state: State, *, keep: bool) -> None:
    """Remove lab.json and, unless `keep`, everything else that the lab made; the folder itself stays with its lock."""
    import shutil

    if keep:
        save(State(folder=state.folder, ports=state.ports))
        return
    for name in ("data", "credentials", "pulumi", "logs"):
        shutil.rmtree(state.folder / name, ignore_errors=True)
    for name in ("ca.pem", "lags.json", "logins.json", "lab.json"):
        (state.folder / name).unlink(missing_ok=True)
