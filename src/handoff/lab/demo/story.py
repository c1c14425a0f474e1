"""What happened, step by step: told while it happens, kept for the page."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

MOST_LINES = 40
"""Lines of a command's output that the page keeps; the first and the last ones."""


@dataclass(slots=True, kw_only=True)
class Command:
    """One command line that was run, as a reader may type it."""

    line: str
    output: str
    exit_code: int
    seconds: float


@dataclass(slots=True, kw_only=True)
class Step:
    """One chapter."""

    title: str
    text: str
    commands: list[Command] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    """What is worth remembering of it, in a sentence each."""
    seconds: float = 0.0


@dataclass(slots=True)
class Story:
    """The chapters so far. Tells them on stdout as they come, as text or as JSON lines."""

    as_json: bool
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, title: str, text: str) -> Iterator[Step]:
        """One chapter; its time is measured."""
        step = Step(title=title, text=text)
        self.steps.append(step)
        started = time.monotonic()
        if not self.as_json:
            print(f"\n{len(self.steps):>2}. {title}\n    {text}", flush=True)
        yield step
        step.seconds = time.monotonic() - started
        if self.as_json:
            print(json.dumps({"type": "step", "schema_version": 1, "title": title, "seconds": round(step.seconds, 1), "facts": step.facts}), flush=True)
        else:
            for fact in step.facts:
                print(f"    - {fact}", flush=True)
            print(f"    ({step.seconds:.1f} s)", flush=True)

    def ran(self, step: Step, command: Command) -> None:
        """Note a command."""
        command.output = shorten(command.output)
        step.commands.append(command)
        if not self.as_json:
            print(f"    $ {command.line}", flush=True)

    def save(self, path: Path, **facts: object) -> None:
        """The story as JSON, for the page and for whoever wants to read it by machine."""
        steps = [
            {
                "title": one.title,
                "text": one.text,
                "seconds": round(one.seconds, 2),
                "facts": one.facts,
                "commands": [_plain(command) for command in one.commands],
            }
            for one in self.steps
        ]
        path.write_text(json.dumps({"steps": steps, **facts}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def shorten(text: str) -> str:
    """The first and the last lines of a long output."""
    lines = text.rstrip().splitlines()
    if len(lines) <= MOST_LINES:
        return "\n".join(lines)
    half = MOST_LINES // 2
    return "\n".join([*lines[:half], f"... {len(lines) - 2 * half} lines left out ...", *lines[-half:]])


def _plain(command: Command) -> Mapping[str, object]:
    return {"line": command.line, "output": command.output, "exit_code": command.exit_code, "seconds": round(command.seconds, 2)}
