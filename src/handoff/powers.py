"""What a kind may be able to do beyond what every kind does, which the engine asks with `isinstance`; and what a kind of inbound dependency is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from handoff.model import AccessPath, Clue, Dependency, KindId, Reader, ScopeType, Use


@runtime_checkable
class Fencing(Protocol):
    """A kind that knows by which operations a new path of its own is opened: the fence forbids them to the provider before anything is cut."""

    fences: frozenset[str]
    """Permissions (AWS: IAM actions such as `iam:CreateAccessKey`)."""


@runtime_checkable
class Recurring(Protocol):
    """A kind whose paths can make themselves anew (a grant that allows CreateGrant, a rule that calls back): it is cut again until it stays quiet."""

    recurs: bool


@runtime_checkable
class Watching(Protocol):
    """A kind that can tell from a log whether a path was used."""

    uses: frozenset[str]
    """Operations that `used` calls."""

    def used(self, reader: Reader, path: AccessPath, since: datetime, /) -> Iterator[Use]:
        """Every use since then that the log shows, newest first. Raises like any read: a log that cannot be read is not a log without entries."""
        ...


@runtime_checkable
class Minting(Protocol):
    """A kind whose paths give sessions or addresses that outlive them: it says how one is minted, so that one from before the cut can be tried after it."""

    def mints(self, path: AccessPath, /) -> tuple[Mapping[str, str], ...]:
        """Instructions for the cloud's `mint`; secrets such as external ids come from the path's detail only if they are none."""
        ...


class Leaning(Protocol):
    """One way in which something of the client's can lean on somebody else; a module `dependencies/<cloud>/<name>.py` ends with `DEPENDENCY = ...`."""

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


class Witness(Protocol):
    """A cloud's own log, asked about holders whom nothing else tells; a module `witnesses/<cloud>.py` ends with `WITNESS = ...`."""

    reads: frozenset[str]

    def explain(self, paths: Iterable[AccessPath], readers: Iterable[Reader], /) -> Iterator[tuple[AccessPath, tuple[tuple[Clue, str], ...]]]:
        """Further clues for each of these paths. Raises like any read."""
        ...
