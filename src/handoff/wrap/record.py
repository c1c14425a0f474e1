"""Which operations were used, seen at the one choke point."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handoff.model import Json, Reader, Receipt, Scope, Writer


class RecordedReader:
    """Passes every read on and tells an observer its operation before it is sent."""

    def __init__(self, reader: Reader, seen: Callable[[str], None]) -> None:
        self._reader = reader
        self._seen = seen

    @property
    def scope(self) -> Scope:
        """The reader's scope."""
        return self._reader.scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """As the reader does."""
        self._seen(op)
        return self._reader.read(op, **params)

    def get(self, op: str, /, **params: object) -> Json | None:
        """As the reader does."""
        self._seen(op)
        return self._reader.get(op, **params)


class RecordedWriter(RecordedReader):
    """The same for writes; `wrote` also gets each receipt."""

    def __init__(self, writer: Writer, seen: Callable[[str], None], wrote: Callable[[Receipt], None] | None = None) -> None:
        super().__init__(writer, seen)
        self._writer = writer
        self._wrote = wrote

    def write(self, op: str, /, **params: object) -> Receipt:
        """As the writer does."""
        return self.write_for(op, **params)[0]

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        """As the writer does."""
        self._seen(op)
        receipt, answer = self._writer.write_for(op, **params)
        if self._wrote is not None:
            self._wrote(receipt)
        return receipt, answer
