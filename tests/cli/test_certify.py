from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from handoff.cli._app import run
from handoff.evidence.state import StateFolder
from handoff.model import Read, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_proven_exit(exit_told: Callable[..., str], exit_spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = exit_told()
    assert run(["certify", exit_spec, "--run", name, "--out", str(tmp_path / "evidence"), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (summary["type"], summary["verdict"], summary["paths"], summary["remains"], summary["environment"]) == ("summary", "exit proven", 2, 0, "lab")
    assert "**Verdict: exit proven**" in (tmp_path / "evidence/certificate.md").read_text()
    assert run(["certify", exit_spec, "--out", str(tmp_path / "evidence")]) == 2
    assert "already" in capsys.readouterr().err


@pytest.mark.parametrize(("changes", "code"), [({"probe": Verdict.ALIVE}, 4), ({"read_after": Read.DENIED}, 3)])
def test_what_remains_is_in_the_certificate_and_the_exit_code(
    exit_told: Callable[..., str], exit_spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, object], code: int
) -> None:
    exit_told(**changes)
    assert run(["certify", exit_spec, "--out", str(tmp_path / "evidence")]) == code
    assert "AKIAOPS" in capsys.readouterr().err
    assert "does **not** say that the provider is gone" in (tmp_path / "evidence/certificate.md").read_text()


def test_without_records_or_while_another_run_holds_the_lock(
    exit_told: Callable[..., str], exit_spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["certify", exit_spec, "--out", str(tmp_path / "evidence")]) == 2
    assert "knows no plan" in capsys.readouterr().err
    exit_told()
    with StateFolder.of("harbor-books").lock():
        assert run(["certify", exit_spec, "--out", str(tmp_path / "evidence")]) == 8
    assert not (tmp_path / "evidence").exists()
