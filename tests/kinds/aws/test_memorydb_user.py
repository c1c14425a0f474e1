from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.memorydb_user import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, found, one, seeded, undo


def user(account: Account, name: str, access: str = "on ~* +@all") -> None:
    mode = {"Type": "password", "Passwords": ["not-a-real-password-1"]}
    account.regional.write("memorydb:CreateUser", UserName=name, AuthenticationMode=mode, AccessString=access)


class Seed:
    """Nothing is tried: databases are reached inside networks, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        user(account, "nimbus")
        user(account, "acme")
        return seeded(KIND, account, "user nimbus", "user acme", denied="memorydb:DescribeUsers")


SEED = Seed()


def test_the_rights_come_back_word_for_word_and_one_that_is_gone_is_gone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    user(account, "nimbus", "on ~orders:* +@read")
    path = one(KIND, account, "user nimbus")
    assert Clue.SHARED_SECRET in dict(path.clues)
    before = cut(KIND, account, path)
    assert all(one.detail["name"] != "nimbus" for one in found(KIND, account))
    undo(KIND, account, path, before)
    account.regional.write("memorydb:DeleteUser", UserName="nimbus")
    assert KIND.image(account.regional, path) is None
