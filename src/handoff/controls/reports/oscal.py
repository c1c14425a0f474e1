"""OSCAL assessment results: observations for what was seen, a finding for each NIST control, a risk for each waiver in use."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from handoff.controls.reports import _oscal
from handoff.controls.reports._format import Format
from handoff.controls.reports._words import excuse, named, printable, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.controls.model import Control, Result, Waived
    from handoff.controls.reports._outcome import Outcome


class _Seen:
    """What was seen of one NIST control."""

    def __init__(self) -> None:
        self.observations: list[str] = []
        self.risks: set[str] = set()
        self.failed: list[str] = []
        self.unknown: list[str] = []


class _Results:
    """Collects the parts of one `results` entry in the order of the run."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.scope = (outcome.engagement, outcome.environment, outcome.read.stack_name)
        self.stack = _oscal.identity("stack", *self.scope)
        self.items: dict[str, dict[str, object]] = {}
        self.observations: list[dict[str, object]] = []
        self.risks: dict[tuple[str, Waived], dict[str, object]] = {}
        self.nist: dict[str, _Seen] = {}
        self._clauses: dict[str, list[str]] = {}

    def add(self, control: Control, verdict: str, results: list[Result]) -> None:
        """One observation: of a fault on one resource, or of everything that passed a control."""
        first = results[0]
        told = said(first) if verdict != "pass" else f"{control.title}: {len(results)} passed"
        key = _oscal.identity("observation", *self.scope, control.id, verdict, *((first.urn, first.path, first.message) if verdict != "pass" else ()))
        waived = first.waived
        observation: dict[str, object] = {
            "uuid": key,
            "title": _oscal.line(control.title),
            "description": printable(told) or control.title,
            "props": _oscal.props(
                control=control.id,
                verdict=verdict,
                severity=control.severity.value,
                category=control.category.value,
                property=first.path if verdict != "pass" else "",
                data_class=first.data_class,
                waived_until=waived.expires if waived else "",
            ),
            "methods": ["TEST"],
            "types": ["control-objective"],
            "subjects": list({one.urn: self._subject(one) for one in results}.values()),
            "collected": _oscal.at(self.outcome.moment),
        }
        if verdict != "pass":
            observation["remarks"] = f"Fix: {control.fix}"
        self.observations.append(observation)
        risk = self._risk(control, waived, key) if waived else ""
        for name in self._nist(control):
            self._note(self.nist.setdefault(name, _Seen()), control, verdict, key, risk)

    @staticmethod
    def _note(seen: _Seen, control: Control, verdict: str, key: str, risk: str) -> None:
        seen.observations.append(key)
        if risk:
            seen.risks.add(risk)
        if verdict == "unknown":
            seen.unknown.append(control.id)
        elif verdict != "pass":
            seen.failed.append(control.id)

    def _nist(self, control: Control) -> list[str]:
        known = self._clauses.get(control.id)
        if known is None:
            known = self._clauses[control.id] = [name for name, _ in _oscal.controls(control.maps.clauses)]
        return known

    def _subject(self, result: Result) -> dict[str, str]:
        if not result.urn:
            return {"subject-uuid": self.stack, "type": "component"}
        key = _oscal.identity("resource", *self.scope[:2], result.urn)
        if key not in self.items:
            self.items[key] = {"uuid": key, "description": printable(named(result)), "props": _oscal.props(urn=result.urn, resource_type=result.type)}
        return {"subject-uuid": key, "type": "inventory-item"}

    def _risk(self, control: Control, waived: Waived, observation: str) -> str:
        known = self.risks.get((control.id, waived))
        if known is None:
            key = _oscal.identity("risk", *self.scope, control.id, waived.owner, waived.expires, waived.reason)
            until = datetime.combine(date.fromisoformat(waived.expires), time.max.replace(microsecond=0), tzinfo=UTC)
            known = {
                "uuid": key,
                "title": _oscal.line(f"Waived: {control.title}"),
                "description": control.why,
                "statement": printable(excuse(waived)),
                "props": _oscal.props(control=control.id, owner=waived.owner, approver=waived.approver, severity=control.severity.value),
                "status": "deviation-approved",
                "deadline": _oscal.at(until),
                "related-observations": [],
            }
            if waived.compensating:
                known["mitigating-factors"] = [{"uuid": _oscal.identity("mitigation", key), "description": printable(waived.compensating)}]
            self.risks[control.id, waived] = known
        related = known["related-observations"]
        if isinstance(related, list):
            related.append({"observation-uuid": observation})
        return str(known["uuid"])

    def findings(self) -> list[dict[str, object]]:
        """One of each NIST control that was judged: satisfied only when nothing failed, was waived or stayed unknown."""
        return [self._finding(name, seen) for name, seen in sorted(self.nist.items())]

    def _finding(self, name: str, seen: _Seen) -> dict[str, object]:
        good = not seen.failed and not seen.unknown
        status: dict[str, str] = {"state": "satisfied" if good else "not-satisfied", "reason": "pass" if good else "fail" if seen.failed else "other"}
        parts = [f"{what}: {', '.join(dict.fromkeys(ids))}" for what, ids in (("Not met, or waived", seen.failed), ("Not known yet", seen.unknown)) if ids]
        if parts:
            status["remarks"] = ". ".join(parts) + "."
        found: dict[str, object] = {
            "uuid": _oscal.identity("finding", *self.scope, name),
            "title": f"{name}: {'what was judged holds' if good else 'not shown to hold'}",
            "description": f"What the policy controls that map to {name} saw. It speaks of resources in the stack, not of people and procedures.",
            "target": {"type": "statement-id", "target-id": f"{name}_smt", "status": status},
            "related-observations": [{"observation-uuid": one} for one in seen.observations],
        }
        if seen.risks:
            found["related-risks"] = [{"risk-uuid": one} for one in sorted(seen.risks)]
        return found


