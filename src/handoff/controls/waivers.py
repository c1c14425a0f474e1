"""The spec's dated exceptions: which failure each excuses, and which of them excuse nothing."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from handoff.controls.model import Control, Result, Verdict, Waived

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from handoff.spec import Waiver


class Waivers:
    """Matches failures with waivers and remembers which were used.

    `mine` are the controls of this run: a waiver of another pack's control is that pack's affair. `known`, when given, are all controls
    there are: a waiver of anything else is a fault.
    """

    def __init__(self, waivers: Sequence[Waiver], *, today: date, mine: frozenset[str], known: frozenset[str] | None) -> None:
        self._today = today
        self._mine = mine
        self._known = known
        self._waivers = waivers
        self._by_control: dict[str, list[tuple[int, Waiver]]] = {}
        for number, one in enumerate(waivers):
            self._by_control.setdefault(one.control, []).append((number, one))
        self._used: set[int] = set()

    def match(self, control: str, urn: str, name: str) -> Waived | None:
        """The waiver in force for a failure, if there is one."""
        for number, one in self._by_control.get(control, ()):
            if _matches(one.resource, urn, name):
                self._used.add(number)
                if one.expires >= self._today:
                    return Waived(
                        reason=one.reason,
                        owner=one.owner,
                        approver=one.approver,
                        compensating=one.compensating or "",
                        expires=one.expires.isoformat(),
                    )
        return None

    def faults(self, control: Control, stack_name: str) -> list[Result]:
        """Waivers that have expired, excuse nothing in this stack, or name no control. One whose URN names another stack is left alone."""
        found = []
        for number, one in enumerate(self._waivers):
            what = self._fault(number, one, stack_name)
            if what:
                message = f"the waiver of {one.control} for {one.resource} ({one.owner}) {what}"
                found.append(Result(control=control, verdict=Verdict.FAIL, urn="", type="", message=message, path=f"waivers[{number}]"))
        return found

    def _fault(self, number: int, waiver: Waiver, stack_name: str) -> str:
        if waiver.control not in self._mine:
            return self._stranger(waiver.control)
        if waiver.expires < self._today:
            return f"expired on {waiver.expires.isoformat()}"
        if number in self._used or _of_another_stack(waiver.resource, stack_name):
            return ""
        return "excuses nothing: no failure of that control matches it"

    def _stranger(self, name: str) -> str:
        if self._known is None or name in self._known:
            return ""
        import difflib

        near = difflib.get_close_matches(name, sorted(self._known), n=1)
        return f"names no control that exists{f'; did you mean {near[0]}?' if near else ''}"


def _matches(pattern: str, urn: str, name: str) -> bool:
    return fnmatchcase(urn, pattern) or (bool(name) and fnmatchcase(name, pattern))


def _of_another_stack(pattern: str, stack_name: str) -> bool:
    parts = pattern.split(":", 3)
    if parts[:2] != ["urn", "pulumi"] or len(parts) < 3:
        return False
    return not fnmatchcase(stack_name, parts[2])
