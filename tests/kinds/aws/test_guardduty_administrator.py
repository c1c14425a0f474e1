from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.guardduty_administrator import KIND
from handoff.model import Clue, Verb
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import CUT, cut, found, one, seeded


def detector(account: Account) -> str:
    made: Any = account.regional.write_for("guardduty:CreateDetector", Enable=True)[1]
    return str(made["DetectorId"])


def join(account: Account, name: str, administrator: str, invitation: str = "i1") -> None:
    account.regional.write("guardduty:AcceptAdministratorInvitation", DetectorId=name, AdministratorId=administrator, InvitationId=invitation)


class Seed:
    """Nothing is tried: findings are seen in the administrator's account. A region has one detector with one administrator, so there is no bystander."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        join(account, detector(account), CUT)
        return seeded(KIND, account, CUT, None, denied="guardduty:GetAdministratorAccount")


SEED = Seed()


def test_without_an_administrator_there_is_none_and_a_new_invitation_is_another_path(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = detector(account)
    assert found(KIND, account) == []
    join(account, name, CUT)
    path = one(KIND, account, CUT)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)
    cut(KIND, account, path, Verb.DELETE)
    join(account, name, CUT, "i2")
    assert one(KIND, account, CUT).id != path.id
    assert KIND.image(account.regional, path) is None
