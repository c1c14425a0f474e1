"""JUnit XML, as test dashboards read it: a suite for each pack, a case for each control on each resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.reports._format import Format
from handoff.controls.reports._words import excuse, printable, said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.controls.model import Result
    from handoff.controls.reports._outcome import Outcome

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_PASSING = frozenset({"pass", "not-applicable"})


def render(outcome: Outcome) -> str:
    """Failures and errors; unknown, waived and not applicable ones are skipped with the reason, not passed."""
    packs = outcome.packs_by_control
    suites: dict[str, dict[tuple[str, str], list[Result]]] = {name: {} for name in packs.values()}
    for one in outcome.report.results:
        suite = suites[packs[one.control.id]]
        # Each fault of a waiver is a case of its own: they all speak of the stack.
        suite.setdefault((one.control.id, one.urn or one.path), []).append(one)
    written = [_suite(name, cases.values(), outcome) for name, cases in suites.items() if cases]
    totals = _counts([sum(each) for each in zip(*(counts for counts, _ in written), strict=True)] or [0, 0, 0, 0])
    body = "".join(text for _, text in written)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="handoff policy check" {totals}>\n{body}</testsuites>\n'


def _suite(name: str, cases: Iterable[list[Result]], outcome: Outcome) -> tuple[list[int], str]:
    counts = [0, 0, 0, 0]
    lines = []
    for results in cases:
        kind, text = _case(results, outcome)
        counts[0] += 1
        if kind:
            counts[kind] += 1
        lines.append(text)
    at = outcome.moment.strftime("%Y-%m-%dT%H:%M:%S")
    return counts, f'<testsuite name="{_escaped(name)}" {_counts(counts)} timestamp="{at}">\n{"".join(lines)}</testsuite>\n'


def _counts(counts: list[int]) -> str:
    return " ".join(f'{name}="{count}"' for name, count in zip(("tests", "failures", "errors", "skipped"), counts, strict=True))


def _case(results: list[Result], outcome: Outcome) -> tuple[int, str]:
    """One case, and how it counts: 0 passed, 1 failed, 2 error, 3 skipped."""
    first = results[0]
    head = f'<testcase classname="{_escaped(first.control.id)}" name="{_escaped(first.urn or first.path or "the stack")}"'
    bad = [one for one in results if outcome.breaks(one)]
    if bad:
        error = any(one.verdict == "error" for one in bad)
        tag = "error" if error else "failure"
        at = outcome.place(bad[0])
        asked = outcome.asked_by(first.control)
        text = [*map(_told, results), f"Fix: {first.control.fix}", *([f"Asked by: {asked}"] if asked else []), f"At: {at.file}:{at.line}"]
        body = "\n".join(map(_escaped, text))
        return (2 if error else 1), f'{head}><{tag} type="{first.control.severity.value}" message="{_escaped(_told(bad[0]))}">{body}</{tag}></testcase>\n'
    open_ones = [one for one in results if one.verdict not in _PASSING] or [one for one in results if one.verdict == "not-applicable"]
    if open_ones:
        return 3, f'{head}><skipped message="{_escaped("; ".join(map(_told, open_ones)))}"/></testcase>\n'
    return 0, f"{head}/>\n"


def _told(result: Result) -> str:
    if result.waived is not None:
        return f"{excuse(result.waived)}; {said(result)}"
    if result.verdict == "unknown":
        return f"unknown: {said(result)}"
    return f"not applicable: {said(result)}" if result.verdict == "not-applicable" else said(result)


def _escaped(text: str) -> str:
    return printable(text).translate(_ESCAPES)


REPORT = Format(option="junit", help="Write JUnit XML here.", render=render)
