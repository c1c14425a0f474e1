from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from handoff.controls import reports
from handoff.controls.reports import _lines, _terminal, junit, markdown
from tests.controls import outcomes


def lines(outcome: Any, *, everything: bool = False) -> list[dict[str, Any]]:
    return [json.loads(one) for one in _lines.lines(outcome, everything=everything)]


def test_formats_are_found_by_walking_the_package() -> None:
    assert {one.option for one in reports.formats()} == {"sarif", "junit", "markdown", "oscal"}
    assert all(one.help for one in reports.formats())


def test_the_command_line_starts_without_what_only_reports_need() -> None:
    code = "import handoff.cli.policy, sys; print([one for one in ('trestle', 'handoff.controls.evaluate', 'rich', 'pydantic') if one in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_line_names_control_clauses_class_and_place(tmp_path: Path) -> None:
    outcome = outcomes.made(tmp_path, outcomes.EVERYTHING)
    found = {(one["control"], one["urn"].rsplit("::", 1)[-1]): one for one in lines(outcome) if one["type"] == "result"}
    bad = found["t-red", "bad"]
    assert (bad["verdict"], bad["violation"], bad["severity"], bad["category"], bad["pack"]) == ("fail", True, "critical", "place", "sample")
    assert bad["clauses"] == [
        {"framework": "nist-800-53-moderate", "clause": "SC-28", "derived": False},
        {"framework": "nist-800-53-moderate", "clause": "SC-28(1)", "derived": False},
        {"framework": "hipaa", "clause": "164.312(a)(2)(iv)", "derived": True},
    ]
    assert (bad["data_class"], bad["file"]) == ("phi", str(tmp_path / "spec.yaml"))
    assert (tmp_path / "spec.yaml").read_text(encoding="utf-8").splitlines()[bad["line"] - 1].strip() == "- class: phi"
    assert found["t-red", "old"]["waived"] == {
        "reason": "being moved",
        "owner": "ann",
        "approver": "bob",
        "compensating": "no new data",
        "expires": "2026-12-22",
    }
    assert found["t-broken", "boom"]["verdict"] == "error"
    assert found["t-broken", "boom"]["violation"] is True
    assert "KeyError" in found["t-broken", "boom"]["message"]
    assert ("t-red", "good") not in found


def test_passes_are_lines_only_when_asked_for_and_always_counted(tmp_path: Path) -> None:
    outcome = outcomes.made(tmp_path, outcomes.EVERYTHING)
    few, every = lines(outcome), lines(outcome, everything=True)
    assert {one.get("verdict") for one in few if one["type"] == "result"} == {"fail", "unknown", "error"}
    assert {one.get("verdict") for one in every if one["type"] == "result"} == {"fail", "unknown", "error", "pass", "not-applicable"}
    summary = _lines.summary(outcome)
    assert [summary[name] for name in ("pass", "fail", "unknown", "error", "waived", "violations", "not-applicable")] == [2, 2, 1, 1, 1, 3, 4]
    assert summary["not_judged"] == {"resources": 1, "types": 1, "unknown_types": 1}
    assert {"type": "not-judged", "schema_version": 1, "resource_type": "aws:s3/bukket:Bukket", "resources": 1, "known": False} in few
    assert any(one["type"] == "readiness" for one in few)


def test_strict_turns_unknown_residency_into_violations(tmp_path: Path) -> None:
    loose, strict = (outcomes.made(tmp_path, outcomes.EVERYTHING, strict=one) for one in (False, True))
    assert len(strict.violations) == len(loose.violations) + 1
    assert (len(loose.unknowns), len(strict.unknowns)) == (1, 0)
    assert strict.counts["unknown"] == 1


def test_the_terminal_says_the_verdict_first(tmp_path: Path) -> None:
    bad = list(_terminal.terminal(outcomes.made(tmp_path, outcomes.EVERYTHING)))
    assert bad[0].startswith("FAIL  acme-health, prod: 6 resources in ")
    assert bad[0].endswith("3 violations (1 critical, 1 high, 1 low)")
    text = "\n".join(bad)
    assert "Asked by: nist-800-53-moderate SC-28, SC-28(1); ~hipaa 164.312(a)(2)(iv)" in text
    assert "old: is red (colour); waived until 2026-12-22 by ann, approved by bob: being moved; instead: no new data" in text
    assert "Not judged: 1 resources" in text
    assert "aws:s3/bukket:Bukket (1)" in text
    good = outcomes.made(tmp_path, {"good": "blue"}, waivers="", controls=outcomes.CONTROLS[:1])
    assert next(iter(_terminal.terminal(good))).startswith("PASS  ")


def test_ten_thousand_violations_stay_short(tmp_path: Path) -> None:
    many = {f"b{number}": "red" for number in range(10_000)}
    outcome = outcomes.made(tmp_path, many, waivers="")
    shown = list(_terminal.terminal(outcome))
    assert len(shown) < 120
    assert "    and 9,995 more" in shown
    comment = markdown.render(outcome)
    assert len(comment.encode("utf-8")) <= markdown.MOST_BYTES
    assert "- and 9,985 more" in comment


