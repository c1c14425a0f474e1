from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.securityhub_administrator import KIND
from handoff.model import Verb
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import CUT, cut, found, one, seeded


def join(account: Account, administrator: str) -> None:
    account.regional.write("securityhub:AcceptAdministratorInvitation", AdministratorId=administrator, InvitationId="i1")


class Seed:
    """Nothing is tried: findings are seen in the administrator's account. A region has one administrator, so there is no bystander."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        join(account, CUT)
        return seeded(KIND, account, CUT, None, denied="securityhub:GetAdministratorAccount")


SEED = Seed()


def test_where_it_is_off_there_is_none_by_aws_own_word(lab_env: Mapping[str, str]) -> None:
    account = Account()
    assert found(KIND, account) == []
    join(account, CUT)
    cut(KIND, account, one(KIND, account, CUT), Verb.DELETE)
    assert found(KIND, account) == []
