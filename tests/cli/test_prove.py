"""`handoff prove` and its canaries: nothing is proven that was not tried, and each canary is refused beside a control."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from handoff import logins
from handoff.model import Login, Party
from tests.runs._estate import MARK, AwsEstate, lines


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    return AwsEstate(tmp_path / "estate", lab_env).provider_everywhere()


def provider_login(estate: AwsEstate) -> Login:
    login = estate.account.user("lent", tags=MARK)
    return Login(name="lent", cloud="aws", party=Party.PROVIDER, principal=login.principal, form="aws-keys", material=login.material)


@pytest.mark.slow
def test_a_canary_and_its_session_die_beside_a_control_that_works(estate: AwsEstate) -> None:
    logins.dump([provider_login(estate)], estate.folder / "provider.json")
    made = estate.handoff("canary", "spec.yaml", "--logins", "provider.json", "--out", "canaries.json", "--json")
    assert made.returncode == 0, made.stderr
    kept = [one for one in lines(made.stdout) if one["type"] == "canary"]
    assert {one["name"] for one in kept} >= {"lent", "lent-GetSessionToken"}
    assert (estate.folder / "canaries.json").stat().st_mode & 0o777 == 0o600
    secret = json.loads((estate.folder / "canaries.json").read_text(encoding="utf-8"))["logins"][0]["secret_access_key"]

    digest = estate.plan()
    assert estate.handoff("apply", "plan.json", "--digest", digest).returncode == 0
    proof = estate.handoff("prove", "spec.yaml", "--canaries", "canaries.json", "--json")
    assert proof.returncode == 0, proof.stderr
    trials: list[Any] = [trial for body in estate.entries("proof") for trial in body["trials"]]
    assert {trial["canary"] for trial in trials} >= {"lent", "lent-GetSessionToken"}
    assert {(trial["tried"]["outcome"], trial["control"]["outcome"]) for trial in trials} == {("refused", "worked")}
    assert secret not in estate.ledger.read_text(encoding="utf-8") + made.stdout + made.stderr + proof.stdout + proof.stderr

    (estate.folder / "none.json").write_text('{"logins": []}', encoding="utf-8")
    (estate.folder / "none.json").chmod(0o600)
    without = estate.handoff("prove", "spec.yaml", "--canaries", "canaries.json", HANDOFF_LOGINS=str(estate.folder / "none.json"))
    assert without.returncode == 4, "a refusal without a control proves nothing"
    assert "was not there to compare" in without.stderr


@pytest.mark.slow
def test_what_came_back_after_the_cut_is_not_proven(estate: AwsEstate) -> None:
    digest = estate.plan()
    assert estate.handoff("apply", "plan.json", "--digest", digest).returncode == 0
    late = str(estate.account.key("hidden").material["access_key_id"])
    open_ = estate.handoff("prove", "spec.yaml", "--json")
    assert open_.returncode == 4
    assert [one["id"] for one in lines(open_.stdout) if one["type"] == "outside"] == [late]
    assert "found now, not in the plan" in open_.stderr

    estate.write_files(admin=estate.account.denied("iam:ListAccessKeys"))
    blind = estate.handoff("prove", "spec.yaml", "--json")
    assert blind.returncode == 3
    keys = {one["proof"] for one in lines(blind.stdout) if one["type"] == "proof" and one["kind"] == "aws.iam_access_key"}
    assert keys == {"unknown"}


@pytest.mark.slow
def test_a_login_that_does_not_work_is_no_canary(estate: AwsEstate) -> None:
    dead = provider_login(estate)
    estate.account.writer.write("iam:UpdateAccessKey", UserName="lent", AccessKeyId=dead.material["access_key_id"], Status="Inactive")
    logins.dump([dead], estate.folder / "provider.json")
    made = estate.handoff("canary", "spec.yaml", "--logins", "provider.json", "--out", "canaries.json")
    assert made.returncode == 4
    assert "nothing can be shown to die" in made.stderr
