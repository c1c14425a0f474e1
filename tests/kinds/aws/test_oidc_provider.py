from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.oidc_provider import KIND
from handoff.model import Clue, Verdict
from tests.kinds.aws._account import Account


def register(account: Account, host: str, **tags: str) -> str:
    """Its path's id."""
    given = [{"Key": key, "Value": value} for key, value in tags.items()]
    account.writer.write("iam:CreateOpenIDConnectProvider", Url=f"https://{host}", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40], Tags=given)
    return next(path.id for path in KIND.discover(account.writer) if path.detail["issuer"] == host)


class Seed:
    """The lab takes tokens by the role's trust alone, whether the issuer is registered or not; so there is nothing to try here, but in A8."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=register(account, "git.nimbus.example"),
            bystander_id=register(account, "git.acme.example"),
            tried=None,
            bystander_tried=None,
            denied=account.denied("iam:ListOpenIDConnectProviders"),
        )


SEED = Seed()


@pytest.mark.parametrize(
    ("host", "clue"),
    [
        pytest.param("git.nimbus.example", (Clue.OIDC, "https://git.nimbus.example *"), id="whoever-runs-it-signs-for-anybody"),
        pytest.param("oidc.eks.eu-west-1.amazonaws.com/id/ABC", (Clue.OIDC, "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC *"), id="a-cluster"),
    ],
)
def test_whose_it_is(lab_env: Mapping[str, str], host: str, clue: tuple[Clue, str]) -> None:
    account = Account()
    register(account, host)
    (path,) = KIND.discover(account.writer)
    assert path.clues == (clue,)


def test_an_issuer_of_many_customers_lets_in_nobody_by_itself(lab_env: Mapping[str, str]) -> None:
    account = Account()
    register(account, "token.actions.githubusercontent.com", party="nimbus")
    (path,) = KIND.discover(account.writer)
    assert {clue for clue, _ in path.clues} == {Clue.TAG, Clue.CLIENT_OWN}
    assert KIND.probe(account.writer, path) is Verdict.ALIVE
