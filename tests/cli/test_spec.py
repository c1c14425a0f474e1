from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from handoff.cli._app import run

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "engagements" / "acme-health.yaml"


def test_a_spec_that_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spec", "check", str(SAMPLE)]) == 0
    assert "acme-health holds: prod on aws, azure, gcp" in capsys.readouterr().out


def test_a_spec_that_holds_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spec", "check", str(SAMPLE), "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["type"], last["schema_version"], last["exit_code"], last["environments"]) == ("summary", 1, 0, ["prod"])


def test_a_spec_that_does_not_hold_names_each_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(SAMPLE.read_text(encoding="utf-8").replace("eu-west-1", "eu-west-9").replace("role: reader", "role: owner"), encoding="utf-8")
    assert run(["spec", "check", str(bad)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "access[1].role" in err
    bad.write_text(SAMPLE.read_text(encoding="utf-8").replace("eu-west-1", "eu-west-9"), encoding="utf-8")
    assert run(["spec", "check", str(bad), "--json"]) == 2
    error = json.loads(capsys.readouterr().err)
    assert (error["type"], error["exit_code"]) == ("error", 2)
    assert "environments[0].aws.regions[0]: 'eu-west-9' is not a region of aws" in error["message"]


def test_a_spec_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spec", "check", "no/such.yaml"]) == 2
    assert "no/such.yaml: No such file" in capsys.readouterr().err


def test_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["spec", "schema"]) == 0
    assert "environments" in json.loads(capsys.readouterr().out)["properties"]
    assert run(["spec", "schema", "--json"]) == 0
    first, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["type"], last["type"]) == ("schema", "summary")


def test_checking_takes_less_than_a_second_beyond_a_bare_python() -> None:
    def seconds(*command: str) -> float:
        times = []
        for _ in range(3):
            began = time.monotonic()
            subprocess.run([sys.executable, *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            times.append(time.monotonic() - began)
        return min(times)

    assert seconds("-m", "handoff", "spec", "check", str(SAMPLE)) - seconds("-c", "pass") < 1.0
