from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.ssm_managed_instance import KIND
from handoff.model import Clue, Verb
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded


def node(account: Account, name: str, **tags: str) -> str:
    """A machine that joined by an activation; the lab has no agent, and a tag stands for it."""
    given = [{"Key": "lab:joins", "Value": name}, *({"Key": key, "Value": value} for key, value in tags.items())]
    used = made(account, "ssm:CreateActivation", "ActivationId", IamRole="hybrid", Tags=given)
    nodes = account.regional.read("ssm:DescribeInstanceInformation", Filters=[{"Key": "ActivationIds", "Values": [used]}])
    return str(next(iter(nodes))["InstanceId"])


class Seed:
    """Nothing is tried: the machine's credentials come by the agent's own call, which no SDK has."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(account, node(account, "host.nimbus.example"), node(account, "till-1"), denied="ssm:DescribeInstanceInformation")


SEED = Seed()


def test_its_name_and_the_tags_of_its_activation_tell_whose_it_is(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = path_of(KIND, account, node(account, "host.nimbus.example", team="nimbus"))
    assert {(Clue.TAG, "team=nimbus"), (Clue.EMAIL, "any@host.nimbus.example")} <= set(path.clues)
    cut(KIND, account, path, Verb.DELETE)
    assert paths(KIND, account) == {}
