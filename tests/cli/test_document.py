from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from handoff.cli._app import run

if TYPE_CHECKING:
    import pytest

SPEC = str(Path(__file__).parents[2] / "engagements/harbor-books.yaml")


def test_the_package_is_written_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HANDOFF_STATE", str(tmp_path / "state"))
    (tmp_path / "state.json").write_text('{"version": 3, "deployment": {}}')
    assert run(["document", SPEC, "--out", str(tmp_path / "docs"), "--state", str(tmp_path / "state.json"), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["name"] for line in lines[:-1]} == {
        path.relative_to(tmp_path / "docs").as_posix() for path in (tmp_path / "docs").rglob("*") if path.is_file()
    } - {"manifest.json"}
    assert (lines[-1]["type"], lines[-1]["files"]) == ("summary", len(lines) - 1)
    assert run(["document", SPEC, "--out", str(tmp_path / "docs")]) == 2
    assert "already" in capsys.readouterr().err
    assert run(["document", SPEC, "--out", str(tmp_path / "more")]) == 0
    assert "begin with" in capsys.readouterr().out


def test_bad_input_is_one_message_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HANDOFF_STATE", str(tmp_path / "state"))
    (tmp_path / "bad.json").write_text("{")
    assert run(["document", SPEC, "--out", str(tmp_path / "docs"), "--state", str(tmp_path / "bad.json")]) == 2
    assert "bad.json is not an exported Pulumi state" in capsys.readouterr().err
    assert not (tmp_path / "docs").exists()
    assert run(["document", str(tmp_path / "no.yaml"), "--out", str(tmp_path / "docs")]) == 2
