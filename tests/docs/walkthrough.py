"""Runs the commands of docs/pull-request.md in a copy of its example, and can put what they print into the page: `python tests/docs/walkthrough.py`.

The engine's part is played by Pulumi's mocks: a command `pulumi` that runs the program and writes a preview's JSON.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "pull-request.md"
EXAMPLE = Path("examples") / "pull-request"
MARK = "<!-- run -->"
_STEP = re.compile(rf"{re.escape(MARK)}\n```sh\n(?P<commands>.*?)^```\n(?:\n```(?P<language>text|markdown)\n(?P<printed>.*?)^```\n)?", re.MULTILINE | re.DOTALL)
LIMIT_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One block of commands and what the page says that they print."""

    commands: str
    printed: str | None


def steps(text: str) -> tuple[Step, ...]:
    return tuple(Step(commands=one["commands"], printed=one["printed"]) for one in _STEP.finditer(text))


def project(folder: Path) -> Path:
    """A copy of the example, at its place beside the packs; gives the example's folder."""
    (folder / "bin").mkdir()
    (folder / "policies").symlink_to(ROOT / "policies")
    shutil.copytree(ROOT / EXAMPLE, folder / EXAMPLE, ignore=shutil.ignore_patterns("__pycache__", "preview.json", "*.md", "*.sarif"))
    for name, module in (("handoff", "handoff"), ("pulumi", "tests.docs.preview")):
        command = folder / "bin" / name
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -m {module} "$@"\n', encoding="utf-8")
        command.chmod(0o755)
    return folder / EXAMPLE


def run(found: tuple[Step, ...], folder: Path) -> Iterator[str]:
    """What each step prints, on both streams, in a copy of the example below `folder`."""
    here = project(folder)
    paths = os.pathsep.join(filter(None, (str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", ""))))
    env = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": paths, "COLUMNS": "100", "NO_COLOR": "1"}
    for step in found:
        done = subprocess.run(
            ["bash", "-euc", step.commands], cwd=here, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=LIMIT_S
        )
        assert done.returncode == 0, f"{step.commands}\n{done.stdout}"
        yield "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def plain(text: str) -> str:
    """Without what changes by the day, and without counts that grow with the catalogue."""
    text = re.sub(r"\b\d{4}-\d{2}-\d{2}\b", "DATE", text)
    text = re.sub(r"\b\d+ days?\b", "N days", text)
    text = re.sub(r"\b\d+ (pass|passed|not-applicable|not applicable)\b", r"N \1", text)
    return re.sub(r" +", " ", text)


def rewritten(text: str, printed: Iterator[str]) -> str:
    """The page with what the commands print now; what differs in nothing but days and counts is left as it is."""

    def one(found: re.Match[str]) -> str:
        now = next(printed)
        if found["printed"] is None or plain(found["printed"]) == plain(now):
            return found[0]
        start, end = found.start("printed") - found.start(), found.end("printed") - found.start()
        return found[0][:start] + now + found[0][end:]

    return _STEP.sub(one, text)


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(rewritten(text, run(steps(text), Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
