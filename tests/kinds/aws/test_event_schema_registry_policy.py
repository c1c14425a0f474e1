from __future__ import annotations

from collections.abc import Mapping

import pytest

from handoff.errors import CloudError
from handoff.kinds.aws.event_schema_registry_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN
from tests.kinds.aws._revised import RevisedSeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("schemas:CreateRegistry", RegistryName="records")
    return str(answer["RegistryArn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("schemas:PutResourcePolicy", RegistryName="records", Policy=text)


SEED = RevisedSeed(
    kind=KIND, drops=("schemas:DeleteResourcePolicy",), make=make, put=put, action="schemas:DescribeRegistry", denied="schemas:GetResourcePolicy"
)
"""The API names a registry without its account, so another account's cannot be tried in the lab."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_registries_of_aws_are_left_out(lab_env: Mapping[str, str]) -> None:
    account = Account()
    make(account)
    assert len(list(account.regional.read("schemas:ListRegistries"))) == 2
    assert [held.params["RegistryName"] for held in KIND.holders(account.regional)] == ["records"]  # type: ignore[attr-defined]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    held, text = SEED.outdated(account, document(SEED.statement(made, {"AWS": FOREIGN[1]})))
    with pytest.raises(CloudError, match="Precondition"):
        KIND.write_policy(account.regional, held, text)  # type: ignore[attr-defined]
    assert [path.holder for path in SEED.paths(account)] == [FOREIGN[1]]
