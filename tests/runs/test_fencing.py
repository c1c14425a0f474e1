"""The fence as a client installs it, on a real IAM: it stops the provider, and nobody else, and `--check` says so only when it is so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from handoff import logins
from handoff.model import Login
from tests.runs._estate import MARK, AwsEstate, lines


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    return AwsEstate(tmp_path / "estate", lab_env)


def eve(estate: AwsEstate) -> Login:
    login = estate.account.user("eve", tags=MARK)
    logins.dump([login], estate.folder / "provider.json")
    return login


def check(estate: AwsEstate) -> tuple[int, list[dict[str, Any]]]:
    done = estate.handoff("fence", "spec.yaml", "--check", "--logins", "provider.json", "--json")
    return done.returncode, [line for line in lines(done.stdout) if line["type"] == "fence"]


def install(estate: AwsEstate, *users: str) -> None:
    for path in sorted((estate.folder / "fence").glob("principal-*.json")):
        for user in users:
            estate.account.writer.write("iam:PutUserPolicy", UserName=user, PolicyName=f"HandoffFence-{path.stem}", PolicyDocument=path.read_text())


def test_it_stops_the_provider_and_spares_the_client(estate: AwsEstate) -> None:
    login = eve(estate)
    code, before = check(estate)
    assert (code, [one["holds"] for one in before]) == (4, ["open"])
    done = estate.handoff("fence", "spec.yaml", "--out", "fence", "--json")
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout)[-1]["principals"] == 1
    scp = json.loads((estate.folder / "fence" / "scp-1.json").read_text())["Statement"][0]["Condition"]
    assert scp["ArnLike"] == {"aws:PrincipalArn": [login.principal]}
    assert set(scp["ArnNotLike"]["aws:PrincipalArn"]) == {one.principal for one in estate.admins}
    install(estate, "eve")
    code, after = check(estate)
    assert (code, [(one["holds"], one["control"]) for one in after]) == (0, [("holds", "NoSuchEntity")])
    assert estate.account.works(login, "iam:CreateAccessKey", UserName="eve") == "refused"
    assert estate.account.works(login, "iam:ListUsers") == "worked", "a fence cuts nothing that is there"
    assert estate.account.works(estate.admins[0], "iam:CreateAccessKey", UserName="ada") == "worked"


def test_a_refusal_without_a_control_is_not_a_fence(estate: AwsEstate) -> None:
    eve(estate)
    estate.handoff("fence", "spec.yaml", "--out", "fence")
    install(estate, "eve")
    done = estate.handoff("fence", "spec.yaml", "--check", "--logins", "provider.json", "--json", HANDOFF_LOGINS="")
    assert [line["holds"] for line in lines(done.stdout) if line["type"] == "fence"] == ["unknown"]
    assert done.returncode == 4


def test_a_key_that_is_no_longer_accepted_is_not_taken_for_open(estate: AwsEstate) -> None:
    login = eve(estate)
    estate.account.writer.write("iam:UpdateAccessKey", UserName="eve", AccessKeyId=login.material["access_key_id"], Status="Inactive")
    code, seen = check(estate)
    assert (code, seen[0]["holds"]) == (0, "holds")


@pytest.mark.parametrize("arguments", [(), ("--check",), ("--check", "--out", "fence")])
def test_the_wrong_question_is_told(estate: AwsEstate, arguments: tuple[str, ...]) -> None:
    done = estate.handoff("fence", "spec.yaml", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
