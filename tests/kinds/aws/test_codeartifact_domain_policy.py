from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from handoff.errors import CloudError
from handoff.kinds.aws.codeartifact_domain_policy import KIND
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN
from tests.kinds.aws._revised import RevisedSeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("codeartifact:CreateDomain", domain="records")
    domain: Any = answer["domain"]
    return str(domain["arn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("codeartifact:PutDomainPermissionsPolicy", domain="records", policyDocument=text)


def tried(made: str) -> tuple[str, dict[str, Any]]:
    return "codeartifact:DescribeDomain", {"domain": "records", "domainOwner": made.split(":")[4]}


SEED = RevisedSeed(
    kind=KIND,
    drops=("codeartifact:DeleteDomainPermissionsPolicy",),
    make=make,
    put=put,
    action="codeartifact:DescribeDomain",
    denied="codeartifact:GetDomainPermissionsPolicy",
    resource=lambda made: "*",
    tried=tried,
    abroad=True,
)


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    put(account, made, document(SEED.statement(made, {"AWS": FOREIGN[0]})))
    held, text = SEED.outdated(account, document(SEED.statement(made, {"AWS": FOREIGN[1]})))
    with pytest.raises(CloudError, match="Conflict"):
        KIND.write_policy(account.regional, held, text)  # type: ignore[attr-defined]
    assert [path.holder for path in SEED.paths(account)] == [FOREIGN[1]]
