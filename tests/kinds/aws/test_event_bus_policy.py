from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from handoff.kinds.aws.event_bus_policy import KIND
from handoff.model import Clue, Verb
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("events:CreateEventBus", Name="records")
    return str(answer["EventBusArn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("events:PutPermission", EventBusName="records", Policy=text)


SEED = PolicySeed(kind=KIND, drops=("events:RemovePermission",), make=make, put=put, action="events:PutEvents", denied="events:DescribeEventBus")
"""The emulator keeps these policies and asks them nothing, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    (path,) = SEED.paths(account)
    before = SEED.cut(account, path)
    assert "Policy" not in bus(account)
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert json.loads(bus(account)["Policy"])["Statement"] == [SEED.statement(made, {"AWS": FOREIGN[0]})]


def bus(account: Account) -> Any:
    return account.regional.get("events:DescribeEventBus", Name="records")


def test_a_statement_that_was_made_by_its_members_is_read_too(lab_env: Mapping[str, str]) -> None:
    account = Account()
    make(account)
    condition = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-nimbus"}
    account.regional.write("events:PutPermission", EventBusName="records", Action="events:PutEvents", Principal="*", StatementId="Org", Condition=condition)
    account.regional.write("events:PutPermission", EventBusName="records", Action="events:PutEvents", Principal="222222222222", StatementId="One")
    found = {path.detail["sid"]: path for path in SEED.paths(account)}
    assert found["Org"].clues == ((Clue.AWS_ORG, "o-nimbus"),)
    assert found["One"].holder == FOREIGN[0]
