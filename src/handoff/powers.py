"""What a kind may be able to do beyond what every kind does; the engine asks with `isinstance`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from handoff.model import AccessPath, Reader, Use


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
