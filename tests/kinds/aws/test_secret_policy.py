from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.secret_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("secretsmanager:CreateSecret", Name="records", SecretString="not one")
    return str(answer["ARN"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("secretsmanager:PutResourcePolicy", SecretId=made, ResourcePolicy=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("secretsmanager:DeleteResourcePolicy",),
    make=make,
    put=put,
    action="secretsmanager:GetSecretValue",
    denied="secretsmanager:GetResourcePolicy",
    tried=lambda made: ("secretsmanager:GetSecretValue", {"SecretId": made}),
)


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_whoever_may_write_the_policy_may_let_in_others(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    put(account, made, text_of(made))
    assert {path.holder: path.mints for path in SEED.paths(account)} == {FOREIGN[0]: ("secretsmanager:PutResourcePolicy",), FOREIGN[1]: ()}


def text_of(made: str) -> str:
    everything = {**SEED.statement(made, FOREIGN[0], "All"), "Principal": {"AWS": FOREIGN[0]}, "Action": "secretsmanager:*"}
    return document(everything, SEED.statement(made, [FOREIGN[1]]))
