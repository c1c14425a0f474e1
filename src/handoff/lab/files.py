"""Files of the lab: written whole or not at all, secrets with mode 0600 from the first byte."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Replace a file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as stream:
            stream.write(text)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def write_secret(path: Path, text: str) -> None:
    """Replace a file that holds a secret atomically; nobody but the user can read it at any instant."""
    write(path, text, mode=0o600)
