"""`handoff clock` on a real exit: it counts until the proof, not until the cut, and says what was late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.runs._estate import MARK, AwsEstate, lines


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    one = AwsEstate(tmp_path / "estate", lab_env)
    one.account.user("ops", tags=MARK)
    one.body["exit"] = {"regulations": ["fedramp-high"], **one.body.get("exit", {})}
    one.write_files()
    return one


def clock(estate: AwsEstate) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
    done = estate.handoff("clock", "spec.yaml", "--json")
    told = lines(done.stdout)
    return done.returncode, [line for line in told if line["type"] == "clock"], told[-1] if told else {}


@pytest.mark.slow
def test_from_the_cut_to_the_proof(estate: AwsEstate) -> None:
    assert estate.handoff("clock", "spec.yaml").returncode == 4, "nothing was applied yet"
    digest = estate.plan()
    assert estate.handoff("apply", "plan.json", "--digest", digest).returncode == 0
    code, cut, _ = clock(estate)
    assert code == 4
    assert [one["standing"] for one in cut] == ["running"]
    assert cut[0]["cut_at"]
    assert cut[0]["proven_at"] is None
    assert cut[0]["may_live_until"], "a session of the key could live for 36 hours, if nothing had ended it"
    assert estate.handoff("prove", "spec.yaml").returncode == 0
    code, proven, summary = clock(estate)
    assert code == 0
    assert [one["standing"] for one in proven] == ["in-time"]
    assert proven[0]["may_live_until"] is None
    assert 0 < proven[0]["exposure_s"] < 3600
    assert "fedramp-high" in summary["deadline"]

    estate.body["exit"]["terminated_at"] = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    estate.write_files()
    code, late, summary = clock(estate)
    assert (code, summary["missed"], summary["open"]) == (4, 1, 0)
    assert [one["standing"] for one in late] == ["late"]
