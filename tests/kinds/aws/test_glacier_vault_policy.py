from __future__ import annotations

from collections.abc import Mapping

import pytest

from handoff.errors import CloudError
from handoff.kinds.aws.glacier_vault_policy import KIND
from tests.kinds.aws._account import Account
from tests.kinds.aws._resource_policies import PolicySeed


def make(account: Account) -> str:
    account.regional.write("glacier:CreateVault", accountId="-", vaultName="records")
    return f"arn:aws:glacier:eu-west-1:{account.id}:vaults/records"


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("glacier:SetVaultAccessPolicy", accountId="-", vaultName="records", policy={"Policy": text})


SEED = PolicySeed(
    kind=KIND, drops=("glacier:DeleteVaultAccessPolicy",), make=make, put=put, action="glacier:UploadArchive", denied="glacier:GetVaultAccessPolicy"
)
"""Nothing in the lab stores archives, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_an_account_that_glacier_does_not_take_any_more_has_no_path(lab_env: Mapping[str, str]) -> None:
    account = Account()
    with pytest.raises(CloudError, match="NoLongerSupportedException"):
        list(account.regional.read("glacier:ListVaults", accountId="-"))
    assert SEED.paths(account) == []
