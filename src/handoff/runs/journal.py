"""The ledger, as the engine's journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handoff.evidence.ledger import Ledger


@dataclass(frozen=True, slots=True)
class LedgerJournal:
    """Keeps intents and receipts in the ledger."""

    ledger: Ledger

    def append(self, type_: str, body: Mapping[str, object], /, *, run: str) -> None:
        """Durable when it returns."""
        self.ledger.append(type_, body, run=run)

    def entries(self, *, run: str) -> Iterator[tuple[str, datetime, Mapping[str, Any]]]:
        """Type, time and body of every entry of a run, oldest first."""
        for entry in self.ledger:
            if entry.run == run:
                yield entry.type, entry.at, entry.body
