from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from handoff.cli._app import run
from handoff.exports._bag import write_bag
from handoff.exports._contract import ObjectInfo


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


@pytest.mark.slow
def test_a_real_store_comes_back_whole_and_is_taken_up_after_an_interruption(lab: Any, tmp_path: Path) -> None:
    """On the lab's S3, through the command: what was put there is in the bag, byte for byte."""
    spec = str(Path(__file__).parents[2] / "engagements/acme-health.yaml")
    state = {"HANDOFF_STATE": str(tmp_path / "state")}
    content = {"plain.txt": b"hello", "a/../b": b"", "näme|%?": b"x" * 3_000_000, "a": b"file", "a/b": b"below it"}
    script = (
        "import boto3, json, sys\ns3 = boto3.client('s3')\n"
        "s3.create_bucket(Bucket='returned-to-client', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})\n"
        "[s3.put_object(Bucket='returned-to-client', Key=key, Body=bytes.fromhex(data)) for key, data in json.load(sys.stdin).items()]\n"
    )
    given = json.dumps({key: data.hex() for key, data in content.items()})
    subprocess.run([sys.executable, "-c", script], input=given, text=True, env=lab.process_env(), check=True, timeout=60)
    arguments = ("export", spec, "--cloud", "aws", "--store", "returned-to-client", "--out", str(tmp_path / "bags"), "--json")
    done = lab.handoff(*arguments, cwd=tmp_path, **state)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "bags/aws-returned-to-client"
    records = [json.loads(line) for line in (path / "metadata/objects.jsonl").read_text().splitlines()]
    assert {record["key"]: (path / record["path"]).read_bytes() for record in records} == content
    assert lab.handoff("export", "verify", str(path), cwd=tmp_path).returncode == 0
    again = lab.handoff(*arguments, cwd=tmp_path, **state)
    assert json.loads(again.stdout.splitlines()[0])["kept"] is True
    missing = lab.handoff(*arguments[:4], "--store", "no-such-store", "--out", str(tmp_path / "bags"), cwd=tmp_path, **state)
    assert (missing.returncode, "no-such-store" in missing.stderr) == (2, True)
