"""Every labelled case, and what every control of the catalogue has to be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from handoff.controls import catalogue
from handoff.controls.model import RESIDENCY, Category, Control
from tests.policies import contract, corpus

PACKS = catalogue.load(corpus.ROOT / "policies")
CONTROLS: Mapping[str, Control] = {control.id: control for pack in PACKS for control in pack.controls}
CASES = corpus.everything()
ROWS = {
    *(f"R{number:03d}" for number in range(1, 115)),
    *(f"A{number:02d}" for number in range(1, 69)),
    *(f"Z{number:02d}" for number in range(1, 47)),
    *(f"E{number:02d}" for number in range(1, 6)),
    *(f"G{number:02d}" for number in range(1, 47)),
}
"""Every way in which data leaves a region, and every baseline control, that the research lists."""


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_the_control_says_what_it_must(case: corpus.Case, tmp_path: Path) -> None:
    assert contract.case_fault(case, CONTROLS[case.control], tmp_path) is None


@pytest.mark.parametrize("path", corpus.files(), ids=[f"{path.parent.name}/{path.stem}" for path in corpus.files()])
def test_rules_look_only_at_what_they_declare(path: Path, tmp_path: Path) -> None:
    assert [(case.id, fault) for case in corpus.read(path) for fault in contract.undeclared(case, CONTROLS[case.control], tmp_path)] == []


@pytest.mark.parametrize("control", CONTROLS.values(), ids=list(CONTROLS))
def test_a_control_is_whole(control: Control) -> None:
    assert [*contract.texts(control), *contract.paths(control)] == []


@pytest.mark.parametrize("control", CONTROLS.values(), ids=list(CONTROLS))
def test_its_snippet_satisfies_it(control: Control) -> None:
    assert list(contract.snippet(control, corpus.plain_context())) == []


def test_every_row_has_its_control() -> None:
    answered = {row for control in CONTROLS.values() for row in control.rows}
    assert answered >= ROWS, sorted(ROWS - answered)
    assert all(re.fullmatch(r"[RAZEGX]\d{2,3}", row) for row in answered)


def test_every_control_has_its_cases() -> None:
    counts = Counter((case.control, case.expect) for case in CASES)
    assert {case.control for case in CASES} == set(CONTROLS)
    for control in CONTROLS.values():
        for verdict in ("pass", "fail", "unknown") if control.category in RESIDENCY else ("pass", "fail"):
            assert counts[control.id, verdict], (control.id, verdict)


def test_the_residency_corpus_is_large_and_its_cases_are_told_apart() -> None:
    residency = [case for case in CASES if case.file.startswith("residency/")]
    assert len(residency) >= 220
    assert {case.expect for case in residency} >= {"pass", "fail", "unknown"}
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []


def test_a_safe_fix_mends_what_it_is_for(tmp_path: Path) -> None:
    """Every remedy turns at least one failing case into a pass, and none turns a pass into anything else."""
    from handoff.controls.evaluate import Judge, remedied

    for control in (one for one in CONTROLS.values() if one.remedy):
        mended = 0
        for case in (one for one in CASES if one.control == control.id):
            judge = Judge([control], corpus.context(case, tmp_path))
            for resource in corpus.resources(case):
                if judge.remedies(resource):
                    mended += 1
                    assert control.evaluate is not None
                    assert all(path in remedied(resource.inputs, control.remedy) or "." in path for path in control.remedy)
        assert mended, control.id


def test_categories_belong_to_packs() -> None:
    allowed = {"residency": RESIDENCY, "baseline": {Category.BASELINE}, "exit_readiness": {Category.EXIT}}
    for pack in PACKS:
        assert {control.category for control in pack.controls} <= allowed[pack.name], pack.name
