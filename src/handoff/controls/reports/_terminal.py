"""A run for people: the verdict first, then what to do, short however much is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.readiness import lines
from handoff.controls.reports._words import by_control, excuse, named, printable, said, severities, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.model import Control, Result
    from handoff.controls.reports._outcome import Outcome

MOST_ROWS = 40
"""Of one group."""
MOST_OF_CONTROL = 5
_MOST_TYPES = 8


def terminal(outcome: Outcome) -> Iterator[str]:
    """Lines of text."""
    yield verdict(outcome)
    yield _facts(outcome)
    yield from _group("To mend", outcome.violations, outcome, asks=True)
    yield from _group("Unknown: a value is not known yet, so nothing is claimed", outcome.unknowns, outcome, asks=False)
    yield from _group("Waived", outcome.waived, outcome, asks=False)
    yield from _unjudged(outcome)
    yield ""
    yield from (short(printable(one)) for one in lines(outcome.readiness))


def verdict(outcome: Outcome) -> str:
    """The run in one line."""
    what = f"{outcome.engagement}, {outcome.environment}: {len(outcome.read.stack.resources):,} resources in {printable(outcome.read.where)}"
    if not outcome.violations:
        return f"PASS  {what}"
    worst = severities(outcome.violations)
    return f"FAIL  {what}: {len(outcome.violations):,} violations ({worst})"


def _facts(outcome: Outcome) -> str:
    counts = outcome.counts
    strict = " (unknown residency fails)" if outcome.strict else ""
    parts = [
        f"{counts['pass']:,} passed",
        f"{counts['unknown']:,} unknown{strict}",
        f"{counts['waived']:,} waived",
        f"{counts['not-applicable']:,} not applicable",
    ]
    if counts["error"]:
        parts.append(f"{counts['error']:,} errors of a control")
    return "      " + ", ".join(parts)


def _group(title: str, results: tuple[Result, ...], outcome: Outcome, *, asks: bool) -> Iterator[str]:
    if not results:
        return
    yield f"\n{title}"
    left = MOST_ROWS
    for control, found in by_control(results):
        yield f"\n  {control.id}  {control.severity.value}  {_many(found)}: {control.title}"
        if asks:
            yield f"    Fix: {control.fix}"
            asked = outcome.asked_by(control)
            if asked:
                yield f"    Asked by: {asked}"
        shown = found[: min(left, MOST_OF_CONTROL)]
        left -= len(shown)
        for one in shown:
            yield f"    - {_row(one, control, outcome)}"
        if len(found) > len(shown):
            yield f"    and {len(found) - len(shown):,} more"


def _many(found: list[Result]) -> str:
    count = len({one.urn for one in found})
    if count == 1 and not found[0].urn:
        return "the stack"
    return "1 resource" if count == 1 else f"{count:,} resources"


def _row(result: Result, control: Control, outcome: Outcome) -> str:
    text = f"{printable(named(result))}: {printable(said(result))}"
    if result.waived is not None:
        at = outcome.waiver_place(result.waived, control)
        return f"{text}; {printable(excuse(result.waived))} [{at.file}:{at.line}]"
    at = outcome.place(result)
    in_program = result.urn in outcome.read.positions
    return f"{text} [{printable(at.file)}:{at.line}]" if in_program or not result.urn else text


def _unjudged(outcome: Outcome) -> Iterator[str]:
    unjudged = outcome.unjudged
    if not unjudged.resources:
        return
    yield f"\nNot judged: {unjudged.resources:,} resources"
    for what, types in (("no control speaks of", unjudged.types), ("the SDKs do not have the type of", unjudged.strangers)):
        names = [f"{printable(name)} ({count:,})" for name, count in types.items()]
        if names:
            more = f" and {len(names) - _MOST_TYPES:,} more types" if len(names) > _MOST_TYPES else ""
            yield f"  {what} {', '.join(names[:_MOST_TYPES])}{more}"
