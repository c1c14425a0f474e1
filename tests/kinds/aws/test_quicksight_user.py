from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.quicksight_user import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, one, seeded


def register(account: Account, name: str, mail: str) -> None:
    given = {"AwsAccountId": account.id, "Namespace": "default", "UserRole": "AUTHOR", "IdentityType": "QUICKSIGHT"}
    account.regional.write("quicksight:RegisterUser", UserName=name, Email=mail, **given)


class Seed:
    """Nothing is tried: users sign in on QuickSight's pages."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        register(account, "jo", "jo@nimbus.example")
        register(account, "al", "al@acme.example")
        return seeded(KIND, account, "jo@nimbus.example", "al@acme.example", denied="quicksight:ListUsers")


SEED = Seed()


def test_the_mail_address_tells_whose_it_is(lab_env: Mapping[str, str]) -> None:
    account = Account()
    register(account, "jo", "jo@nimbus.example")
    path = one(KIND, account, "jo@nimbus.example")
    assert (Clue.EMAIL, "jo@nimbus.example") in path.clues
    cut(KIND, account, path, Verb.DELETE)
    assert KIND.probe(account.regional, path) is Verdict.GONE
