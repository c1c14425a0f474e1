from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.root_user import KIND
from handoff.model import Clue, Json, Scope, ScopeType, Verb, Verdict
from tests.kinds.aws import _organization
from tests.kinds.aws._account import Account


class Seed:
    """A root user signs in at a console only, so there is nothing to try; only a person can end it."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad, good = (_organization.member(account, f"root@{party}.example") for party in ("nimbus", "acme"))
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=f"{bad}#root-mailbox#root@nimbus.example",
            bystander_id=f"{good}#root-mailbox#root@acme.example",
            tried=None,
            bystander_tried=None,
            denied=account.denied("organizations:ListAccounts"),
            seldom={"iam:ListVirtualMFADevices": "the root user of the lab has no second factor"},
        )


SEED = Seed()


def test_the_mailbox_tells_whose_and_is_gone_once_a_person_has_changed_it(lab_env: Mapping[str, str]) -> None:
    account = Account()
    member = _organization.member(account, "root@nimbus.example")
    path = next(path for path in KIND.discover(account.writer) if path.detail["account"] == member)
    assert path.clues == ((Clue.EMAIL, "root@nimbus.example"),)
    (step,) = KIND.steps(path)
    assert step.verb is Verb.MANUAL
    assert "StartPrimaryEmailUpdate" in step.effect
    account.writer.write("account:StartPrimaryEmailUpdate", AccountId=member, PrimaryEmail="root@acme.example")
    assert KIND.probe(account.writer, path) is Verdict.ALIVE, "the code has not been given yet"
    account.writer.write("account:AcceptPrimaryEmailUpdate", AccountId=member, PrimaryEmail="root@acme.example", Otp=member[-6:])
    assert KIND.probe(account.writer, path) is Verdict.GONE
    now = next(path for path in KIND.discover(account.writer) if path.detail["account"] == member)
    assert now.clues == ((Clue.EMAIL, "root@acme.example"),)


def test_seen_from_inside_a_member_nobody_tells_whose_it_is(lab_env: Mapping[str, str]) -> None:
    inside = _organization.account_of(_organization.member(Account(), "root@nimbus.example"))
    (path,) = KIND.discover(inside.writer)
    assert path.id == f"{inside.id}#root-mailbox"
    assert [clue for clue, _ in path.clues] == [Clue.SHARED_SECRET]
    assert "decision" in KIND.steps(path)[0].effect
    assert KIND.probe(inside.writer, path) is Verdict.ALIVE


class Told:
    """A reader of an account outside of any organization, whose summary and devices are what a test says."""

    scope = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")

    def __init__(self, devices: tuple[Json, ...] = (), **summary: int) -> None:
        self.devices, self.summary = devices, summary

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        assert op == "iam:ListVirtualMFADevices"
        yield from self.devices

    def get(self, op: str, /, **params: object) -> Json | None:
        return {"SummaryMap": self.summary} if op == "iam:GetAccountSummary" else None


ROOTS = {"SerialNumber": "arn:aws:iam::111111111111:mfa/root", "EnableDate": "2020", "User": {"Arn": "arn:aws:iam::111111111111:root"}}
USERS = {"SerialNumber": "arn:aws:iam::111111111111:mfa/jo", "EnableDate": "2020", "User": {"Arn": "arn:aws:iam::111111111111:user/jo"}}


@pytest.mark.parametrize(
    ("before", "what", "after"),
    [
        pytest.param(Told(AccountAccessKeysPresent=1), "root-access-keys", Told(AccountAccessKeysPresent=0), id="access-keys"),
        pytest.param(Told(AccountSigningCertificatesPresent=1), "root-certificates", Told(), id="certificates"),
        pytest.param(Told(AccountMFAEnabled=1), "root-mfa", Told(AccountMFAEnabled=0), id="hardware-device"),
        pytest.param(
            Told((USERS, ROOTS), AccountMFAEnabled=1),
            "root-mfa#arn:aws:iam::111111111111:mfa/root#2020",
            Told((USERS, {**ROOTS, "EnableDate": "2026"}), AccountMFAEnabled=1),
            id="virtual-device-enrolled-anew",
        ),
    ],
)
def test_what_else_the_root_user_has(before: Told, what: str, after: Told) -> None:
    found = {path.id: path for path in KIND.discover(before)}
    assert set(found) == {f"111111111111#{what}", "111111111111#root-mailbox"}
    path = found[f"111111111111#{what}"]
    assert [clue for clue, _ in path.clues] == [Clue.SHARED_SECRET]
    assert [step.verb for step in KIND.steps(path)] == [Verb.MANUAL]
    assert KIND.probe(before, path) is Verdict.ALIVE
    assert KIND.probe(after, path) is Verdict.GONE


def test_a_root_user_without_a_password_cannot_be_reached_by_its_mailbox() -> None:
    assert list(KIND.discover(Told(AccountPasswordPresent=0))) == []
