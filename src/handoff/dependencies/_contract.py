"""What a kind of inbound dependency is; a module `dependencies/<cloud>/<name>.py` ends with `DEPENDENCY = ...`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from handoff.model import Dependency, KindId, Reader, ScopeType, Use


class Leaning(Protocol):
    """One way in which something of the client's can lean on somebody else."""

    id: KindId
    """`aws.lambda_layer`: the path of the module under `handoff.dependencies`."""
    title: str
    row: str
    """Row of the catalogue (docs/reference), such as A32, or `1.5`."""
    source: str
    scope_type: ScopeType
    reads: frozenset[str]
    blind: str
    replace: str
    """How it is replaced before the cut, in a sentence or two for the engineer who does it."""

    def discover(self, reader: Reader, /) -> Iterator[Dependency]:
        """Everything of this kind whose owner is another account (or another party's thing), whoever it is; attribution decides whose."""
        ...

    def used(self, reader: Reader, dependency: Dependency, since: datetime, /) -> Iterator[Use]:
        """What a log shows of its use since then, newest first; raises like any read. A kind whose use no log shows yields nothing and says so in `blind`."""
        ...
