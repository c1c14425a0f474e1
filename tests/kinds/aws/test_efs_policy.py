from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.efs_policy import KIND
from tests.kinds.aws._account import Account
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("efs:CreateFileSystem", CreationToken=f"records-{account.id}")
    return str(answer["FileSystemArn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("efs:PutFileSystemPolicy", FileSystemId=made.rsplit("/", 1)[-1], Policy=text)


SEED = PolicySeed(kind=KIND, make=make, put=put, action="elasticfilesystem:ClientMount", denied="elasticfilesystem:DescribeFileSystemPolicy")
"""Nothing in the lab mounts file systems, so no try."""


def test_a_file_system_that_would_be_open_without_a_policy_keeps_its_own_account_only(lab_env: Mapping[str, str]) -> None:
    (kept,) = SEED.cut_the_last()["Statement"]
    assert kept["Sid"] == "HandoffOwnAccountOnly"
    assert kept["Principal"]["AWS"].endswith(":root")
    assert kept["Principal"]["AWS"] not in FOREIGN
