from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from handoff.controls import catalogue
from handoff.controls.reports import _component, _oscal, oscal
from handoff.errors import MachineError
from tests.controls import outcomes

SCHEMAS = Path(__file__).parents[1] / "data" / "oscal"
# Python's `re` has no classes of Unicode properties: letters, digits.
_CLASSES = {"\\p{L}": "A-Za-z\\u00c0-\\uffff", "\\p{N}": "0-9"}


@cache
def _validator(name: str) -> Any:
    text = (SCHEMAS / f"oscal_{name}_schema.json").read_text(encoding="utf-8")
    schema = json.loads(text, object_hook=_plain_patterns)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


def _plain_patterns(found: dict[str, Any]) -> dict[str, Any]:
    pattern = found.get("pattern")
    if isinstance(pattern, str):
        pattern = pattern.replace("(\\p{L}|_)", "[_A-Za-z\\u00c0-\\uffff]").replace("(\\p{L}|\\p{N}|[.\\-_])", "[_A-Za-z0-9.\\-\\u00c0-\\uffff]")
        return {**found, "pattern": pattern}
    return found


def faults(name: str, body: object) -> list[str]:
    return [f"{list(one.absolute_path)}: {one.message[:200]}" for one in _validator(name).iter_errors(body)]


def written(folder: Path, colours: dict[str, str], **more: Any) -> dict[str, Any]:
    from trestle.oscal.assessment_results import Model

    text = oscal.render(outcomes.made(folder, colours, **more))
    Model.model_validate_json(text)
    body = json.loads(text)
    assert faults("assessment-results", body) == []
    return dict(body["assessment-results"])


def test_the_schema_refuses_what_is_wrong(tmp_path: Path) -> None:
    body = json.loads(oscal.render(outcomes.made(tmp_path, outcomes.EVERYTHING)))
    body["assessment-results"]["results"][0]["observations"][0]["uuid"] = "no uuid"
    del body["assessment-results"]["metadata"]["title"]
    assert len(faults("assessment-results", body)) == 2


@pytest.mark.parametrize("colours", [{}, {"good": "blue"}, {outcomes.HOSTILE: "red"}])
def test_every_run_is_valid(tmp_path: Path, colours: dict[str, str]) -> None:
    assert written(tmp_path, colours, waivers="")["metadata"]["oscal-version"] == _oscal.VERSION


def test_observations_findings_and_risks_hang_together(tmp_path: Path) -> None:
    (result,) = written(tmp_path, outcomes.EVERYTHING)["results"]
    observations = {one["uuid"]: one for one in result["observations"]}
    items = {one["uuid"]: one["description"] for one in result["local-definitions"]["inventory-items"]}
    stack = result["local-definitions"]["components"][0]["uuid"]
    subjects = {subject["subject-uuid"] for one in observations.values() for subject in one["subjects"]}
    assert subjects <= {*items, stack}
    assert set(items.values()) == {"bad", "old", "later", "boom", "good"}
    findings = {one["target"]["target-id"]: one for one in result["findings"]}
    assert set(findings) == {"sc-28_smt", "sc-28.1_smt", "au-2_smt"}
    assert {one["control-id"] for one in result["reviewed-controls"]["control-selections"][0]["include-controls"]} == {"sc-28", "sc-28.1", "au-2"}
    for one in findings.values():
        assert one["target"]["status"]["state"] == "not-satisfied"
        assert {each["observation-uuid"] for each in one["related-observations"]} <= set(observations)
    (risk,) = result["risks"]
    assert (risk["status"], risk["deadline"]) == ("deviation-approved", "2026-12-22T23:59:59+00:00")
    assert risk["mitigating-factors"][0]["description"] == "no new data"
    assert "approved by bob" in risk["statement"]
    (about,) = [observations[one["observation-uuid"]] for one in risk["related-observations"]]
    assert items[about["subjects"][0]["subject-uuid"]] == "old"
    assert findings["sc-28_smt"]["related-risks"] == [{"risk-uuid": risk["uuid"]}]


def test_a_control_is_satisfied_only_when_all_is_well(tmp_path: Path) -> None:
    def states(colours: dict[str, str], waivers: str = "") -> set[str]:
        (result,) = written(tmp_path, colours, waivers=waivers, controls=outcomes.CONTROLS[:1])["results"]
        return {one["target"]["status"]["state"] for one in result["findings"] if one["target"]["target-id"].startswith("sc-28")}

    assert states({"good": "blue"}) == {"satisfied"}
    assert states({"good": "blue", "bad": "red"}) == {"not-satisfied"}
    assert states({"good": "blue", "later": outcomes.SENTINEL}) == {"not-satisfied"}
    assert states({"good": "blue", "old": "red"}, outcomes.WAIVER) == {"not-satisfied"}


def test_ids_follow_from_what_they_name(tmp_path: Path) -> None:
    one, two = (written(tmp_path, outcomes.EVERYTHING) for _ in range(2))
    assert one == two
    more = written(tmp_path, {**outcomes.EVERYTHING, "new": "red"})
    known = {each["uuid"] for each in one["results"][0]["observations"] if "passed" not in each["description"]}
    assert known < {each["uuid"] for each in more["results"][0]["observations"]}


def test_the_component_definition_of_the_packs_is_valid() -> None:
    from trestle.oscal.component import Model

    packs = catalogue.load(catalogue.find_folder(Path(__file__).parents[2]))
    text = _component.component_definition(packs, moment=outcomes.NOW)
    Model.model_validate_json(text)
    body = json.loads(text)
    assert faults("component", body) == []
    found = {}
    for component in body["component-definition"]["components"]:
        for one in component["control-implementations"][0]["implemented-requirements"]:
            props = {each["name"]: each["value"] for each in one["props"]}
            found[props["control"], one["control-id"]] = props["derived"]
    for pack in packs:
        for control in pack.controls:
            for name, derived in _oscal.controls(control.maps.clauses):
                assert found.pop((control.id, name)) == ("yes" if derived else "no")
    assert found == {}


def test_without_trestle_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trestle.oscal.assessment_results", None)
    with pytest.raises(MachineError, match="compliance-trestle") as caught:
        oscal.render(outcomes.made(tmp_path, {"good": "blue"}))
    assert "handoff[oscal]" in caught.value.hint
