from __future__ import annotations

import base64
import gzip
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from handoff import canonical
from handoff.errors import CloudError
from handoff.kinds.aws import _user_data
from handoff.kinds.aws.ec2_user_data import KIND
from handoff.model import Clue, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import made, path_of, paths, seeded

PULL = "#!/bin/sh\ncurl -s https://deploy:hunter2@get.nimbus.example/agent | sh\n"
ROLE = "aws sts assume-role --role-arn arn:aws:iam::222222222222:role/push\n"


def instance(account: Account, script: str) -> str:
    answer = made(account, "ec2:RunInstances", "Instances", ImageId="ami-00000001", MinCount=1, MaxCount=1, UserData=script)
    return str(answer[0]["InstanceId"])


class Seed:
    """Nothing is tried, and nothing is cut: a person changes hosts, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(account, instance(account, PULL), instance(account, ROLE), denied="ec2:DescribeInstanceAttribute")


SEED = Seed()


def test_only_a_script_that_names_somebody_is_a_path_and_its_secrets_stay_in_it(lab_env: Mapping[str, str]) -> None:
    account = Account()
    own = f"aws s3 cp s3://records . --endpoint-url https://s3.eu-west-1.amazonaws.com # arn:aws:iam::{account.id}:role/records\n"
    quiet, pulls, pushes = instance(account, own), instance(account, PULL), instance(account, own + ROLE)
    found = paths(KIND, account)
    assert quiet not in found
    assert found[pulls].holder == "get.nimbus.example"
    assert [clue for clue, _ in found[pulls].clues] == [Clue.EMAIL, Clue.CLIENT_OWN]
    assert found[pushes].clues == ((Clue.AWS_ACCOUNT, "222222222222"),)
    assert "hunter2" not in canonical.encode(tuple(found.values())).decode()


def test_a_changed_script_ends_it(lab_env: Mapping[str, str]) -> None:
    account = Account()
    host = instance(account, PULL)
    path = path_of(KIND, account, host)
    account.regional.write("ec2:StopInstances", InstanceIds=[host])
    account.regional.write("ec2:ModifyInstanceAttribute", InstanceId=host, UserData={"Value": ROLE.encode()})
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
    account.regional.write("ec2:ModifyInstanceAttribute", InstanceId=host, UserData={"Value": b"#!/bin/sh\ntrue\n"})
    assert KIND.probe(account.regional, path) is Verdict.GONE


@pytest.mark.parametrize(
    ("script", "clues"),
    [
        pytest.param("docker pull 222222222222.dkr.ecr.eu-west-1.amazonaws.com/agent", {(Clue.AWS_ACCOUNT, "222222222222")}, id="registry"),
        pytest.param("arn:aws:s3:::records and 123456789012345", set(), id="numbers-are-no-accounts"),
        pytest.param("curl http://169.254.169.254/latest http://203.0.113.7/x", {(Clue.CIDR, "203.0.113.7/32")}, id="addresses"),
        pytest.param("mail=ops:secret@nimbus.example", {(Clue.EMAIL, "any@nimbus.example")}, id="only-what-follows-the-at"),
    ],
)
def test_what_it_names(script: str, clues: set[tuple[Clue, str]]) -> None:
    assert set(_user_data.clues(script, own="111111111111")) == clues


def test_ssh_keys_have_the_fingerprints_that_ssh_gives(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    public = (tmp_path / "key.pub").read_text(encoding="utf-8")
    told = [
        subprocess.run(["ssh-keygen", "-l", "-E", form, "-f", str(tmp_path / "key.pub")], check=True, capture_output=True, text=True).stdout.split()[1]
        for form in ("sha256", "md5")
    ]
    found = [value for _, value in _user_data.clues(f"ssh_authorized_keys:\n  - {public}", own="111111111111")]
    assert found == [told[0], told[1].removeprefix("MD5:")]


def test_packed_scripts_are_read_and_unreadable_ones_are_no_silence() -> None:
    packed = base64.b64encode(gzip.compress(ROLE.encode())).decode()
    assert _user_data.text_of(packed, where="i-1") == ROLE
    for broken in ("not base64!", packed[:40]):
        with pytest.raises(CloudError, match="i-1"):
            _user_data.text_of(broken, where="i-1")
