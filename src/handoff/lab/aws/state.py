"""Tables of the stand-ins, in one JSON file that is written when the process ends."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)
_BYTES = "__bytes__"


class State:
    """One table for each account, region, service and name."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._tables: dict[str, dict[str, Any]] = {}

    def table(self, *key: str) -> dict[str, Any]:
        """The table itself, not a copy."""
        return self._tables.setdefault("/".join(key), {})

    def load(self) -> None:
        """Takes what an earlier process left, if anything. A file that cannot be read ends the process: starting empty would lose it for good."""
        if self._file is None or not self._file.exists():
            return
        try:
            self._tables = json.loads(self._file.read_text(encoding="utf-8"), object_hook=_decoded)
        except (OSError, ValueError) as error:
            raise SystemExit(f"{self._file} cannot be read: {error}. Mend it, or `handoff lab down` to begin anew.") from error

    def save(self) -> None:
        """Written aside first. A table that JSON does not know is left out and named in the log: one stand-in's mistake does not cost the others' data."""
        if self._file is None:
            return
        kept: dict[str, str] = {}
        for key, table in self._tables.items():
            try:
                kept[key] = json.dumps(table, default=_encoded)
            except TypeError:
                _log.exception("table %s is lost: it holds what JSON does not know", key)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        aside = self._file.with_suffix(".new")
        pairs = ",\n".join(f"{json.dumps(key)}: {text}" for key, text in sorted(kept.items()) if text != "{}")
        aside.write_text("{" + pairs + "}", encoding="utf-8")
        aside.replace(self._file)


def _encoded(value: object) -> object:
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode("ascii")}
    raise TypeError(f"{type(value).__name__} is not JSON")


def _decoded(value: dict[str, Any]) -> object:
    return base64.b64decode(value[_BYTES]) if value.keys() == {_BYTES} else value
