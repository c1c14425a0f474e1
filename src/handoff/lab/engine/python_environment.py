"""Which Python runs a Pulumi program, and what is installed in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto.language_pb2 import ProgramInfo

_LIST = "import json; from importlib.metadata import distributions as d; print(json.dumps(sorted({(x.metadata['Name'], x.version) for x in d() if x.metadata['Name']})))"


def virtual_environment(info: ProgramInfo) -> Path | None:
    """The folder that the project's `runtime.options.virtualenv` names, or None."""
    options = info.options
    if "virtualenv" not in options.fields or not options["virtualenv"]:
        return None
    return Path(info.root_directory) / str(options["virtualenv"])


def interpreter(info: ProgramInfo) -> str:
    """The project's virtual environment when it names one, else the Python that handoff itself runs in."""
    folder = virtual_environment(info)
    return sys.executable if folder is None else str(folder / "bin" / "python")


def version(python: str) -> str:
    """`3.11.7`."""
    return subprocess.run([python, "-c", "import platform; print(platform.python_version())"], capture_output=True, text=True, check=True).stdout.strip()


def distributions(python: str) -> list[tuple[str, str]]:
    """Name and version of everything installed there."""
    answer = subprocess.run([python, "-c", _LIST], capture_output=True, text=True, check=True)
    return [(str(name), str(number)) for name, number in json.loads(answer.stdout)]


def install(info: ProgramInfo, directory: str) -> Iterator[str]:
    """Make the project's virtual environment and install its requirements; yields lines for the user."""
    folder = virtual_environment(info)
    if folder is None:
        yield f"Programs run in {sys.executable}; nothing to install."
        return
    if not (folder / "bin" / "python").exists():
        yield f"Making the virtual environment {folder}"
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, stdout=subprocess.DEVNULL)
    requirements = Path(directory) / "requirements.txt"
    if requirements.is_file():
        yield f"Installing {requirements}"
        quiet = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        subprocess.run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "-r", str(requirements)], check=True, env=quiet)
