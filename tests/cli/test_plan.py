"""`handoff plan`: refuses unknown holders, lock-outs and too much, and changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.runs._estate import AwsEstate, lines


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    return AwsEstate(tmp_path / "estate", lab_env).provider_everywhere()


def refused(estate: AwsEstate, *arguments: str) -> str:
    """What is said of a plan that is refused, and that it left the estate and the disk as they were."""
    estate.write_files()
    before = estate.state()
    done = estate.handoff("plan", "spec.yaml", *arguments)
    assert done.returncode == 7, (done.stdout, done.stderr)
    assert "Nothing was changed." in done.stderr
    assert estate.state() == before
    assert not (estate.folder / "plan.json").exists()
    return done.stderr


@pytest.mark.slow
def test_a_plan_is_bound_to_its_digest_and_changes_nothing(estate: AwsEstate) -> None:
    before = estate.state()
    done = estate.handoff("plan", "spec.yaml", "--json", "--max-changes", "16")
    assert done.returncode == 0, done.stderr
    summary = lines(done.stdout)[-1]
    assert summary["digest"] == "sha256:" + hashlib.sha256((estate.folder / "plan.json").read_bytes()).hexdigest()
    assert (summary["targets"], summary["actions"]) == (10, 16)
    assert estate.state() == before
    (estate.folder / "plan.json").unlink()
    assert "16 changes, the limit is 15" in refused(estate, "--max-changes", "15")


@pytest.mark.slow
def test_an_unknown_holder_stops_it_until_somebody_decides(estate: AwsEstate) -> None:
    stranger = str(estate.account.user("stranger").material["access_key_id"])
    told = refused(estate)
    assert "1 path(s) with an unknown holder" in told
    assert stranger in told
    estate.body["exit"] = {"decisions": [{"kind": "aws.iam_access_key", "id": stranger, "party": "client", "reason": "ours", "decided_by": "Ada"}]}
    estate.write_files()
    assert estate.handoff("plan", "spec.yaml").returncode == 0, "positive control: decided, it goes on"


@pytest.mark.slow
def test_the_only_client_administrator_is_not_cut(estate: AwsEstate) -> None:
    ada, bea, glass = estate.admins
    client: Any = estate.body["parties"]["client"]
    client["administrators"] = client["administrators"][:1]
    decide = {"party": "provider", "reason": "by mistake", "decided_by": "Eve", "kind": "aws.iam_access_key"}
    estate.body["parties"]["client"]["identities"]["aws"] = {"principals": [bea.principal]}
    estate.write_files()
    assert estate.handoff("plan", "spec.yaml").returncode == 0, "positive control: one administrator and a break-glass are enough"
    (estate.folder / "plan.json").unlink()

    estate.body["exit"] = {"decisions": [{**decide, "id": ada.material["access_key_id"]}]}
    assert f"{ada.principal} would be cut by" in refused(estate)
    estate.body["exit"] = {"decisions": [{**decide, "id": glass.material["access_key_id"]}]}
    assert f"{glass.principal} would be cut by" in refused(estate)
    estate.body["exit"] = {}

    estate.account.writer.write("iam:UpdateAccessKey", UserName="glass", AccessKeyId=glass.material["access_key_id"], Status="Inactive")
    assert f"{glass.principal} did not sign in" in refused(estate)