def test_a_comment_of_many_controls_is_cut_between_rows_and_counted(tmp_path: Path) -> None:
    from dataclasses import replace

    controls = tuple(replace(outcomes.CONTROLS[0], id=f"t-{number:03}", title=f"Nothing is red, rule {number} " + "x" * 200) for number in range(400))
    outcome = outcomes.made(tmp_path, {f"b{number}": "red" for number in range(20)}, waivers="", controls=controls)
    comment = markdown.render(outcome)
    assert len(comment.encode("utf-8")) <= markdown.MOST_BYTES
    left = re.search(r"\*\*And ([\d,]+) more controls with ([\d,]+) results:\*\*", comment)
    assert left is not None
    shown = comment.count("Fix: ")
    assert shown + int(left[1].replace(",", "")) == 400
    assert all(line.endswith("(colour)") for line in comment.splitlines() if line.startswith("- `b"))


def test_the_comment_says_what_to_do_and_until_when_a_waiver_runs(tmp_path: Path) -> None:
    comment = markdown.render(outcomes.made(tmp_path, outcomes.EVERYTHING))
    assert comment.startswith("## ❌ Policy: 3 violations in 6 resources: 1 critical, 1 high, 1 low (2 passed, 1 unknown, 1 waived)\n")
    order = [comment.index(one) for one in ("### What to do", "### Unknown", "### Waived", "Exit readiness:")]
    assert order == sorted(order)
    assert "| `t-red` | `old` | 2026-12-22 | 30 | ann | bob | no new data | being moved |" in comment
    good = outcomes.made(tmp_path, {"good": "blue"}, waivers="", controls=outcomes.CONTROLS[:1])
    assert markdown.render(good).startswith("## ✅ Policy: 2 resources, nothing to mend")


def test_what_the_stack_says_is_only_text(tmp_path: Path) -> None:
    hostile = "  - {control: t-red, resource: '*', reason: 'x | @octocat <b> see http://evil.example', owner: ann, approver: bob, expires: 2026-12-22}\n"
    outcome = outcomes.made(tmp_path, {outcomes.HOSTILE: "red", "boom": "blue"}, waivers=hostile)
    comment = markdown.render(outcome)
    assert "@octocat" not in re.sub(r"(`+).*?\1", "", comment)  # in code nothing is a mention
    assert "http://evil" not in re.sub(r"(`+).*?\1", "", comment)
    assert "<b>" not in comment
    (row,) = [line for line in comment.splitlines() if line.startswith("| `t-red`")]
    assert len(re.split(r"(?<!\\)\|", row)) == 10  # eight cells
    for text in (comment, "\n".join(_terminal.terminal(outcome)), junit.render(outcome)):
        assert "\x1b" not in text
        text.encode("utf-8")
    ElementTree.fromstring(junit.render(outcome))  # noqa: S314 - written by us a moment ago
    assert all(json.loads(one) for one in _lines.lines(outcome, everything=True))


def test_junit_has_a_suite_of_each_pack_and_a_case_of_each_control_and_resource(tmp_path: Path) -> None:
    outcome = outcomes.made(tmp_path, outcomes.EVERYTHING, waivers=outcomes.WAIVER + outcomes.WAIVER.replace("t-red, resource: old", "t-rad, resource: old"))
    root = ElementTree.fromstring(junit.render(outcome))  # noqa: S314 - written by us a moment ago
    assert [one.get("name") for one in root] == ["sample", "waivers"]
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {"tests": "12", "failures": "3", "errors": "1", "skipped": "6"}
    cases = {(one.get("classname"), str(one.get("name")).rsplit("::", 1)[-1]): one for one in root.iter("testcase")}
    assert len(cases) == 12
    assert list(cases["t-red", "good"]) == []
    assert "Fix: Set colour to blue." in str(cases["t-red", "bad"].findtext("failure"))
    assert cases["t-broken", "boom"].find("error") is not None
    waived = cases["t-red", "old"].find("skipped")
    assert waived is not None
    assert str(waived.get("message")).startswith("waived until 2026-12-22 by ann, approved by bob: being moved; instead: no new data")
    assert "did you mean t-red?" in str(cases["waiver", "waivers[1]"].findtext("failure"))


@pytest.mark.parametrize("position", ["project:///stacks/aws.py#12,5", "project:///stacks/aws.py#12"])
def test_a_resource_is_shown_where_its_program_makes_it(tmp_path: Path, position: str) -> None:
    outcome = outcomes.made(tmp_path, {"bad": "red"}, waivers="", sourcePosition=position)
    (bad,) = [one for one in lines(outcome) if one.get("control") == "t-red"]
    assert (bad["file"], bad["line"]) == ("stacks/aws.py", 12)
    assert "bad: is red (colour) [stacks/aws.py:12]" in "\n".join(_terminal.terminal(outcome))


@pytest.mark.parametrize("position", ["project:///../../etc/passwd#1", "file:///etc/passwd#1", "project:///x", 7, None, ["a"]])
def test_a_position_that_is_none_is_not_shown(tmp_path: Path, position: object) -> None:
    outcome = outcomes.made(tmp_path, {"bad": "red"}, waivers="", sourcePosition=position)
    assert outcome.read.positions == {}
