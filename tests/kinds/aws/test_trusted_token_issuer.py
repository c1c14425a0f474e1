from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.trusted_token_issuer import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._identity_center import IdentityCenter


class Seed:
    """The lab exchanges no tokens, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        center = IdentityCenter(account)
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=center.issuer("https://idp.nimbus.example"),
            bystander_id=center.issuer("https://idp.acme.example"),
            tried=None,
            bystander_tried=None,
            denied=account.denied("sso:ListTrustedTokenIssuers"),
        )


SEED = Seed()


def test_the_issuers_address_tells_whose(lab_env: Mapping[str, str]) -> None:
    account = Account()
    IdentityCenter(account).issuer("https://idp.nimbus.example/")
    (path,) = KIND.discover(account.regional)
    assert (Clue.OIDC, "https://idp.nimbus.example *") in path.clues
