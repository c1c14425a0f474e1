from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handoff.kinds.aws.codeartifact_repository_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN
from tests.kinds.aws._revised import RevisedSeed


def make(account: Account) -> str:
    account.regional.write("codeartifact:CreateDomain", domain="records")
    _, answer = account.regional.write_for("codeartifact:CreateRepository", domain="records", repository="wheels")
    repository: Any = answer["repository"]
    return str(repository["arn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("codeartifact:PutRepositoryPermissionsPolicy", domain="records", repository=made.rsplit("/", 1)[-1], policyDocument=text)


def tried(made: str) -> tuple[str, dict[str, Any]]:
    return "codeartifact:DescribeRepository", {"domain": "records", "domainOwner": made.split(":")[4], "repository": "wheels"}


SEED = RevisedSeed(
    kind=KIND,
    drops=("codeartifact:DeleteRepositoryPermissionsPolicy",),
    make=make,
    put=put,
    action="codeartifact:DescribeRepository",
    denied="codeartifact:GetRepositoryPermissionsPolicy",
    resource=lambda made: "*",
    tried=tried,
    abroad=True,
)


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_repositories_of_one_domain_have_policies_of_their_own(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    account.regional.write("codeartifact:CreateRepository", domain="records", repository="images")
    put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    put(account, f"{made.rsplit('/', 1)[0]}/images", document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    one, two = SEED.paths(account)
    assert one.id != two.id
    SEED.cut(account, one)
    assert [path.id for path in SEED.paths(account)] == [two.id]
