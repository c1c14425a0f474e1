from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.ecr_registry_policy import KIND
from tests.kinds.aws._account import Account
from tests.kinds.aws._resource_policies import PolicySeed


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("ecr:PutRegistryPolicy", policyText=text)


SEED = PolicySeed(
    kind=KIND,
    drops=("ecr:DeleteRegistryPolicy",),
    make=lambda account: account.id,
    put=put,
    action="ecr:ReplicateImage",
    denied="ecr:GetRegistryPolicy",
    resource=lambda made: f"arn:aws:ecr:eu-west-1:{made}:repository/*",
)
"""Nothing in the lab replicates images, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None
