from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.detective_membership import KIND
from handoff.model import Verb
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, found, one, seeded


def invite(account: Account, administrator: Account) -> str:
    made: Any = administrator.regional.write_for("detective:CreateGraph")[1]
    whom = [{"AccountId": account.id, "EmailAddress": "root@acme.example"}]
    administrator.regional.write("detective:CreateMembers", GraphArn=made["GraphArn"], Accounts=whom)
    return str(made["GraphArn"])


def join(account: Account, administrator: Account) -> None:
    account.regional.write("detective:AcceptInvitation", GraphArn=invite(account, administrator))


class Seed:
    """Nothing is tried: a graph is seen in the administrator's account."""

    def start(self, lab: Any) -> SimpleNamespace:
        account, provider, vendor = Account(), Account(), Account()
        join(account, provider)
        join(account, vendor)
        return seeded(KIND, account, f"#{provider.id}#", f"#{vendor.id}#", denied="detective:ListInvitations")


SEED = Seed()


def test_an_invitation_that_nobody_took_is_none(lab_env: Mapping[str, str]) -> None:
    account, provider = Account(), Account()
    graph = invite(account, provider)
    assert found(KIND, account) == []
    account.regional.write("detective:AcceptInvitation", GraphArn=graph)
    cut(KIND, account, one(KIND, account, provider.id), Verb.DELETE)
    assert found(KIND, account) == []
