"""The user's cache folder: what is built or fetched once and shared by every checkout and lab of this user."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from handoff.errors import RunLocked

_POLL_S = 0.2
_SAY_AFTER_S = 1.0


def folder() -> Path:
    """`$XDG_CACHE_HOME/handoff`, or `~/.cache/handoff`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "handoff"


@contextmanager
def locked(path: Path, *, what: str, patience_s: float = 3600.0) -> Iterator[None]:
    """Hold an exclusive lock on a file; waits for another holder, saying so on stderr, and raises RunLocked when patience ends.

    The lock is the kernel's, so it goes with its process however that ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        _acquire(stream.fileno(), path, what=what, patience_s=patience_s)
        yield


def _acquire(descriptor: int, path: Path, *, what: str, patience_s: float) -> None:
    began = time.monotonic()
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - began
            if waited > patience_s:
                raise RunLocked(f"another process has been {what} for more than {patience_s:.0f} s (lock {path})") from None
            if waited > _SAY_AFTER_S and not told:
                told = True
                print(f"Waiting: another process is {what} (lock {path}).", file=sys.stderr)
            time.sleep(_POLL_S)
        else:
            return
