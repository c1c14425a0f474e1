"""Which Pulumi engine is here already, and where it came from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from handoff.lab import cache

MINIMUM = (3, 250, 0)
"""Oldest engine that is used: the one the stand-in providers were measured with."""
BUILT_VERSION = "3.259.0"
"""What modfile/go.mod pins."""
HOST = "pulumi-language-python"
RUNNER = "pulumi-language-python-exec"
_VERSION_TIMEOUT_S = 30.0


class Origin(StrEnum):
    """Where the engine came from."""

    PATH = "found on PATH"
    INSTALLER = "installed by the official installer"
    BUILT = "built from the Go module"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A usable engine."""

    version: str
    pulumi: Path
    """The executable."""
    origin: Origin

    @property
    def runner(self) -> Path | None:
        """The script that runs a Python program for our language host; None where the engine brings its own host."""
        return self.pulumi.with_name(RUNNER) if self.origin is Origin.BUILT else None


def home() -> Path:
    """The cache folder of engines."""
    return cache.folder() / "engine"


def find() -> Engine | None:
    """The engine that would be used now without fetching anything, or None."""
    return on_path() or installed() or built()


def on_path() -> Engine | None:
    """The user's own engine, when it is new enough and brings a Python language host."""
    for folder in os.get_exec_path():
        pulumi = Path(folder) / "pulumi"
        if _is_ours(pulumi) or not os.access(pulumi, os.X_OK):
            continue
        if not (os.access(pulumi.with_name(HOST), os.X_OK) or shutil.which(HOST)):
            return None
        return _judged(pulumi, Origin.PATH)
    return None


def why_not_on_path() -> str:
    """One line for the error that lists what was tried."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        return "no `pulumi` on PATH"
    wanted = ".".join(map(str, MINIMUM))
    return f"`pulumi` on PATH ({pulumi}, version {version_of(Path(pulumi)) or 'unreadable'}) is older than {wanted} or comes without {HOST}"


def installed() -> Engine | None:
    """What the official installer left in the cache."""
    folder = home() / "official"
    pulumi = folder / "bin" / "pulumi"
    return _judged(pulumi, Origin.INSTALLER) if os.access(pulumi, os.X_OK) else None


def built() -> Engine | None:
    """What was built into the cache; it was tried before it was put there, so its presence is enough."""
    pulumi = home() / BUILT_VERSION / "bin" / "pulumi"
    complete = os.access(pulumi, os.X_OK) and pulumi.with_name(RUNNER).is_file()
    return Engine(version=BUILT_VERSION, pulumi=pulumi, origin=Origin.BUILT) if complete else None


def version_of(pulumi: Path) -> str | None:
    """`3.259.0`, or None when it does not answer like an engine."""
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run([pulumi, "version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, env=quiet, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.fullmatch(r"v?(\d+\.\d+\.\d+)(?:[-+].*)?", answer.stdout.strip())
    return found.group(1) if found and answer.returncode == 0 else None


def _judged(pulumi: Path, origin: Origin) -> Engine | None:
    version = version_of(pulumi)
    if version is None or tuple(int(part) for part in version.split(".")) < MINIMUM:
        return None
    return Engine(version=version, pulumi=pulumi, origin=origin)


def _is_ours(pulumi: Path) -> bool:
    """After `eval "$(handoff lab env)"` our own engine is on PATH; that must not make it the user's."""
    return pulumi.resolve().is_relative_to(home().resolve())
