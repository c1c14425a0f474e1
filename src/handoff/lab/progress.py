"""Progress on stderr: a live bar on a terminal, plain lines elsewhere (logs, CI)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_LINE_EVERY_S = 15.0


class Task:
    """One thing under way; `advance` counts towards a total that may become known later."""

    def __init__(self, title: str, *, quiet: bool = False) -> None:
        self.title = title
        self.total = 0
        self.done = 0
        self._quiet = quiet
        self._began = self._said = time.monotonic()

    def expect(self, total: int) -> None:
        """The number of steps that make it whole."""
        self.total = total

    def advance(self, note: str = "") -> None:
        """One step further."""
        self.done += 1
        now = time.monotonic()
        if not self._quiet and now - self._said >= _LINE_EVERY_S:
            self._said = now
            print(f"{self.title}: {self._share()} after {now - self._began:.0f} s {note}".rstrip(), file=sys.stderr, flush=True)

    def _share(self) -> str:
        return f"{self.done} of {self.total}" if self.total else f"{self.done} steps"


class Progress:
    """Where long work reports to."""

    @contextmanager
    def task(self, title: str) -> Iterator[Task]:
        """Show a task while the block runs."""
        if sys.stderr.isatty():
            with _live(title) as task:
                yield task
            return
        began = time.monotonic()
        print(f"{title} ...", file=sys.stderr, flush=True)
        yield Task(title)
        print(f"{title}: done in {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


class Silent(Progress):
    """Reports nothing."""

    @contextmanager
    def task(self, title: str) -> Iterator[Task]:
        """Run the block without a word."""
        yield Task(title, quiet=True)


@contextmanager
def _live(title: str) -> Iterator[Task]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        shown = bars.add_task(title, total=None)

        class _Live(Task):
            def expect(self, total: int) -> None:
                super().expect(total)
                bars.update(shown, total=total)

            def advance(self, note: str = "") -> None:
                self.done += 1
                bars.update(shown, completed=self.done)

        task = _Live(title, quiet=True)
        yield task
        bars.update(shown, total=max(task.total, task.done, 1), completed=max(task.total, task.done, 1))
