"""A writer that reads and never writes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from handoff.model import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Reader, Scope

_log = logging.getLogger(__name__)


class DryRun:
    """Turns any Reader into a Writer whose writes go nowhere and say so (`applied=False`).

    It holds a Reader only, so there is nothing below it that could write.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._would: list[tuple[str, Json]] = []

    @property
    def scope(self) -> Scope:
        """The reader's scope."""
        return self._reader.scope

    @property
    def would(self) -> tuple[tuple[str, Json], ...]:
        """Every write that was asked for, with its parameters, in order. They may hold policy texts, never secrets."""
        return tuple(self._would)

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """As the reader does."""
        return self._reader.read(op, **params)

    def get(self, op: str, /, **params: object) -> Json | None:
        """As the reader does."""
        return self._reader.get(op, **params)

    def write(self, op: str, /, **params: object) -> Receipt:
        """Notes the write and sends nothing."""
        return self.write_for(op, **params)[0]

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        """Notes the write and sends nothing; the answer is empty."""
        _log.info("dry run: %s in %s", op, self.scope)
        self._would.append((op, params))
        return Receipt(op=op, request_id="", applied=False), {}
