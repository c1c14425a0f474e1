"""Results as other tools read them: SARIF 2.1.0, JUnit XML and Markdown.

A result has no line of a program, because an exported state carries none: SARIF names the resource as a logical location and the spec as
the file. There is no OSCAL yet.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from handoff import __version__
from handoff.controls.evaluate import breaks
from handoff.controls.model import Control, Result, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handoff.controls.evaluate import Report

_LEVELS = {Severity.LOW: "note", Severity.MEDIUM: "warning", Severity.HIGH: "error", Severity.CRITICAL: "error"}
_SHOWN = (Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN)


def record(result: Result, *, strict: bool) -> dict[str, object]:
    """One result as a JSON line of `handoff policy check --json`."""
    waived = result.waived
    return {
        "type": "result",
        "schema_version": 1,
        "control": result.control.id,
        "verdict": result.verdict.value,
        "violation": breaks(result, strict=strict),
        "severity": result.control.severity.value,
        "urn": result.urn,
        "resource_type": result.type,
        "path": result.path,
        "message": result.message,
        "fix": result.control.fix if result.verdict in _SHOWN else "",
        "data_class": result.data_class,
        "waived": asdict(waived) if waived else None,
    }


def sarif(report: Report, controls: Sequence[Control], *, spec: str, strict: bool) -> str:
    """Failures, errors and unknowns; waived ones as suppressed."""
    body = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "handoff", "version": __version__, "rules": [_sarif_rule(one) for one in controls]}},
                "results": [_sarif_result(one, spec, strict) for one in report.results if one.verdict in _SHOWN],
            }
        ],
    }
    return json.dumps(body, indent=2) + "\n"


def _sarif_rule(control: Control) -> dict[str, object]:
    return {
        "id": control.id,
        "shortDescription": {"text": control.title},
        "fullDescription": {"text": control.why},
        "help": {"text": control.fix},
        "helpUri": control.source.split(" ", 1)[0],
        "defaultConfiguration": {"level": _LEVELS[control.severity]},
        "properties": {"tags": list(control.frameworks), "severity": control.severity.value},
    }


def _sarif_result(result: Result, spec: str, strict: bool) -> dict[str, object]:
    at: dict[str, object] = {"physicalLocation": {"artifactLocation": {"uri": spec}}}
    if result.urn:
        at["logicalLocations"] = [{"fullyQualifiedName": result.urn, "kind": "resource"}]
    level = _LEVELS[result.control.severity] if breaks(result, strict=strict) or result.waived else "note"
    found: dict[str, object] = {
        "ruleId": result.control.id,
        "kind": "fail" if result.verdict is not Verdict.UNKNOWN else "review",
        "level": level if result.verdict is not Verdict.UNKNOWN else "none",
        "message": {"text": result.message + (f" ({result.path})" if result.path else "")},
        "locations": [at],
        "properties": {"verdict": result.verdict.value, "resourceType": result.type},
    }
    if result.waived:
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": f"{result.waived.reason} ({result.waived.owner}, until {result.waived.expires})"}
        ]
    return found


def junit(report: Report, *, strict: bool) -> str:
    """One test case per control and resource; unknown and waived ones are skipped with the reason, not passed."""
    cases = [one for one in report.results if one.verdict is not Verdict.NOT_APPLICABLE]
    failed = [one for one in cases if breaks(one, strict=strict)]
    errors = [one for one in failed if one.verdict is Verdict.ERROR]
    skipped = [one for one in cases if one not in failed and one.verdict is not Verdict.PASS]
    counts = {"tests": len(cases), "failures": len(failed) - len(errors), "errors": len(errors), "skipped": len(skipped)}
    suite = ElementTree.Element("testsuite", {"name": "handoff policy check", **{name: str(count) for name, count in counts.items()}})
    for one in cases:
        case = ElementTree.SubElement(suite, "testcase", {"classname": one.control.id, "name": one.urn or "stack"})
        text = _clean(one.message + (f" ({one.path})" if one.path else ""))
        if breaks(one, strict=strict):
            element = ElementTree.SubElement(case, "error" if one.verdict is Verdict.ERROR else "failure", {"message": text})
            element.text = _clean(f"Fix: {one.control.fix}")
        elif one.waived:
            ElementTree.SubElement(
                case, "skipped", {"message": _clean(f"waived until {one.waived.expires} by {one.waived.owner}: {one.waived.reason}; {text}")}
            )
        elif one.verdict is Verdict.UNKNOWN:
            ElementTree.SubElement(case, "skipped", {"message": f"unknown: {text}"})
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def markdown(report: Report, *, title: str, strict: bool) -> str:
    """A summary for a pull request."""
    violations = report.violations(strict=strict)
    unknowns = [one for one in report.results if one.verdict is Verdict.UNKNOWN and one.waived is None and one not in violations]
    lines = [
        f"# {_cell(title)}",
        "",
        f"{len(violations)} violations, {len(unknowns)} unknown, {len(report.waived)} waived, {report.count(Verdict.PASS)} passed.",
        "",
    ]
    lines += _section("Violations", violations)
    lines += _section("Unknown: a value is not known yet, so nothing is claimed", unknowns)
    lines += _section("Waived", report.waived)
    return "\n".join(lines) + "\n"


def _section(title: str, results: Iterable[Result]) -> list[str]:
    rows = [
        f"| `{one.control.id}` | {one.control.severity.value} | {_cell(one.urn.rsplit('::', 1)[-1] or 'stack')} | {_cell(_told(one))} | {_cell(one.control.fix)} |"
        for one in results
    ]
    return [f"## {title}", "", "| control | severity | resource | what | how to fix |", "|---|---|---|---|---|", *rows, ""] if rows else []


def _told(result: Result) -> str:
    where = f" ({result.path})" if result.path else ""
    waived = f"; waived until {result.waived.expires} by {result.waived.owner}: {result.waived.reason}" if result.waived else ""
    return f"{result.message}{where}{waived}"


def _cell(text: str) -> str:
    """Text that can neither end a table cell nor start markup."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 forbids."""
    return "".join(one for one in text if one in "\t\n\r" or " " <= one <= "\ud7ff" or "\ue000" <= one <= "\ufffd" or one > "\uffff")
