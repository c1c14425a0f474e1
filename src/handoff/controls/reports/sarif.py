"""SARIF 2.1.0, as code scanning reads it.

source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (read 2026-11-22)
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from handoff import __version__
from handoff.controls.reports._format import Format
from handoff.controls.reports._words import SHOWN, excuse, said

if TYPE_CHECKING:
    from handoff.controls.model import Control, Result
    from handoff.controls.reports._outcome import Outcome, Place

_LEVELS = {"low": "note", "medium": "warning", "high": "error", "critical": "error"}
_SCORES = {"low": "2.0", "medium": "5.0", "high": "8.0", "critical": "9.5"}
"""Where each lies in the bands that GitHub shows. source: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning (read 2026-11-22)"""
_ROOT = "%SRCROOT%"
_FINGERPRINT = "handoffResult/v1"


def render(outcome: Outcome) -> str:
    """Failures, errors and what is unknown; waived ones as suppressed. One result a line."""
    numbers = {control.id: number for number, (_, control) in enumerate(outcome.rules)}
    results = [_result(one, outcome, numbers) for one in outcome.report.results if one.verdict in SHOWN]
    driver = {
        "name": "handoff",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://handoff.example/",
        "rules": [_rule(control, pack, outcome) for pack, control in outcome.rules],
    }
    head = {
        "automationDetails": {"id": f"handoff/{outcome.engagement}/{outcome.environment}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The project's root: the folder of Pulumi.yaml."}}},
        "invocations": [{"executionSuccessful": not outcome.counts["error"], "endTimeUtc": outcome.moment.strftime("%Y-%m-%dT%H:%M:%SZ")}],
        "properties": {"resources": len(outcome.read.stack.resources), "notJudged": outcome.unjudged.resources, **outcome.counts},
    }
    run = json.dumps({"tool": {"driver": driver}, **head})[:-1] + ', "results": [\n' + ",\n".join(map(json.dumps, results)) + "\n]}"
    return '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [\n' + run + "\n]}\n"


def _rule(control: Control, pack: str, outcome: Outcome) -> dict[str, object]:
    clauses = control.maps.clauses
    frameworks = dict.fromkeys(one.framework for one in clauses)
    parts = [f"{control.why}\n\n**Fix:** {control.fix}"]
    if control.snippet:
        parts.append(f"```python\n{control.snippet.strip()}\n```")
    if outcome.asked_by(control):
        parts.append(f"Asked by: {outcome.asked_by(control)} (`~` = by analogy).")
    if control.blind:
        parts.append(f"Not seen: {control.blind}")
    return {
        "id": control.id,
        "name": "".join(part.capitalize() for part in control.id.split("-")),
        "shortDescription": {"text": control.title},
        "fullDescription": {"text": control.why},
        "help": {"text": f"{control.why} {control.fix}", "markdown": "\n\n".join(parts)},
        "helpUri": control.source.split(" ", 1)[0],
        "defaultConfiguration": {"level": _LEVELS[control.severity]},
        "properties": {
            "tags": ["security", control.category.value, *frameworks],
            "clauses": list(control.frameworks),
            "pack": pack,
            "severity": control.severity.value,
            "security-severity": _SCORES[control.severity],
            "precision": "high",
        },
    }


def _result(result: Result, outcome: Outcome, numbers: dict[str, int]) -> dict[str, object]:
    control = result.control
    at: dict[str, object] = {"physicalLocation": _physical(outcome.place(result))}
    if result.urn:
        at["logicalLocations"] = [{"fullyQualifiedName": result.urn, "name": result.urn.rsplit("::", 1)[-1], "kind": "resource"}]
    failing = result.verdict != "unknown" or outcome.breaks(result)
    found: dict[str, object] = {
        "ruleId": control.id,
        "ruleIndex": numbers[control.id],
        "kind": "fail" if failing else "open",
        "level": _LEVELS[control.severity] if failing else "none",
        "message": {"text": f"{said(result)}. Fix: {control.fix}"},
        "locations": [at],
        "partialFingerprints": {_FINGERPRINT: fingerprint(result)},
        "properties": {"verdict": result.verdict.value, "resourceType": result.type, "property": result.path, "dataClass": result.data_class},
    }
    related = [("the bounds of the data class", outcome.bound(result))] if result.data_class else []
    if result.waived:
        related.append(("the waiver", outcome.waiver_place(result.waived, control)))
        found["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": excuse(result.waived),
                "location": {"physicalLocation": _physical(related[-1][1])},
                "properties": {"owner": result.waived.owner, "approver": result.waived.approver, "expires": result.waived.expires},
            }
        ]
    if related:
        found["relatedLocations"] = [
            {"id": number, "message": {"text": text}, "physicalLocation": _physical(place)} for number, (text, place) in enumerate(related, start=1)
        ]
    return found


def fingerprint(result: Result) -> str:
    """The same for the same fault in the same place, whatever else changes: control, resource and property."""
    return sha256(f"{result.control.id}\0{result.urn}\0{result.path}".encode("utf-8", "backslashreplace")).hexdigest()


def _physical(place: Place) -> dict[str, object]:
    path = Path(place.file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    at: dict[str, object] = {"uri": path.as_uri()} if path.is_absolute() else {"uri": quote(path.as_posix()), "uriBaseId": _ROOT}
    return {"artifactLocation": at, "region": {"startLine": place.line or 1}}


REPORT = Format(option="sarif", help="Write SARIF 2.1.0 here.", render=render)
