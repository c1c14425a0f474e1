"""What tests order, for each account by itself: faults, delays, small pages, a record of the calls."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from handoff.lab.aws import wire
from handoff.lab.aws.standin import Fault

if TYPE_CHECKING:
    from handoff.lab.aws.request import Answer, Request

CONTROL = "/_handoff/aws/control"
CALLS = "/_handoff/aws/calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One fault: for operations of a pattern, so many times or until it is cleared."""

    op: str
    code: str
    status: int = 400
    message: str = "ordered by a test"
    times: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Orders:
    """What is in force for one account."""

    faults: list[Ordered] = field(default_factory=list)
    page_size: int | None = None
    delay_ms: float = 0
    record: bool = False
    calls: list[str] = field(default_factory=list)

    def fault(self, op: str) -> Fault | None:
        """The first fault for an operation, and one time less of it."""
        for at, ordered in enumerate(self.faults):
            if fnmatchcase(op, ordered.op) and ordered.times != 0:
                if ordered.times is not None:
                    self.faults[at] = replace(ordered, times=ordered.times - 1)
                return Fault(ordered.code, ordered.message, status=ordered.status, headers=ordered.headers)
        return None


class Control:
    """All accounts' orders; an account without any costs nothing."""

    def __init__(self) -> None:
        self._orders: dict[str, Orders] = {}

    def of(self, account: str) -> Orders | None:
        """The orders for an account."""
        return self._orders.get(account)

    def answer(self, request: Request) -> Answer | None:
        """The control's own two paths; None for anything else."""
        if request.path == CALLS and request.method == "GET":
            orders = self._orders.get((request.query.get("account") or [""])[0]) or Orders()
            return wire.plain(200, {"calls": orders.calls})
        if request.path != CONTROL or request.method != "POST":
            return None
        try:
            given = json.loads(request.body)
            self._order(**given)
        except (ValueError, TypeError, KeyError) as error:
            return wire.plain(400, {"error": f"that is no order: {error}"})
        return wire.plain(200, {})

    def _order(self, *, account: str, faults: list[dict[str, Any]] | None = None, clear: bool = False, **settings: Any) -> None:  # noqa: ANN401 - JSON
        if unknown := settings.keys() - {"page_size", "delay_ms", "record"}:
            raise KeyError(", ".join(sorted(unknown)))
        ordered = None if faults is None else [Ordered(**fault) for fault in faults]
        if clear:
            self._orders.pop(account, None)
        orders = self._orders.setdefault(account, Orders())
        if ordered is not None:
            orders.faults = ordered
        if settings.get("record"):
            orders.calls = []
        for name, value in settings.items():
            setattr(orders, name, value)
