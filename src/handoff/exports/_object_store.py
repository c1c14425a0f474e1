"""What object stores of every cloud have in common: the connection lists and reads, the export only says what it covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.exports._contract import ObjectInfo, ObjectReader
    from handoff.model import ScopeType


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStore:
    """Every current object of every store of a scope, byte for byte, in the version that was listed."""

    id: str
    title: str
    stores: frozenset[str]
    scope_type: ScopeType
    source: str
    blind: str

    def find(self, reader: ObjectReader, /) -> Iterator[str]:
        """Every store of the scope."""
        return reader.list_stores()

    def objects(self, reader: ObjectReader, store: str, /) -> Iterator[ObjectInfo]:
        """Every current object of one store."""
        return reader.list_objects(store)

    def open(self, reader: ObjectReader, store: str, item: ObjectInfo, /) -> Iterator[bytes]:
        """The object's bytes; fails when it was replaced since it was listed."""
        return reader.read_object(store, item)
