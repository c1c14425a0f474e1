from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from handoff.controls.reports import sarif
from handoff.controls.reports._outcome import Outcome
from tests.controls import outcomes

SCHEMA = Path(__file__).parents[1] / "data" / "sarif" / "sarif-schema-2.1.0.json"


@cache
def _validator() -> Any:
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def faults(body: object) -> list[str]:
    return [f"{list(one.absolute_path)}: {one.message}" for one in _validator().iter_errors(body)]


def written(outcome: Outcome) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sarif.render(outcome))
    assert faults(body) == []
    (run,) = body["runs"]
    return dict(run)


def by_name(run: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["ruleId"], one["locations"][0].get("logicalLocations", [{}])[0].get("name", "")): one for one in run["results"]}


def test_the_schema_refuses_what_is_wrong(tmp_path: Path) -> None:
    body = json.loads(sarif.render(outcomes.made(tmp_path, outcomes.EVERYTHING)))
    body["runs"][0]["results"][0]["level"] = "terrible"
    assert len(faults(body)) == 1


@pytest.mark.parametrize("colours", [outcomes.EVERYTHING, {}, {outcomes.HOSTILE: "red"}])
def test_every_run_is_valid(tmp_path: Path, colours: dict[str, str]) -> None:
    run = written(outcomes.made(tmp_path, colours, waivers="" if "old" not in colours else outcomes.WAIVER))
    assert run["tool"]["driver"]["name"] == "handoff"


def test_results_have_level_kind_and_place(tmp_path: Path) -> None:
    outcome = outcomes.made(tmp_path, outcomes.EVERYTHING)
    run = written(outcome)
    found = by_name(run)
    assert {key: (one["kind"], one["level"]) for key, one in found.items()} == {
        ("t-red", "bad"): ("fail", "error"),
        ("t-red", "old"): ("fail", "error"),
        ("t-red", "later"): ("open", "none"),
        ("t-broken", "boom"): ("fail", "note"),
        ("t-trail", ""): ("fail", "error"),
    }
    at = found["t-red", "bad"]["locations"][0]
    assert at["logicalLocations"][0]["fullyQualifiedName"] == outcomes.urn("bad")
    assert at["physicalLocation"]["artifactLocation"]["uri"] == (tmp_path / "spec.yaml").as_uri()
    spec = (tmp_path / "spec.yaml").read_text(encoding="utf-8").splitlines()
    assert spec[at["physicalLocation"]["region"]["startLine"] - 1].strip() == "- class: phi"
    whole = found["t-trail", ""]["locations"][0]["physicalLocation"]
    assert spec[whole["region"]["startLine"] - 1].strip() == "- name: prod"
    assert run["invocations"][0]["executionSuccessful"] is False
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_a_waived_result_is_suppressed_with_its_line(tmp_path: Path) -> None:
    run = written(outcomes.made(tmp_path, outcomes.EVERYTHING))
    found = by_name(run)
    (one,) = found["t-red", "old"]["suppressions"]
    assert (one["kind"], one["status"]) == ("external", "accepted")
    assert one["justification"] == "waived until 2026-12-22 by ann, approved by bob: being moved; instead: no new data"
    spec = (tmp_path / "spec.yaml").read_text(encoding="utf-8").splitlines()
    assert "being moved" in spec[one["location"]["physicalLocation"]["region"]["startLine"] - 1]
    assert "suppressions" not in found["t-red", "bad"]


def test_a_faulty_waiver_is_shown_at_its_line(tmp_path: Path) -> None:
    expired = outcomes.WAIVER.replace("2026-12-22", "2026-11-21")
    run = written(outcomes.made(tmp_path, {"old": "red"}, waivers=expired))
    (fault,) = [one for one in run["results"] if one["ruleId"] == "waiver"]
    assert "expired on 2026-11-21" in fault["message"]["text"]
    spec = (tmp_path / "spec.yaml").read_text(encoding="utf-8").splitlines()
    assert "being moved" in spec[fault["locations"][0]["physicalLocation"]["region"]["startLine"] - 1]


def test_rules_carry_help_tags_and_clauses(tmp_path: Path) -> None:
    rules = {one["id"]: one for one in written(outcomes.made(tmp_path, outcomes.EVERYTHING))["tool"]["driver"]["rules"]}
    red = rules["t-red"]
    assert red["properties"]["tags"] == ["security", "place", "nist-800-53", "hipaa"]
    assert "~hipaa 164.312(a)(2)(iv)" in red["properties"]["clauses"]
    assert all(one in red["help"]["markdown"] for one in ("Set colour to blue.", "```python\nimport pulumi\n```", "Shades of red.", "SC-28(1)"))
    assert red["defaultConfiguration"]["level"] == "error"


def test_fingerprints_outlive_other_changes(tmp_path: Path) -> None:
    one, two = (by_name(written(outcomes.made(tmp_path, colours))) for colours in (outcomes.EVERYTHING, {"new": "red", **outcomes.EVERYTHING}))
    assert one["t-red", "bad"]["partialFingerprints"] == two["t-red", "bad"]["partialFingerprints"]
    assert one["t-red", "bad"]["partialFingerprints"] != two["t-red", "new"]["partialFingerprints"]


def test_a_program_is_named_from_the_root(tmp_path: Path) -> None:
    run = written(outcomes.made(tmp_path, {"bad": "red"}, waivers="", sourcePosition="project:///stacks/my aws.py#12,5"))
    at = by_name(run)["t-red", "bad"]["locations"][0]["physicalLocation"]
    assert at == {"artifactLocation": {"uri": "stacks/my%20aws.py", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 12}}
