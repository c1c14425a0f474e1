"""A run as JSON lines: what asks for attention, everything when asked for."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from handoff.controls import readiness
from handoff.controls.reports._words import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.model import Control
    from handoff.controls.reports._outcome import Outcome


def lines(outcome: Outcome, *, everything: bool) -> Iterator[str]:
    """Each result as a line, then what nobody judged. `everything`: passes and what is not applicable, too."""
    packs = outcome.packs_by_control
    known: dict[str, tuple[str, str, str]] = {}
    for one in outcome.report.results:
        shown = one.verdict in SHOWN
        if not shown and not everything:
            continue
        control = one.control
        # What is the same in every line of a control is written once: there are thousands of lines, and a few hundred controls.
        about, asked, fix = known.get(control.id) or known.setdefault(control.id, _about(control, outcome, packs[control.id]))
        at = outcome.place(one) if shown else None
        rest = {
            "verdict": one.verdict.value,
            "violation": outcome.breaks(one),
            "urn": one.urn,
            "resource_type": one.type,
            "path": one.path,
            "message": one.message,
            "data_class": one.data_class,
            "file": at.file if at else "",
            "line": at.line if at else 0,
            "waived": asdict(one.waived) if one.waived else None,
        }
        yield f"{about}{json.dumps(rest)[1:-1]}, {fix if shown else _NO_FIX}, {asked}}}"
    unjudged = outcome.unjudged
    for name, count in sorted({**unjudged.types, **unjudged.strangers}.items()):
        yield json.dumps({"type": "not-judged", "schema_version": 1, "resource_type": name, "resources": count, "known": name not in unjudged.strangers})
    yield json.dumps(readiness.record(outcome.readiness))


_NO_FIX = '"fix": ""'


def _about(control: Control, outcome: Outcome, pack: str) -> tuple[str, str, str]:
    head = {
        "type": "result",
        "schema_version": 1,
        "control": control.id,
        "pack": pack,
        "category": control.category.value,
        "severity": control.severity.value,
    }
    clauses = [{"framework": one.framework, "clause": one.clause, "derived": one.derived} for one in outcome.clauses(control)]
    return json.dumps(head)[:-1] + ", ", f'"clauses": {json.dumps(clauses)}', f'"fix": {json.dumps(control.fix)}'


def summary(outcome: Outcome) -> dict[str, object]:
    """The facts of the last line."""
    unjudged = outcome.unjudged
    return {
        "engagement": outcome.engagement,
        "environment": outcome.environment,
        "resources": len(outcome.read.stack.resources),
        **outcome.counts,
        "strict": outcome.strict,
        "not_judged": {"resources": unjudged.resources, "types": len(unjudged.types), "unknown_types": len(unjudged.strangers)},
    }
