from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.kinds.aws.codebuild_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for(
        "codebuild:CreateProject",
        name="records",
        source={"type": "NO_SOURCE", "buildspec": "version: 0.2"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=f"arn:aws:iam::{account.id}:role/build",
    )
    project: Any = answer["project"]
    return str(project["arn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("codebuild:PutResourcePolicy", resourceArn=made, policy=text)


SEED = PolicySeed(
    kind=KIND, drops=("codebuild:DeleteResourcePolicy",), make=make, put=put, action="codebuild:BatchGetProjects", denied="codebuild:GetResourcePolicy"
)
"""Ministack shows no other account a project, so no try."""


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_report_groups_are_read_too(lab_env: Mapping[str, str]) -> None:
    account = Account()
    _, answer = account.regional.write_for("codebuild:CreateReportGroup", name="tests", type="TEST", exportConfig={"exportConfigType": "NO_EXPORT"})
    group: Any = answer["reportGroup"]
    assert SEED.paths(account) == []
    put(account, group["arn"], document(SEED.statement(group["arn"], {"AWS": FOREIGN[0]})))
    (path,) = SEED.paths(account)
    assert path.id.startswith(f"{group['arn']}#")
    assert path.allows == "codebuild:BatchGetProjects on report group tests"
    SEED.cut(account, path)
