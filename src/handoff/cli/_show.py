"""How results reach stdout and progress reaches stderr, alike for every command."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.status import Status


def line(record: Mapping[str, object]) -> None:
    """One JSON line on stdout."""
    from handoff import canonical

    print(json.dumps(canonical.plain(record), ensure_ascii=False), flush=True)


def raw(lines: Iterable[bytes]) -> None:
    """JSON lines that are in a record already, as they are there."""
    for one in lines:
        sys.stdout.write(one.decode("ascii"))
    sys.stdout.flush()


def summary(exit_code: int, **facts: object) -> None:
    """The last JSON line of a command."""
    line({"type": "summary", "schema_version": 1, "exit_code": exit_code, **facts})


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout; full width when stdout is no terminal, so that nothing is cut off in a file."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    count = 0
    for row in rows:
        shown.add_row(*(Text(str(cell)) for cell in row))
        count += 1
    if count:
        Console(file=sys.stdout, width=None if sys.stdout.isatty() else 220, highlight=False).print(shown)


def say(text: str) -> None:
    """One line of result for people."""
    print(text, flush=True)


@contextmanager
def working(text: str, *, quiet: bool = False) -> Iterator[Status | None]:
    """A spinner with a text on stderr, when stderr is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status(text) as status:
        yield status


def waiting(seconds: float) -> None:
    """Wait, and say on stderr for how long: a wait without a word looks like a hang."""
    import time

    print(f"Waiting {seconds:.0f} s: nothing can be shown before.", file=sys.stderr, flush=True)
    time.sleep(seconds)
