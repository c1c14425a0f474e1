"""Results in words and in order, for every report alike. Light, as `_format` is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.controls.model import Control, Result, Waived

RANK = ("critical", "high", "medium", "low")
"""Severities, worst first."""
SHOWN = frozenset({"error", "fail", "unknown"})
"""Verdicts that ask for attention."""


def by_control(results: Iterable[Result]) -> list[tuple[Control, list[Result]]]:
    """Results by their control: the worst severity first, then what fails most often."""
    found: dict[str, list[Result]] = {}
    for one in results:
        found.setdefault(one.control.id, []).append(one)
    groups = [(each[0].control, each) for each in found.values()]
    return sorted(groups, key=lambda one: (RANK.index(one[0].severity.value), -len(one[1]), one[0].id))


def named(result: Result) -> str:
    """The resource's name; `the stack` for a result of the whole."""
    return result.urn.rsplit("::", 1)[-1] or "the stack"


def said(result: Result) -> str:
    """What a control said, with the property."""
    return f"{result.message} ({result.path})" if result.path else result.message


def printable(text: str) -> str:
    """One line without characters that steer a terminal or hide text: names and values come from whoever wrote the stack."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else " " if one in "\t\r\n" else f"\\u{ord(one):04x}" for one in text)


def short(text: str, most: int = 600) -> str:
    """A text of at most so many characters, ended at a comma or blank."""
    if len(text) <= most:
        return text
    return text[:most].rpartition(" ")[0].rstrip(",") + " and more"


def severities(results: Iterable[Result]) -> str:
    """How many of each severity, worst first: `2 critical, 1 high`."""
    found: dict[str, int] = {}
    for one in results:
        found[one.control.severity.value] = found.get(one.control.severity.value, 0) + 1
    return ", ".join(f"{found[name]:,} {name}" for name in RANK if name in found)


def excuse(waived: Waived) -> str:
    """A waiver in words: until when, by whom, with whose agreement, why and what is done instead."""
    compensating = f"; instead: {waived.compensating}" if waived.compensating else ""
    return f"waived until {waived.expires} by {waived.owner}, approved by {waived.approver}: {waived.reason}{compensating}"
