from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.sso_user import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._identity_center import IdentityCenter


class Seed:
    """Nobody signs in at the lab's access portal, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        center = IdentityCenter(account)
        bad, good = center.user("jo@nimbus.example"), center.user("ann@acme.example")
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=f"{center.store}#{bad}",
            bystander_id=f"{center.store}#{good}",
            tried=None,
            bystander_tried=None,
            denied=account.denied("identitystore:ListUsers"),
        )


SEED = Seed()


def test_the_mail_address_tells_whose(lab_env: Mapping[str, str]) -> None:
    account = Account()
    IdentityCenter(account).user("Jo.Doe@Nimbus.example")
    (path,) = KIND.discover(account.regional)
    assert set(path.clues) == {(Clue.EMAIL, "jo.doe@nimbus.example"), (Clue.NAME, "A B")}
    assert [step.reversible for step in KIND.steps(path)] == [False]
