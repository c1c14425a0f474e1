from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.elasticache_user import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, found, one, seeded, undo


def user(account: Account, name: str, access: str = "on ~* +@all", **more: object) -> None:
    given = more or {"Passwords": ["not-a-real-password-1"]}
    account.regional.write("elasticache:CreateUser", UserId=name, UserName=name, Engine="redis", AccessString=access, **given)


class Seed:
    """Nothing is tried: caches are reached inside networks, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        user(account, "nimbus")
        user(account, "acme")
        return seeded(KIND, account, "user nimbus", "user acme", denied="elasticache:DescribeUsers")


SEED = Seed()


def test_the_rights_come_back_word_for_word_and_one_that_is_off_is_none(lab_env: Mapping[str, str]) -> None:
    account = Account()
    user(account, "asleep", "off ~* +@all")
    assert all(path.detail["name"] != "asleep" for path in found(KIND, account))
    user(account, "nimbus", "on ~orders:* +@read -@write")
    path = one(KIND, account, "user nimbus")
    before = cut(KIND, account, path)
    assert KIND.image(account.regional, path) == {"access": "off ~orders:* +@read -@write"}
    undo(KIND, account, path, before)


def test_a_password_is_a_shared_secret_and_none_is_open_to_everyone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    user(account, "nimbus")
    user(account, "open", NoPasswordRequired=True)
    assert Clue.SHARED_SECRET in dict(one(KIND, account, "user nimbus").clues)
    assert Clue.EVERYONE in dict(one(KIND, account, "user open").clues)
