"""Runs command lines as a user would, and reads what they say."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handoff.errors import HandoffError
from handoff.lab.demo.story import Command, Step, Story

LONGEST_S = 600


class DemoFailed(HandoffError):
    """A step of the demonstration did not end as it has to."""

    hint = "Its output stands above; `handoff lab status` says how the lab is."


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell of its own: working folder, environment, and the story it tells to."""

    folder: Path
    env: Mapping[str, str]
    story: Story

    def run(self, step: Step, argv: Sequence[str], *, expect: int | None = 0, shown: str | None = None, folder: Path | None = None) -> str:
        """Run one command and keep it in the story. Its stdout; raises DemoFailed when it ends otherwise than expected (None: with anything but 0)."""
        started = time.monotonic()
        done = subprocess.run(
            argv,
            cwd=folder or self.folder,
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        line = shown or shlex.join(argv)
        output = (done.stdout + done.stderr).replace(str(self.folder) + "/", "")
        self.story.ran(step, Command(line=line, output=output, exit_code=done.returncode, seconds=time.monotonic() - started))
        fits = done.returncode != 0 if expect is None else done.returncode == expect
        if not fits:
            wanted = "a refusal" if expect is None else f"exit code {expect}"
            raise DemoFailed(f"`{line}` ended with exit code {done.returncode}, not with {wanted}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def records(self, step: Step, argv: Sequence[str], *, expect: int | None = 0, shown: str | None = None) -> list[dict[str, Any]]:
        """Run a command with `--json`; its lines. The story shows it as a reader would type it."""
        text = self.run(
            step, [*argv, "--json"], expect=expect, shown=shown or shlex.join(["handoff" if index == 0 else word for index, word in enumerate(argv)])
        )
        found = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        step.commands[-1].output = ""
        return found
