from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.state_machine_target import KIND
from handoff.model import Clue, Verdict
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, KEPT, found, one, seeded


def machine(account: Account, name: str, *resources: str) -> str:
    """States one after the other, each with one of these for its resource."""
    role = account.role("steps", {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"})
    states = {
        f"S{at}": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage", "Parameters": {"To": to}, "End": True}
        for at, to in enumerate(resources)
    }
    definition = json.dumps({"StartAt": "S0", "States": states})
    answer: Any = account.regional.write_for("stepfunctions:CreateStateMachine", name=name, definition=definition, roleArn=role)[1]
    return str(answer["stateMachineArn"])


def function(owner: str) -> str:
    return f"arn:aws:lambda:{REGION}:{owner}:function:run"


class Seed:
    """Nothing is tried: it is the client's own machine that calls."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        machine(account, "orders", function(CUT), function(KEPT), function(account.id))
        return seeded(KIND, account, f"#{CUT}", f"#{KEPT}", denied="states:ListStateMachines")


SEED = Seed()


def test_a_queue_by_its_address_counts_and_the_accounts_own_does_not(lab_env: Mapping[str, str]) -> None:
    account = Account()
    arn = machine(account, "orders", f"https://sqs.{REGION}.amazonaws.com/{CUT}/intake", f"https://sqs.{REGION}.amazonaws.com/{account.id}/own")
    path = one(KIND, account, CUT)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)
    image: Any = KIND.image(account.regional, path)
    assert image["targets"] == [f"https://sqs.{REGION}.amazonaws.com/{CUT}/intake"]
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    account.regional.write("stepfunctions:UpdateStateMachine", stateMachineArn=arn, definition=definition)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert found(KIND, account) == []
