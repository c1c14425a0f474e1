from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.backup_vault_policy import KIND
from tests.kinds.aws._account import Account
from tests.kinds.aws._resource_policies import PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("backup:CreateBackupVault", BackupVaultName="records")
    return str(answer["BackupVaultArn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("backup:PutBackupVaultAccessPolicy", BackupVaultName="records", Policy=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("backup:DeleteBackupVaultAccessPolicy",),
    make=make,
    put=put,
    action="backup:CopyIntoBackupVault",
    denied="backup:GetBackupVaultAccessPolicy",
    resource=lambda made: "*",
)
"""Nothing in the lab copies recovery points between accounts, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None
