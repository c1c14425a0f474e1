from __future__ import annotations

import json
from pathlib import Path

import pytest

from handoff import registry
from handoff.lab import waits
from handoff.lab.service import LabPlan


def plan(folder: Path) -> LabPlan:
    return LabPlan(folder=folder, ports={})


def test_every_kind_has_a_wait_and_bindings_wait_alike(tmp_path: Path) -> None:
    waits.write(plan(tmp_path))
    written = json.loads(plan(tmp_path).lags_file.read_text())
    assert set(registry.kinds()) <= set(written["kinds"])
    assert written["soak_s"] == waits.SOAK_S
    bindings = {seconds for kind, seconds in written["kinds"].items() if kind.startswith("gcp.") and kind.endswith("_iam_binding")}
    assert bindings == {written["kinds"]["gcp.project_iam_binding"]}, "the stand-in delays them all by this one figure"


def test_a_users_waits_stay_and_new_kinds_are_added(tmp_path: Path) -> None:
    mine = {"kinds": {"gcp.project_iam_binding": 9.0}, "soak_s": 7.0}
    plan(tmp_path).lags_file.write_text(json.dumps(mine))
    waits.write(plan(tmp_path))
    written = json.loads(plan(tmp_path).lags_file.read_text())
    assert (written["kinds"]["gcp.project_iam_binding"], written["soak_s"]) == (9.0, 7.0)
    assert written["kinds"]["gcp.kms_key_iam_binding"] == 9.0, "the stand-in delays it by the same figure"
    assert set(registry.kinds()) <= set(written["kinds"])
    again = plan(tmp_path).lags_file.read_bytes()
    waits.write(plan(tmp_path))
    assert plan(tmp_path).lags_file.read_bytes() == again


@pytest.mark.parametrize("text", ["not JSON", "[]", '{"soak_s": 1}'])
def test_a_file_that_cannot_be_read_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    plan(tmp_path).lags_file.write_text(text)
    waits.write(plan(tmp_path))
    assert plan(tmp_path).lags_file.read_text() == text
