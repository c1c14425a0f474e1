from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.ec2_instance_key import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import made, path_of, paths, seeded


def instance(account: Account, **more: object) -> str:
    return str(made(account, "ec2:RunInstances", "Instances", ImageId="ami-00000001", MinCount=1, MaxCount=1, **more)[0]["InstanceId"])


class Seed:
    """Nothing is tried, and nothing is cut: a person changes hosts, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        account.regional.write("ec2:CreateKeyPair", KeyName="nimbus")
        one, two = (instance(account, KeyName="nimbus") for _ in range(2))
        return seeded(account, f"{one}#nimbus", f"{two}#nimbus", denied="ec2:DescribeInstances")


SEED = Seed()


def test_the_key_stays_on_the_host_when_the_pair_is_deleted(lab_env: Mapping[str, str]) -> None:
    account = Account()
    fingerprint = made(account, "ec2:CreateKeyPair", "KeyFingerprint", KeyName="nimbus")
    name = f"{instance(account, KeyName='nimbus')}#nimbus"
    assert (Clue.SSH_KEY, fingerprint) in paths(KIND, account)[name].clues
    account.regional.write("ec2:DeleteKeyPair", KeyName="nimbus")
    path = path_of(KIND, account, name)
    assert not any(clue is Clue.SSH_KEY for clue, _ in path.clues)
    assert KIND.probe(account.regional, path) is Verdict.ALIVE


def test_a_person_ends_it_and_the_tool_sees_a_replaced_host(lab_env: Mapping[str, str]) -> None:
    account = Account()
    host = instance(account, KeyName="nimbus")
    instance(account)
    (path,) = paths(KIND, account).values()
    (step,) = KIND.steps(path)
    assert step.verb is Verb.MANUAL
    assert host in step.effect
    account.regional.write("ec2:TerminateInstances", InstanceIds=[host])
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert paths(KIND, account) == {}
