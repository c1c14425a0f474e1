from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from handoff.kinds.aws.service_catalog_share import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._shares import CUT, KEPT, ShareSeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("servicecatalog:CreatePortfolio", DisplayName="blueprints", ProviderName="acme")
    made: Any = answer["PortfolioDetail"]
    return str(made["Id"])


def add(account: Account, made: str, member: str) -> None:
    account.regional.write("servicecatalog:CreatePortfolioShare", PortfolioId=made, AccountId=member, ShareTagOptions=True)


SEED = ShareSeed(kind=KIND, make=make, add=add, denied="servicecatalog:DescribePortfolioShares")
"""Service Catalog answers not-found, which is no refusal, to an account that a portfolio is not shared with: so no try."""


def test_the_recipient_finds_the_portfolio_no_more_and_again(lab_env: Mapping[str, str]) -> None:
    account, user = Account(), Account()
    made = make(account)
    add(account, made, user.id)
    assert user.regional.get("servicecatalog:DescribePortfolio", Id=made) is not None
    path = SEED.paths(account)[user.id]
    before = SEED.cut(account, path)
    assert user.regional.get("servicecatalog:DescribePortfolio", Id=made) is None
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert user.regional.get("servicecatalog:DescribePortfolio", Id=made) is not None
    assert KIND.image(account.regional, path) == before == {"tag_options": True, "principals": False}


@pytest.mark.parametrize(("type_", "value", "clue"), [("ORGANIZATION", "o-nimbus1234", Clue.AWS_ORG), ("ORGANIZATIONAL_UNIT", "ou-ab12-ops", Clue.NAME)])
def test_shares_with_an_organization(lab_env: Mapping[str, str], type_: str, value: str, clue: Clue) -> None:
    account = Account()
    made = make(account)
    node = {"Type": type_, "Value": value}
    account.regional.write("servicecatalog:CreatePortfolioShare", PortfolioId=made, OrganizationNode=node, SharePrincipals=True)
    add(account, made, KEPT)
    path = SEED.paths(account)[value]
    assert path.clues == ((clue, value),)
    before = SEED.cut(account, path)
    assert list(SEED.paths(account)) == [KEPT]
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert KIND.image(account.regional, path) == before == {"tag_options": False, "principals": True}


def test_of_a_portfolio_that_is_gone_nothing_is_shared(lab_env: Mapping[str, str]) -> None:
    account, found = SEED.shared(CUT)
    assert KIND.probe(account.regional, found[CUT]) is Verdict.ALIVE
    assert KIND.probe(Account().regional, found[CUT]) is Verdict.GONE
