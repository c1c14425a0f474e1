from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.rolesanywhere_profile import KIND
from handoff.model import Clue
from tests.kinds.aws import _anywhere
from tests.kinds.aws._account import Account


class Seed:
    """The lab gives no sessions for certificates, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        role = _anywhere.role(account, "machine")
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=_anywhere.profile(account, "nimbus", role),
            bystander_id=_anywhere.profile(account, "acme", role),
            tried=None,
            bystander_tried=None,
            denied=account.denied("rolesanywhere:ListProfiles"),
        )


SEED = Seed()


def test_tags_and_the_account_that_made_it_tell_whose(lab_env: Mapping[str, str]) -> None:
    account = Account()
    _anywhere.profile(account, "machines", _anywhere.role(account, "machine"), party="nimbus")
    (path,) = KIND.discover(account.regional)
    assert set(path.clues) == {(Clue.TAG, "party=nimbus"), (Clue.AWS_ACCOUNT, account.id), (Clue.NAME, "machines")}
    assert "machine" in path.allows
