"""The lab's short waits are in force in a lab, and nowhere else."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from handoff import lags
from handoff.errors import SafetyLimit, UsageError
from tests.engine._simulator import KEY

HERE = ("http://127.0.0.1:4566", "https://localhost:1", "http://[::1]:2")
DAY = timedelta(days=1)


def settings(folder: Path, text: str | None = None) -> str:
    path = folder / "lags.json"
    path.write_text(json.dumps({"kinds": {KEY.id: 0.5}, "soak_s": 2}) if text is None else text, encoding="utf-8")
    return str(path)


def test_without_the_variable_the_vendors_figures_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(lags.VARIABLE, raising=False)
    found = lags.in_force(HERE)
    assert not found.is_lab
    assert found.settle(KEY) == timedelta(seconds=KEY.lag.settle_s)
    assert found.soak(DAY) == DAY


def test_in_a_lab_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(lags.VARIABLE, settings(tmp_path))
    found = lags.in_force(HERE)
    assert found.is_lab
    assert found.settle(KEY) == timedelta(seconds=0.5)
    assert found.soak(DAY) == timedelta(seconds=2)


@pytest.mark.parametrize(
    "real", ["https://sts.amazonaws.com", "https://127.0.0.1.evil.example", "https://login.microsoftonline.com", "https://localhost@evil.example", ""]
)
def test_never_beside_a_real_cloud(real: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(lags.VARIABLE, settings(tmp_path))
    with pytest.raises(SafetyLimit) as refused:
        lags.in_force([*HERE, real])
    assert refused.value.exit_code == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"kinds": []}',
        '{"kinds": {}, "soak_s": "soon"}',
        '{"kinds": {"a": null}, "soak_s": 1}',
        '{"kinds": {"a": -1}, "soak_s": 1}',
        '{"kinds": {}, "soak_s": NaN}',
    ],
)
def test_settings_that_make_no_sense(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(lags.VARIABLE, settings(tmp_path, text))
    with pytest.raises(UsageError, match=lags.VARIABLE):
        lags.in_force(HERE)


def test_settings_that_are_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(lags.VARIABLE, str(tmp_path / "none.json"))
    with pytest.raises(UsageError):
        lags.in_force(HERE)
