from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.glue_policy import KIND
from tests.kinds.aws._account import Account
from tests.kinds.aws._resource_policies import PolicySeed


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("glue:PutResourcePolicy", PolicyInJson=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("glue:DeleteResourcePolicy",),
    make=lambda account: f"arn:aws:glue:eu-west-1:{account.id}:database/records",
    put=put,
    action="glue:GetTable",
    denied="glue:GetResourcePolicy",
)
"""Nothing in the lab asks the catalog's policy, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None
