"""A comment for a pull request: the verdict first, then what to do, never longer than a comment may be."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from handoff.controls.reports._format import Format
from handoff.controls.reports._words import by_control, named, printable, said, severities, short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.controls.model import Control, Result
    from handoff.controls.reports._outcome import Outcome

MOST_BYTES = 60_000
"""GitHub takes 65,536 characters. source: https://github.com/orgs/community/discussions/27190 (read 2026-11-22)"""
_SHARES = {"mend": 30_000, "unknown": 9_000, "waived": 10_000, "unjudged": 2_000, "readiness": 6_000}
"""The most bytes of each section, so that none crowds out the next."""
_MOST_OF_CONTROL = 15
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$])")
_JOINER = "\u2060"
_LINKS = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)


def render(outcome: Outcome) -> str:
    """The whole comment."""
    lines = [verdict(outcome), "", f"<sub>{_plain(outcome.engagement)}, {_plain(outcome.environment)}: {_code(outcome.read.where)}</sub>", ""]
    lines += _to_do(outcome)
    lines += _unknown(outcome)
    lines += _waived(outcome)
    lines += _unjudged(outcome)
    lines += _readiness(outcome)
    return "\n".join(lines).rstrip() + "\n"


def verdict(outcome: Outcome) -> str:
    """One line: may it go through, and why not."""
    counts = outcome.counts
    resources = f"{len(outcome.read.stack.resources):,} resources"
    rest = f"{counts['pass']:,} passed, {len(outcome.unknowns):,} unknown, {counts['waived']:,} waived"
    if not outcome.violations:
        return f"## ✅ Policy: {resources}, nothing to mend ({rest})"
    return f"## ❌ Policy: {len(outcome.violations):,} violations in {resources}: {severities(outcome.violations)} ({rest})"


def _to_do(outcome: Outcome) -> list[str]:
    if not outcome.violations:
        return []
    blocks = []
    for control, found in by_control(outcome.violations):
        asked = outcome.asked_by(control)
        head = [f"**{_code(control.id)}** · {control.severity.value} · {_plain(control.title)}", "", f"Fix: {_plain(control.fix)}"]
        blocks.append(([*head, f"<br><sub>Asked by: {_plain(asked)}</sub>", ""] if asked else [*head, ""], [_row(one, outcome) for one in found]))
    return ["### What to do", "", *_fitted(blocks, _SHARES["mend"])]


def _unknown(outcome: Outcome) -> list[str]:
    if not outcome.unknowns:
        return []
    blocks = [
        ([f"**{_code(control.id)}** · {_plain(control.title)}", ""], [_row(one, outcome) for one in found]) for control, found in by_control(outcome.unknowns)
    ]
    return ["### Unknown", "", "A value is not known before the update, so nothing is claimed.", "", *_fitted(blocks, _SHARES["unknown"])]


def _row(result: Result, outcome: Outcome) -> str:
    text = f"- {_code(named(result))}: {_plain(said(result))}"
    if result.urn in outcome.read.positions or not result.urn:
        at = outcome.place(result)
        text += f" ({_code(f'{at.file}:{at.line}')})"
    return text


def _fitted(blocks: Iterable[tuple[list[str], list[str]]], most: int) -> list[str]:
    """Blocks of a head and rows, as many as fit; what is left out is counted."""
    lines: list[str] = []
    blocks = list(blocks)
    for number, (head, rows) in enumerate(blocks):
        most -= _size(head)
        if most < 0:
            left = blocks[number:]
            lines += [f"**And {len(left):,} more controls with {sum(len(each) for _, each in left):,} results:** see the other outputs of the run.", ""]
            break
        shown: list[str] = []
        for row in rows[:_MOST_OF_CONTROL]:
            most -= _size([row])
            if most < 0 and shown:
                break
            shown.append(row)
        lines += [*head, *shown, *([f"- and {len(rows) - len(shown):,} more"] if len(rows) > len(shown) else []), ""]
    return lines


def _size(lines: Iterable[str]) -> int:
    return sum(len(one.encode("utf-8")) + 1 for one in lines)


def _waived(outcome: Outcome) -> list[str]:
    if not outcome.waived:
        return []
    head = ["### Waived", "", "| control | resource | until | days left | owner | approver | instead | reason |", "|---|---|---|--:|---|---|---|---|"]
    rows = [_waiver(one, control, outcome) for control, found in by_control(outcome.waived) for one in found]
    most, shown = _SHARES["waived"], 0
    for row in rows:
        most -= _size([row])
        if most < 0:
            break
        shown += 1
    return [*head, *rows[:shown], "", *([f"And {len(rows) - shown:,} more.", ""] if shown < len(rows) else [])]


def _waiver(result: Result, control: Control, outcome: Outcome) -> str:
    waived = result.waived
    if waived is None:
        return ""
    left = (date.fromisoformat(waived.expires) - outcome.context.today).days
    cells = (waived.owner, waived.approver, waived.compensating or "none", waived.reason)
    texts = " | ".join(_plain(one) for one in cells)
    return f"| {_code(control.id, table=True)} | {_code(named(result), table=True)} | {waived.expires} | {left} | {texts} |"


def _unjudged(outcome: Outcome) -> list[str]:
    unjudged = outcome.unjudged
    if not unjudged.resources:
        return []
    lines = [f"### Not judged: {unjudged.resources:,} resources", ""]
    for what, types in (("No control speaks of", unjudged.types), ("Not a type of the SDKs", unjudged.strangers)):
        rows = [f"{_code(name)} ({count:,})" for name, count in types.items()]
        if rows:
            shown = rows[:15]
            lines += [f"- {what}: {', '.join(shown)}{f' and {len(rows) - len(shown):,} more' if len(rows) > len(shown) else ''}"]
    return [*lines, ""]


def _readiness(outcome: Outcome) -> list[str]:
    from handoff.controls import readiness

    most, shown = _SHARES["readiness"], []
    rows = [_LINKS.sub(_JOINER, short(printable(one).replace("[", "\\["), 1500)) for one in readiness.markdown(outcome.readiness)]
    for row in rows:
        most -= _size([row])
        if most < 0:
            break
        shown.append(row)
    return [*shown, *(["", f"And {len(rows) - len(shown):,} more lines.", ""] if len(shown) < len(rows) else [])]


def _plain(text: str) -> str:
    """Text that is only text: no markup, no link, no mention of people, issues or pages, no end of a table cell."""
    return _LINKS.sub(_JOINER, _MARKUP.sub(r"\\\1", " ".join(printable(text)[:2000].split())))


def _code(text: str, *, table: bool = False) -> str:
    """A code span that its own content cannot end; in a table a bar is escaped even there."""
    text = " ".join(printable(text)[:500].split()) or "-"
    fence = "`" * (max((len(one) for one in re.findall("`+", text)), default=0) + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text.replace('|', chr(92) + '|') if table else text}{pad}{fence}"


REPORT = Format(option="markdown", help="Write a comment for a pull request here.", render=render)
