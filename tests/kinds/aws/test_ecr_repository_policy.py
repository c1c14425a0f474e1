from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.ecr_repository_policy import KIND
from tests.kinds.aws._account import Account
from tests.kinds.aws._resource_policies import PolicySeed


def make(account: Account) -> str:
    account.regional.write("ecr:CreateRepository", repositoryName="records")
    return "records"


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("ecr:SetRepositoryPolicy", repositoryName=made, policyText=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("ecr:DeleteRepositoryPolicy",),
    make=make,
    put=put,
    action="ecr:DescribeImages",
    denied="ecr:GetRepositoryPolicy",
    resource=None,
    tried=lambda made: ("ecr:DescribeImages", {"repositoryName": made}),
)


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None
