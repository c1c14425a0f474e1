from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from handoff.cli._app import run
from handoff.exports._bag import write_bag
from handoff.exports._contract import ObjectInfo

if TYPE_CHECKING:
    from pathlib import Path


def bag(path: Path, data: bytes) -> None:
    write_bag(
        path,
        [ObjectInfo(key="k", size_bytes=len(data), etag=hashlib.sha256(data).hexdigest())],
        lambda item: iter([data]),
        info={},
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_bags_are_checked_one_by_one_or_as_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bag(tmp_path / "one", b"1")
    bag(tmp_path / "two", b"22")
    assert run(["export", "verify", str(tmp_path / "one")]) == 0
    assert "1 objects, 1 bytes" in capsys.readouterr().out
    assert run(["export", "verify", str(tmp_path), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["bag", "bag", "summary"]
    assert all(line["schema_version"] == 1 for line in lines)
    (tmp_path / "two/data/k").write_bytes(b"23")
    assert run(["export", "verify", str(tmp_path), "--json"]) == 5
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [line.get("valid") for line in lines] == [True, False, None]
    assert lines[2] == {"type": "summary", "schema_version": 1, "exit_code": 5, "bags": 2, "invalid": 1, "unfinished": []}
    assert "two/data/k" in json.loads(told.err)["message"]


def test_no_bag_is_not_a_good_bag(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "verify", str(tmp_path)]) == 2
    (tmp_path / "x.partial").mkdir()
    assert run(["export", "verify", str(tmp_path)]) == 2
    assert "x.partial" in capsys.readouterr().err
    assert run(["export", "verify", str(tmp_path / "missing")]) == 2


@pytest.mark.parametrize("arguments", [["missing.yaml"], ["return", "missing.yaml"], ["--json", "missing.yaml"]])
def test_a_missing_spec_is_told_however_the_command_is_written(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["export", *arguments]) == 2
    assert "missing.yaml" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
