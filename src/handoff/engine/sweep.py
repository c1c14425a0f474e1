"""Reads every kind in every scope, side by side, and says for each how well it could be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.errors import AccessDenied, CloudError, CredentialsRefused, Unsupported
from handoff.model import AccessPath, Coverage, Kind, Read, Reader, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

WORKERS = 16
"""More threads do not help on the client's side: the time goes into the SDK, not into waiting (docs/benchmarks.md)."""

Open = Callable[[Scope], Reader]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one kind gave in one scope."""

    paths: tuple[AccessPath, ...]
    coverage: Coverage


def sweep(kinds: Iterable[Kind], scopes: Iterable[Scope], open_reader: Open) -> Iterator[Reading]:
    """One reading for each kind and each scope of its type, in the order they finish.

    A refused own credential (CredentialsRefused) ends the sweep: nothing it could still say would be worth having.
    Paths that were seen before a listing failed are kept; its coverage says that there may be more.
    """
    pairs = [(kind, scope) for kind in kinds for scope in scopes if scope.type is kind.scope_type]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        futures = [pool.submit(_read, kind, scope, open_reader) for kind, scope in pairs]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


def _read(kind: Kind, scope: Scope, open_reader: Open) -> Reading:
    found: list[AccessPath] = []
    read, reason = Read.COMPLETE, None
    try:
        for path in kind.discover(open_reader(scope)):
            found.append(path)  # one by one, so that a failure half-way does not lose what was seen
    except CredentialsRefused:
        raise
    except AccessDenied as error:
        read, reason = Read.DENIED, error.message
    except Unsupported as error:
        read, reason = Read.UNSUPPORTED, error.message
    except CloudError as error:
        read, reason = Read.FAILED, error.message
    return Reading(paths=tuple(found), coverage=Coverage(kind=kind.id, scope=scope, read=read, found=len(found), reason=reason))
