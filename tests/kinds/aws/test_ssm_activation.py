from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.ssm_activation import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import made, path_of, paths, seeded


def activation(account: Account, **more: object) -> str:
    return str(made(account, "ssm:CreateActivation", "ActivationId", IamRole="hybrid", **more))


class Seed:
    """Nothing is tried: registering is the agent's own call, which no SDK has."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(account, activation(account), activation(account), denied="ssm:DescribeActivations")


SEED = Seed()


def test_one_that_is_used_up_lets_nobody_in(lab_env: Mapping[str, str]) -> None:
    account = Account()
    joined = [{"Key": "lab:joins", "Value": "host.nimbus.example"}]
    used_up, half = activation(account, Tags=joined, RegistrationLimit=1), activation(account, Tags=joined, RegistrationLimit=2)
    assert used_up not in paths(KIND, account)
    assert half in paths(KIND, account)


def test_tags_and_what_is_said_of_it_tell_whose_it_is(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = path_of(KIND, account, activation(account, Description="for ops@nimbus.example", Tags=[{"Key": "team", "Value": "nimbus"}]))
    assert {(Clue.TAG, "team=nimbus"), (Clue.EMAIL, "ops@nimbus.example")} <= set(path.clues)
