from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.iam_access_key import KIND
from handoff.model import AccessPath, Clue, Outcome, Verb, Verdict
from tests.kinds.aws._account import Account


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad, good = account.user("nimbus"), account.user("acme")
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=str(bad.material["access_key_id"]),
            bystander_id=str(good.material["access_key_id"]),
            tried=(account.scope, bad, "iam:ListUsers", {}),
            bystander_tried=(account.scope, good, "iam:ListUsers", {}),
            denied=account.denied("iam:ListAccessKeys"),
        )


SEED = Seed()


def path_of(account: Account, key_id: object) -> AccessPath:
    return next(path for path in KIND.discover(account.writer) if path.id == key_id)


def cut(account: Account, path: AccessPath) -> Any:
    before = KIND.image(account.writer, path)
    assert before is not None
    list(KIND.do(account.writer, path, Verb.DISABLE, before, datetime.now(UTC)))
    return before


def test_what_is_seen_of_a_holder(lab_env: Mapping[str, str]) -> None:
    account = Account()
    login = account.user("Jo.Doe+ops@nimbus.example", tags={"party": "nimbus", "contact": "call desk@Nimbus.example"})
    path = path_of(account, login.material["access_key_id"])
    assert path.holder == f"arn:aws:iam::{account.id}:user/Jo.Doe+ops@nimbus.example"
    assert set(path.clues) == {
        (Clue.AWS_ARN, path.holder),
        (Clue.TAG, "party=nimbus"),
        (Clue.TAG, "contact=call desk@Nimbus.example"),
        (Clue.EMAIL, "jo.doe+ops@nimbus.example"),
        (Clue.EMAIL, "desk@nimbus.example"),
    }
    assert path.detail["status"] == "Active"


def test_every_key_of_every_user_over_many_users(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = {str(account.user(f"user-{number:03}", may=[]).material["access_key_id"]) for number in range(30)}
    second = str(account.key("user-007").material["access_key_id"])
    account.writer.write("iam:CreateUser", UserName="nobody")
    assert {path.id for path in KIND.discover(account.writer)} == made | {second}


def test_a_session_minted_before_the_cut_dies_with_the_key(lab_env: Mapping[str, str]) -> None:
    account = Account()
    login, client = account.user("nimbus"), account.user("acme")
    session = account.cloud.mint(account.scope, login, KIND.mints(path_of(account, login.material["access_key_id"]))[0])  # type: ignore[attr-defined]
    theirs = account.cloud.mint(account.scope, client, {"op": "sts:GetSessionToken"})
    assert account.works(session) == account.works(theirs) == Outcome.WORKED
    path = path_of(account, login.material["access_key_id"])
    before = cut(account, path)
    assert account.works(session) == account.works(login) == Outcome.REFUSED
    assert account.works(theirs) == account.works(client) == Outcome.WORKED
    list(KIND.do(account.writer, path, Verb.DELETE, before, datetime.now(UTC)))
    assert account.works(session) == Outcome.REFUSED, "the deny must outlive the key"
    assert account.works(theirs) == Outcome.WORKED


def test_without_the_deny_the_session_would_live(lab_env: Mapping[str, str]) -> None:
    """The positive control of the test above: it is the policy that ends sessions, not the key's status."""
    account = Account()
    login = account.user("nimbus")
    session = account.cloud.mint(account.scope, login, {"op": "sts:GetSessionToken"})
    account.writer.write("iam:UpdateAccessKey", UserName="nimbus", AccessKeyId=login.material["access_key_id"], Status="Inactive")
    assert account.works(login) == Outcome.REFUSED
    assert account.works(session) == Outcome.WORKED


def test_the_cut_is_never_older_than_the_moment_the_key_stopped(lab_env: Mapping[str, str]) -> None:
    """A first try that was killed leaves an old moment behind; a session minted since must not slip through."""
    account = Account()
    login = account.user("nimbus")
    path = path_of(account, login.material["access_key_id"])
    before = KIND.image(account.writer, path)
    assert before is not None
    session = account.cloud.mint(account.scope, login, {"op": "sts:GetSessionToken"})
    list(KIND.do(account.writer, path, Verb.DISABLE, before, datetime(2026, 1, 1, tzinfo=UTC)))
    assert account.works(session) == Outcome.REFUSED


def test_killed_between_its_two_writes_it_finishes(lab_env: Mapping[str, str]) -> None:
    account = Account()
    login = account.user("nimbus")
    path = path_of(account, login.material["access_key_id"])
    before = KIND.image(account.writer, path)
    assert before is not None
    session = account.cloud.mint(account.scope, login, {"op": "sts:GetSessionToken"})
    next(iter(KIND.do(account.writer, path, Verb.DISABLE, before, datetime.now(UTC))))
    assert account.works(session) == Outcome.WORKED
    receipts = list(KIND.do(account.writer, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert [receipt.op for receipt in receipts] == ["iam:PutUserPolicy"]
    assert account.works(session) == Outcome.REFUSED


def test_two_keys_of_one_user_do_not_see_each_other(lab_env: Mapping[str, str]) -> None:
    account = Account()
    first = account.user("nimbus")
    second = account.key("nimbus")
    one, two = (path_of(account, login.material["access_key_id"]) for login in (first, second))
    image = KIND.image(account.writer, two)
    before = cut(account, one)
    assert KIND.image(account.writer, two) == image
    assert account.works(second) == Outcome.WORKED
    cut(account, two)
    list(KIND.undo(account.writer, one, Verb.DISABLE, before))
    assert KIND.probe(account.writer, one) is Verdict.ALIVE
    assert KIND.probe(account.writer, two) is Verdict.DISABLED


def test_a_user_who_is_gone_takes_the_key_along(lab_env: Mapping[str, str]) -> None:
    account = Account()
    login = account.user("nimbus")
    path = path_of(account, login.material["access_key_id"])
    assert KIND.probe(account.writer, path) is Verdict.ALIVE
    account.writer.write("iam:DeleteAccessKey", UserName="nimbus", AccessKeyId=path.id)
    account.writer.write("iam:DeleteUserPolicy", UserName="nimbus", PolicyName="test")
    account.writer.write("iam:DeleteUser", UserName="nimbus")
    assert KIND.image(account.writer, path) is None
    assert KIND.probe(account.writer, path) is Verdict.GONE
    assert list(KIND.do(account.writer, path, Verb.DISABLE, {}, datetime.now(UTC))) == []
