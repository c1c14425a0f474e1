from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.kinds.aws.dynamodb_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for(
        "dynamodb:CreateTable",
        TableName="records",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    made: Any = answer["TableDescription"]
    return str(made["TableArn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("dynamodb:PutResourcePolicy", ResourceArn=made, Policy=text)


SEED = PolicySeed(kind=KIND, drops=("dynamodb:DeleteResourcePolicy",), make=make, put=put, action="dynamodb:GetItem", denied="dynamodb:GetResourcePolicy")
"""The emulator keeps these policies and asks them nothing, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_a_stream_has_a_policy_of_its_own(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    _, answer = account.regional.write_for("dynamodb:UpdateTable", TableName="records", StreamSpecification=stream)
    changed: Any = answer["TableDescription"]
    put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    put(account, changed["LatestStreamArn"], document(SEED.statement("*", {"AWS": FOREIGN[1]}, Action="dynamodb:GetRecords")))
    table, other = sorted(SEED.paths(account), key=lambda path: path.holder)
    assert other.allows == "dynamodb:GetRecords on stream of table records"
    SEED.cut(account, other)
    assert [path.id for path in SEED.paths(account)] == [table.id]
