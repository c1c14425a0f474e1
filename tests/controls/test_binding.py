from __future__ import annotations

from pathlib import Path

import pytest

from handoff.controls.binding import ENVIRONMENT, SPEC, UNKNOWN, bind
from handoff.errors import UsageError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "engagements").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: handoff\n", encoding="utf-8")
    (tmp_path / "engagements" / "one.yaml").write_text("x", encoding="utf-8")
    (tmp_path / "policies" / "residency").mkdir(parents=True)
    return tmp_path


GIVEN = {SPEC: "engagements/one.yaml", ENVIRONMENT: "prod"}


def test_a_path_counts_from_the_project_above_any_root(project: Path) -> None:
    for root in (project, project / "policies" / "residency"):
        bound = bind([GIVEN], roots=(root,))
        assert (bound.spec, bound.environment, bound.fail_on_unknown) == (project / "engagements" / "one.yaml", "prod", False)


def test_the_first_source_wins_name_by_name(project: Path) -> None:
    bound = bind([{ENVIRONMENT: "test", SPEC: ""}, {**GIVEN, UNKNOWN: "true"}], roots=(project,))
    assert (bound.environment, bound.fail_on_unknown) == ("test", True)


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, "no handoff:spec and no handoff:environment"), ({SPEC: "x"}, "no handoff:environment"), ({ENVIRONMENT: "x"}, "no handoff:spec")],
)
def test_what_is_missing_is_named(project: Path, given: dict[str, str], expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        bind([given], roots=(project,))


def test_a_spec_that_is_not_there_is_named(project: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        bind([{**GIVEN, SPEC: "engagements/two.yaml"}], roots=(project,))
