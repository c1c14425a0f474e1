from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from handoff.controls import build, evaluate
from handoff.controls.context import Context
from handoff.controls.model import Category, Control, Finding, Verdict, fail, unknown
from handoff.controls.resource import UNKNOWN, Resource, Stack
from handoff.spec import load

TODAY = date(2026, 11, 22)
SAMPLE = Path(__file__).resolve().parents[2] / "engagements" / "acme-health.yaml"
WAIVER = {"control": "strict", "resource": "bad", "reason": "being moved", "owner": "ann", "approver": "bob"}


def context(tmp_path: Path, *waivers: dict[str, str]) -> Context:
    data = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    data["waivers"] = [{"issued": "2026-10-01", **one} for one in waivers]
    path = tmp_path / "spec.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return build.context(load(path, today=TODAY), "prod", today=TODAY)


def rule(resource: Resource, _: Context) -> Iterator[Finding]:
    colour = resource.get("colour")
    if colour is UNKNOWN:
        yield unknown("colour not known", "colour")
    elif colour == "red":
        yield fail("is red", "colour")


def broken(resource: Resource, _: Context) -> Iterator[Finding]:
    yield fail("seen")
    raise KeyError(resource.name)


def control(id: str = "strict", types: frozenset[str] = frozenset({"t:t:T"}), evaluate_: object = rule, category: Category = Category.PLACE) -> Control:
    return Control(id=id, title="t", why="w", fix="f", source="s", category=category, reads=dict.fromkeys(types, ()), evaluate=evaluate_)  # type: ignore[arg-type]


def made(name: str, colour: object, of: str = "t:t:T") -> Resource:
    return Resource(urn=f"urn:pulumi:s::p::{of}::{name}", type=of, name=name, inputs={"colour": colour})


STACK = Stack([made("good", "blue"), made("bad", "red"), made("later", UNKNOWN), made("other", "red", "t:t:Other")])


def verdicts(report: evaluate.Report) -> dict[str, str]:
    return {one.urn.rsplit("::", 1)[-1]: one.verdict.value for one in report.results}


def test_silence_passes_and_other_types_are_not_looked_at(tmp_path: Path) -> None:
    report = evaluate.judge([control()], context(tmp_path), STACK, stack_name="s")
    assert verdicts(report) == {"good": "pass", "bad": "fail", "later": "unknown"}
    assert [one.urn for one in report.violations()] == [made("bad", "red").urn]


def test_a_pattern_covers_a_whole_package(tmp_path: Path) -> None:
    report = evaluate.judge([control(types=frozenset({"t:*"}))], context(tmp_path), STACK, stack_name="s")
    assert verdicts(report)["other"] == "fail"


def test_unknown_fails_only_where_asked(tmp_path: Path) -> None:
    report = evaluate.judge([control()], context(tmp_path), STACK, stack_name="s")
    assert len(report.violations()) == 1
    assert len(report.violations(strict=True)) == 2
    baseline = evaluate.judge([control(category=Category.BASELINE)], context(tmp_path), STACK, stack_name="s")
    assert len(baseline.violations(strict=True)) == 1


def test_a_control_that_breaks_is_an_error_of_that_resource_and_fails(tmp_path: Path) -> None:
    report = evaluate.judge([control("broken", evaluate_=broken), control()], context(tmp_path), Stack([made("good", "blue")]), stack_name="s")
    error, good = report.results
    assert (error.verdict, error.control.id) == (Verdict.ERROR, "broken")
    assert "KeyError" in error.message
    assert good.verdict is Verdict.PASS
    assert report.violations() == (error,)


def test_a_broken_control_cannot_be_waived(tmp_path: Path) -> None:
    given = context(tmp_path, {**WAIVER, "control": "broken", "resource": "*", "expires": "2026-12-31"})
    report = evaluate.judge([control("broken", evaluate_=broken)], given, Stack([made("good", "blue")]), stack_name="s")
    assert {one.verdict for one in report.violations()} == {Verdict.ERROR, Verdict.FAIL}  # the second: the waiver excuses nothing


@pytest.mark.parametrize("pattern", ["bad", "b*", "urn:pulumi:s::p::t:t:T::bad", "urn:pulumi:*::bad"])
def test_a_waiver_by_name_or_urn_lets_a_failure_through_and_shows_it(tmp_path: Path, pattern: str) -> None:
    report = evaluate.judge([control()], context(tmp_path, {**WAIVER, "resource": pattern, "expires": "2026-12-31"}), STACK, stack_name="s")
    assert report.violations() == ()
    (waived,) = report.waived
    assert waived.waived is not None
    assert (waived.waived.owner, waived.waived.expires, waived.verdict) == ("ann", "2026-12-31", Verdict.FAIL)


def test_the_last_day_of_a_waiver_counts_and_the_next_does_not(tmp_path: Path) -> None:
    today = evaluate.judge([control()], context(tmp_path, {**WAIVER, "expires": "2026-11-22"}), STACK, stack_name="s")
    assert today.violations() == ()
    over = evaluate.judge([control()], context(tmp_path, {**WAIVER, "expires": "2026-11-21"}), STACK, stack_name="s")
    assert {(one.control.id, "expired on 2026-11-21" in one.message) for one in over.violations()} == {("strict", False), ("waiver", True)}


def test_a_waiver_that_excuses_nothing_fails(tmp_path: Path) -> None:
    report = evaluate.judge(
        [control()], context(tmp_path, {**WAIVER, "resource": "good", "expires": "2026-12-31"}), Stack([made("good", "blue")]), stack_name="s"
    )
    (fault,) = report.violations()
    assert fault.control.id == "waiver"
    assert "excuses nothing" in fault.message
    elsewhere = {**WAIVER, "resource": "urn:pulumi:other::*", "expires": "2026-12-31"}
    assert evaluate.judge([control()], context(tmp_path, elsewhere), Stack([]), stack_name="s").violations() == ()


def test_a_waiver_of_no_control_fails_where_all_controls_are_known(tmp_path: Path) -> None:
    given = context(tmp_path, {**WAIVER, "control": "strickt", "expires": "2026-12-31"})
    assert evaluate.judge([control()], given, Stack([]), stack_name="s").violations() == ()
    (fault,) = evaluate.judge([control()], given, Stack([]), stack_name="s", known=frozenset({"strict"})).violations()
    assert "names no control that exists" in fault.message


def test_a_control_is_of_resources_or_of_the_stack() -> None:
    with pytest.raises(TypeError):
        Control(id="x", title="t", why="w", fix="f", source="s", category=Category.EXIT)
    with pytest.raises(TypeError):
        control(types=frozenset())
