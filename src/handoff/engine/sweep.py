"""Reads every kind in every scope, side by side, and says for each how well it could be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from queue import Full, Queue
from typing import TYPE_CHECKING

from handoff import fan
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, Unsupported
from handoff.model import AccessPath, Coverage, Dependency, Kind, Read, Reader, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Executor

    from handoff.powers import Leaning

WORKERS = 16
"""For work that is one call each: more threads do not help when the time goes into the SDK, not into waiting (docs/benchmarks.md)."""

_BATCH = 64
_WAITING = 32
"""Batches that may wait for whoever takes them: listings stop when they are faster than the record is written."""
_LOOK_UP_S = 0.2

Open = Callable[[Scope], Reader]
Seen = AccessPath | Dependency | Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """What the listings of one sweep share: where readers come from, whose hands they may use, and where what they see goes."""

    open_reader: Open
    ground: fan.Ground = field(default_factory=fan.Ground)
    batches: Queue[list[Seen] | BaseException] = field(default_factory=lambda: Queue(maxsize=_WAITING))

    def put(self, batch: list[Seen] | BaseException) -> None:
        """Hands over; gives up when the sweep has ended."""
        while not self.ground.halt.is_set():
            try:
                self.batches.put(batch, timeout=_LOOK_UP_S)
            except Full:
                continue
            return


def sweep(kinds: Iterable[Kind | Leaning], scopes: Iterable[Scope], open_reader: Open) -> Iterator[Seen]:
    """Each path and each inbound dependency as it is seen, and one coverage for each kind and each scope of its type when its listing has ended. In no order.

    A refused own credential (CredentialsRefused) ends the sweep: nothing it could still say would be worth having. Paths that were seen before
    a listing failed stand; its coverage says that there may be more. No more than `fan.in_flight()` calls are on their way at once.
    """
    scopes = tuple(scopes)
    pairs = [(kind, scope) for kind in kinds for scope in scopes if scope.type is kind.scope_type]
    common = _Field(open_reader=open_reader)
    flight = fan.in_flight()
    listers = max(1, flight // 4)
    with ExitStack() as ends:
        pool = ends.enter_context(fan.threads(flight - listers, common.ground)) if flight > listers else None
        lists = ends.enter_context(fan.threads(listers, common.ground))
        # Entered last, so done first: whoever waits anywhere is told before the pools are waited for.
        ends.callback(_end, common, lists, pool)
        for kind, scope in pairs:
            lists.submit(_list, common, pool, kind, scope)
        left = len(pairs)
        while left:
            batch = common.batches.get()
            if isinstance(batch, BaseException):
                raise batch
            left -= sum(isinstance(one, Coverage) for one in batch)
            yield from batch


def _end(common: _Field, *pools: Executor | None) -> None:
    common.ground.halt.set()
    for pool in pools:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _list(common: _Field, pool: Executor | None, kind: Kind | Leaning, scope: Scope) -> None:
    try:
        with ExitStack() as lent:
            if pool is not None:
                lent.enter_context(fan.hands(pool))
            _read(common, kind, scope)
    except fan.Halted:
        return
    except BaseException as error:  # noqa: BLE001 - it is raised where the sweep is read: a thread has nobody to tell
        common.put(error)


def _read(common: _Field, kind: Kind | Leaning, scope: Scope) -> None:
    batch: list[Seen] = []
    count, read, reason = 0, Read.COMPLETE, None
    try:
        for path in kind.discover(common.open_reader(scope)):  # one by one, so that a failure half-way does not lose what was seen
            batch.append(path)
            count += 1
            if len(batch) >= _BATCH:
                common.put(batch)
                batch = []
    except CredentialsRefused:
        raise
    except AccessDenied as error:
        read, reason = Read.DENIED, error.message
    except Unsupported as error:
        read, reason = Read.UNSUPPORTED, error.message
    except CloudError as error:
        read, reason = Read.FAILED, error.message
    common.put([*batch, Coverage(kind=kind.id, scope=scope, read=read, found=count, reason=reason)])
