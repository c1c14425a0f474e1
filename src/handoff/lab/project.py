"""Makes a plain `pulumi up` work in a project's folder: the stack that its committed settings name exists in the lab's state."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from handoff.errors import MachineError

if TYPE_CHECKING:
    from handoff.lab.engine.find import Engine

_INIT_TIMEOUT_S = 120.0


def stack_of(folder: Path) -> str | None:
    """The stack of the first `Pulumi.STACK.yaml` beside a `Pulumi.yaml`, or None."""
    if not (folder / "Pulumi.yaml").is_file():
        return None
    names = sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.*.yaml"))
    return names[0] if names else None


def prepare(folder: Path, engine: Engine, exports: Mapping[str, str]) -> str | None:
    """Make sure that stack exists; its name, or None when this folder is no Pulumi project with a stack.

    Works on a copy of the settings, so the user's files stay as they are.

    Raises:
        MachineError: the engine refused.

    """
    stack = stack_of(folder)
    if stack is None:
        return None
    state = Path(exports["PULUMI_BACKEND_URL"].removeprefix("file://"))
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = _project_name(folder / "Pulumi.yaml")
    if (state / ".pulumi" / "stacks" / name / f"{stack}.json").exists():
        return stack
    with tempfile.TemporaryDirectory(prefix="handoff-stack-") as scratch:
        for entry in ("Pulumi.yaml", f"Pulumi.{stack}.yaml"):
            shutil.copy(folder / entry, scratch)
        command = [str(engine.pulumi), "stack", "init", stack, "--non-interactive", "--no-select"]
        environment = {**os.environ, **exports}
        answer = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True, timeout=_INIT_TIMEOUT_S, check=False)
    if answer.returncode != 0 and "already exists" not in answer.stderr:
        raise MachineError(f"the stack {stack} could not be made in {state}: {answer.stderr.strip()}")
    return stack


def _project_name(path: Path) -> str:
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        return str(body["name"])
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise MachineError(f"{path} is not a Pulumi project: {error}", hint="It needs at least `name` and `runtime`.") from error
