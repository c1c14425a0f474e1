from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from handoff.controls import build, catalogue, evaluate, state
from handoff.controls.context import Context
from handoff.controls.model import Control, Verdict
from handoff.spec import load
from tests.policies.cases import CASES, Case, write

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
WORST = [Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE]


@pytest.fixture(scope="module")
def controls() -> dict[str, Control]:
    return {control.id: control for pack in catalogue.load(ROOT / "policies") for control in pack.controls}


@pytest.fixture(scope="module")
def context() -> Context:
    return build.context(load(ROOT / "engagements" / "acme-health.yaml", today=TODAY), "prod", today=TODAY)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_the_control_says_what_it_must(case: Case, controls: dict[str, Control], context: Context, tmp_path: Path) -> None:
    read = state.from_state(write(tmp_path / "state.json", case.resources))
    report = evaluate.judge([controls[case.control]], context, read.stack, stack_name=read.stack_name)
    own = {one.type for one in case.resources}
    said = [one for one in report.results if not one.type.startswith("pulumi:providers:") or one.type in own]
    verdict = min((one.verdict for one in said), key=WORST.index)
    assert verdict.value == case.verdict, [(one.verdict.value, one.urn, one.message) for one in said]


def test_every_control_has_a_case_that_passes_and_one_that_fails(controls: dict[str, Control]) -> None:
    for verdict in ("pass", "fail"):
        assert {case.control for case in CASES if case.verdict == verdict} == set(controls), verdict


def test_every_control_tells_why_how_and_whence(controls: dict[str, Control]) -> None:
    for one in controls.values():
        assert one.title, one.id
        assert one.why.endswith("."), one.id
        assert one.fix.endswith("."), one.id
        assert one.source.startswith("https://"), one.id
        assert one.source.endswith("(read 2026-11-22)"), one.id
        assert one.frameworks, one.id
