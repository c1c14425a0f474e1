from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.delegated_administrator import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws import _organization
from tests.kinds.aws._account import Account


def register(manager: Account, account: str, service: str) -> str:
    """Its path's id."""
    manager.writer.write("organizations:RegisterDelegatedAdministrator", AccountId=account, ServicePrincipal=service)
    return f"{account}#{service}"


class Seed:
    """What a service lets its administrator do, the lab does not have; so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad, good = (_organization.member(account, f"root@{party}.example") for party in ("nimbus", "acme"))
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=register(account, bad, "guardduty.amazonaws.com"),
            bystander_id=register(account, good, "guardduty.amazonaws.com"),
            tried=None,
            bystander_tried=None,
            denied=account.denied("organizations:ListDelegatedAdministrators"),
        )


SEED = Seed()


def test_one_service_goes_and_the_other_stays(lab_env: Mapping[str, str]) -> None:
    account = Account()
    member = _organization.member(account, "root@nimbus.example")
    for service in ("guardduty.amazonaws.com", "config.amazonaws.com"):
        register(account, member, service)
    paths = {path.detail["service"]: path for path in KIND.discover(account.writer)}
    assert {(Clue.AWS_ACCOUNT, member), (Clue.EMAIL, "root@nimbus.example")} <= set(paths["config.amazonaws.com"].clues)
    list(KIND.do(account.writer, paths["config.amazonaws.com"], Verb.DISABLE, {}, datetime.now(UTC)))
    assert KIND.probe(account.writer, paths["config.amazonaws.com"]) is Verdict.GONE
    assert KIND.probe(account.writer, paths["guardduty.amazonaws.com"]) is Verdict.ALIVE


def test_in_a_member_there_is_nothing_to_see(lab_env: Mapping[str, str]) -> None:
    account = Account()
    member = _organization.member(account, "root@nimbus.example")
    register(account, member, "guardduty.amazonaws.com")
    assert len(list(KIND.discover(account.writer))) == 1
    assert list(KIND.discover(_organization.account_of(member).writer)) == []