def render(outcome: Outcome) -> str:
    """The whole document."""
    found = _Results(outcome)
    passes: dict[str, tuple[Control, list[Result]]] = {}
    for one in outcome.report.results:
        if one.verdict == "pass":
            passes.setdefault(one.control.id, (one.control, []))[1].append(one)
        elif one.verdict != "not-applicable":
            found.add(one.control, one.verdict.value, [one])
    for control, results in passes.values():
        found.add(control, "pass", results)
    title = f"Policy of {outcome.engagement}, {outcome.environment}"
    plan = _oscal.identity("plan", *found.scope)
    body = {
        "uuid": _oscal.identity("assessment-results", *found.scope, _oscal.at(outcome.moment)),
        "metadata": _oscal.metadata(title, outcome.moment),
        "import-ap": {"href": f"#{plan}", "remarks": "The spec and the catalogue of controls are the plan."},
        "results": [_result(outcome, found, title)],
        "back-matter": {
            "resources": [
                {"uuid": plan, "title": _oscal.line(f"Engagement spec of {outcome.engagement}"), "rlinks": [{"href": outcome.loaded.path.as_posix()}]}
            ]
        },
    }
    return _oscal.made("assessment_results", "assessment-results", body)


def _result(outcome: Outcome, found: _Results, title: str) -> dict[str, object]:
    ids = sorted(found.nist)
    selection: dict[str, object] = {"include-controls": [{"control-id": one} for one in ids]} if ids else {"description": "No control maps to NIST SP 800-53."}
    result: dict[str, object] = {
        "uuid": _oscal.identity("result", *found.scope, _oscal.at(outcome.moment)),
        "title": _oscal.line(title),
        "description": _oscal.line(
            f"{len(outcome.read.stack.resources)} resources of {outcome.read.where}, judged without calling a cloud; {outcome.unjudged.resources} of them by no control"
        ),
        "start": _oscal.at(outcome.moment),
        "end": _oscal.at(outcome.moment),
        "props": _oscal.props(**{name: str(count) for name, count in outcome.counts.items()}, not_judged=str(outcome.unjudged.resources)),
        "local-definitions": _local(outcome, found),
        "reviewed-controls": {"control-selections": [selection]},
    }
    parts: Mapping[str, list[dict[str, object]]] = {"observations": found.observations, "risks": list(found.risks.values()), "findings": found.findings()}
    return result | {name: part for name, part in parts.items() if part}


def _local(outcome: Outcome, found: _Results) -> dict[str, object]:
    stack = {
        "uuid": found.stack,
        "type": "this-system",
        "title": _oscal.line(f"Stack {outcome.read.stack_name or outcome.environment}"),
        "description": _oscal.line(f"The resources of {outcome.engagement}, {outcome.environment}"),
        "status": {"state": "operational"},
    }
    return {"components": [stack], **({"inventory-items": list(found.items.values())} if found.items else {})}


REPORT = Format(option="oscal", help="Write OSCAL assessment results here (JSON; needs the extra `oscal`).", render=render)
