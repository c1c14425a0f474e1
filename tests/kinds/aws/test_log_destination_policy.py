from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.kinds.aws.log_destination_policy import KIND
from tests.kinds.aws._account import Account
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    role = account.role("logs", {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"})
    target = f"arn:aws:kinesis:eu-west-1:{account.id}:stream/records"
    _, answer = account.regional.write_for("logs:PutDestination", destinationName="records", targetArn=target, roleArn=role)
    made: Any = answer["destination"]
    return str(made["arn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("logs:PutDestinationPolicy", destinationName="records", accessPolicy=text)


SEED = PolicySeed(kind=KIND, make=make, put=put, action="logs:PutSubscriptionFilter", denied="logs:DescribeDestinations")
"""The emulator keeps these policies and asks them nothing, so no try."""


def test_a_policy_that_cannot_be_removed_keeps_its_own_account_only(lab_env: Mapping[str, str]) -> None:
    (kept,) = SEED.cut_the_last()["Statement"]
    assert kept["Sid"] == "HandoffOwnAccountOnly"
    assert kept["Principal"]["AWS"].endswith(":root")
    assert kept["Principal"]["AWS"] not in FOREIGN
