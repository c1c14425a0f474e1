"""An organization of a test's own: in the lab every account manages one."""

from __future__ import annotations

from typing import Any

from tests.kinds.aws._account import Account


def member(manager: Account, mail: str) -> str:
    """The id of an account that the manager has made."""
    _, answer = manager.writer.write_for("organizations:CreateAccount", Email=mail, AccountName=mail.partition("@")[0])
    made: Any = answer["CreateAccountStatus"]
    return str(made["AccountId"])


def account_of(account_id: str) -> Account:
    """The hands of an account that is there already."""
    return Account(account_id)
