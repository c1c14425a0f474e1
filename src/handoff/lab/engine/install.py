"""Gets an engine: the one that is here, else the official installer's, else one built from source."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from handoff.errors import MachineError
from handoff.lab import cache
from handoff.lab.engine import build, find, wrapper

if TYPE_CHECKING:
    from pathlib import Path

    from handoff.lab.engine.find import Engine
    from handoff.lab.progress import Progress

_REACH_TIMEOUT_S = 10
"""For the installer's host to answer at all: it may be out of reach, and then building is the way."""
_INSTALL_TIMEOUT_S = 600
_INSTALL = """
import socket, sys
socket.setdefaulttimeout(float(sys.argv[2]))
from pulumi.automation import PulumiCommand
PulumiCommand.install(root=sys.argv[1])
"""


def ensure(progress: Progress) -> Engine:
    """A working engine, fetched or built at most once per user.

    Raises:
        MachineError: none could be had; the message says everything that was tried.

    """
    engine = find.find()
    if engine is not None:
        wrapper.ensure(engine)
        return engine
    with cache.locked(find.home() / ".lock", what="getting the Pulumi engine"):
        engine = find.find()
        if engine is not None:
            return engine
        tried = [find.why_not_on_path()]
        for attempt in (_official, build.build):
            try:
                engine = attempt(progress)
                wrapper.ensure(engine)
            except MachineError as error:
                tried.append(error.message)
            else:
                return engine
    listing = "".join(f"\n  - {entry}" for entry in tried)
    raise MachineError(
        f"the Pulumi engine could not be had. Tried:{listing}", hint="Install Pulumi yourself, so that `pulumi version` works, or mend one of the above."
    )


def _official(progress: Progress) -> Engine:
    """The official installer, through the Automation API; into a fresh folder that is renamed once it works."""
    fresh = find.home() / "official.new"
    shutil.rmtree(fresh, ignore_errors=True)
    with progress.task("Pulumi engine: official installer"):
        problem = _run_installer(fresh)
    if problem:
        shutil.rmtree(fresh, ignore_errors=True)
        raise MachineError(f"official installer: {problem}")
    final = find.home() / "official"
    shutil.rmtree(final, ignore_errors=True)
    fresh.rename(final)
    engine = find.installed()
    if engine is None:
        raise MachineError("official installer: it finished, but what it left does not answer `pulumi version`")
    return engine


def _run_installer(root: Path) -> str:
    """What went wrong, or nothing."""
    command = [sys.executable, "-c", _INSTALL, str(root), str(_REACH_TIMEOUT_S)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=_INSTALL_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"not finished after {_INSTALL_TIMEOUT_S} s"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    lines = output.strip().splitlines()
    return "" if process.returncode == 0 else (lines[-1] if lines else f"exit code {process.returncode}")
