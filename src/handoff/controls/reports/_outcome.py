"""Everything that a report may tell of one run, worked out once for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handoff.controls.evaluate import WAIVER, breaks
from handoff.controls.model import Verdict
from handoff.controls.readiness import Readiness, assess
from handoff.controls.unjudged import Unjudged, unjudged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from handoff.controls.catalogue import Pack
    from handoff.controls.context import Context
    from handoff.controls.evaluate import Report
    from handoff.controls.frameworks import Clause
    from handoff.controls.model import Control, Result, Waived
    from handoff.controls.state import Read
    from handoff.spec import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file that a reader may open."""

    file: str
    line: int
    """From 1; 0 = the file as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run: what was judged, by what, and what came of it."""

    report: Report
    context: Context
    packs: tuple[Pack, ...]
    loaded: Loaded
    read: Read
    moment: datetime
    """When the run was."""
    strict: bool
    """What residency could not decide fails."""
    unjudged: Unjudged
    readiness: Readiness
    violations: tuple[Result, ...]
    unknowns: tuple[Result, ...]
    """What could not be decided and fails nothing."""
    waived: tuple[Result, ...]
    rules: tuple[tuple[str, Control], ...]
    """Every control with its pack's name, and the one that reports faults of waivers."""
    counts: Mapping[str, int]
    """How many results of each verdict without a waiver, and `waived` and `violations`."""
    _clauses: dict[str, tuple[Clause, ...]] = field(default_factory=dict, repr=False)
    _bounds: dict[str, Place] = field(default_factory=dict, repr=False)

    @property
    def engagement(self) -> str:
        """The engagement's name."""
        return self.context.engagement.metadata.name

    @property
    def environment(self) -> str:
        """The environment's name."""
        return self.context.environment.name

    @property
    def packs_by_control(self) -> dict[str, str]:
        """The pack's name of each control."""
        return {control.id: pack for pack, control in self.rules}

    def breaks(self, result: Result) -> bool:
        """Whether a result fails the run."""
        return breaks(result, strict=self.strict)

    def clauses(self, control: Control) -> tuple[Clause, ...]:
        """The clauses of the spec's frameworks that ask for a control."""
        known = self._clauses.get(control.id)
        if known is None:
            known = self._clauses[control.id] = self.context.clauses(control)
        return known

    def asked_by(self, control: Control) -> str:
        """The same in words, `hipaa 164.312(e)(1); ~soc-2 CC6.7`; `~` marks what is derived by analogy."""
        found: dict[str, list[str]] = {}
        for one in self.clauses(control):
            found.setdefault(f"{'~' if one.derived else ''}{one.framework}", []).append(one.clause)
        return "; ".join(f"{framework} {', '.join(names)}" for framework, names in found.items())

    def place(self, result: Result) -> Place:
        """Where a reader looks first: the waiver at fault, the resource in its program, else what the spec says of it."""
        if result.path.startswith("waivers[") and not result.urn:
            return self.spec_place("waivers", int(result.path[8:].partition("]")[0]))
        at = self.read.positions.get(result.urn)
        if at is not None:
            return Place(file=at.file, line=at.line)
        return self.bound(result)

    def bound(self, result: Result) -> Place:
        """The line of the spec that decides: the data class, else the environment."""
        known = self._bounds.get(result.data_class)
        if known is None:
            known = self._bounds[result.data_class] = self._bound(result.data_class)
        return known

    def _bound(self, data_class: str) -> Place:
        names = [one.name for one in self.context.engagement.data]
        if data_class in names:
            return self.spec_place("data", names.index(data_class))
        return self.spec_place("environments", [one.name for one in self.context.engagement.environments].index(self.environment))

    def waiver_place(self, waived: Waived, control: Control) -> Place:
        """The line of the waiver that excuses a result."""
        for number, one in enumerate(self.context.engagement.waivers):
            if (one.control, one.reason, one.owner, one.expires.isoformat()) == (control.id, waived.reason, waived.owner, waived.expires):
                return self.spec_place("waivers", number)
        return self.spec_place("waivers")

    def spec_place(self, *where: str | int) -> Place:
        """The line of a field of the spec."""
        return Place(file=str(self.loaded.path), line=self.loaded.line(where))


def outcome(report: Report, context: Context, packs: Sequence[Pack], loaded: Loaded, read: Read, *, moment: datetime, strict: bool) -> Outcome:
    """Put a run's outcome together: one walk over the results."""
    counts = dict.fromkeys(Verdict, 0) | {Verdict.PASS: report.counted}
    violations, unknowns, waived = [], [], []
    for one in report.results:
        if one.waived is not None:
            waived.append(one)
        else:
            counts[one.verdict] += 1
        if one.verdict is Verdict.PASS or one.verdict is Verdict.NOT_APPLICABLE:
            continue
        if breaks(one, strict=strict):
            violations.append(one)
        elif one.verdict is Verdict.UNKNOWN and one.waived is None:
            unknowns.append(one)
    return Outcome(
        report=report,
        context=context,
        packs=tuple(packs),
        loaded=loaded,
        read=read,
        moment=moment,
        strict=strict,
        unjudged=unjudged(read, [control for pack in packs for control in pack.controls if context.demands(control)]),
        readiness=assess(report, read.stack, context),
        violations=tuple(violations),
        unknowns=tuple(unknowns),
        waived=tuple(waived),
        rules=(*((pack.name, control) for pack in packs for control in pack.controls), ("waivers", WAIVER)),
        counts={one.value: count for one, count in counts.items()} | {"waived": len(waived), "violations": len(violations)},
    )
