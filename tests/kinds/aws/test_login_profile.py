from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.login_profile import KIND
from handoff.model import AccessPath, Clue, Login, Outcome, Verb, Verdict
from tests.kinds.aws._account import Account


def person(account: Account, name: str) -> tuple[Login, str]:
    """A user with a password; nobody can sign in to a console here, so a key of the same user stands for it. Its path's id."""
    login = account.user(name)
    account.writer.write("iam:CreateLoginProfile", UserName=name, Password="Correct-horse-1")
    user: Any = account.writer.get("iam:GetUser", UserName=name)
    return login, f"{user['User']['UserId']}#login-profile"


class Seed:
    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        (bad, bad_id), (good, good_id) = person(account, "nimbus"), person(account, "acme")
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=bad_id,
            bystander_id=good_id,
            tried=(account.scope, bad, "iam:ListUsers", {}),
            bystander_tried=(account.scope, good, "iam:ListUsers", {}),
            denied=account.denied("iam:GetLoginProfile"),
        )


SEED = Seed()


def paths(account: Account) -> dict[str, AccessPath]:
    return {path.id: path for path in KIND.discover(account.writer)}


def test_only_users_with_a_password(lab_env: Mapping[str, str]) -> None:
    account = Account()
    _, path_id = person(account, "jo@nimbus.example")
    account.user("keys-only")
    assert set(paths(account)) == {path_id}
    assert (Clue.EMAIL, "jo@nimbus.example") in paths(account)[path_id].clues


def test_deleting_keeps_the_deny_and_says_gone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    login, path_id = person(account, "nimbus")
    path = paths(account)[path_id]
    before = KIND.image(account.writer, path)
    assert before is not None
    for verb in (Verb.DISABLE, Verb.DELETE):
        list(KIND.do(account.writer, path, verb, before, datetime.now(UTC)))
    assert KIND.probe(account.writer, path) is Verdict.GONE
    assert account.works(login) == Outcome.REFUSED
    assert account.writer.get("iam:GetUserPolicy", UserName="nimbus", PolicyName="HandoffDenyAll") is not None


def test_a_deny_that_somebody_softened_is_not_disabled(lab_env: Mapping[str, str]) -> None:
    account = Account()
    _, path_id = person(account, "nimbus")
    path = paths(account)[path_id]
    before = KIND.image(account.writer, path)
    assert before is not None
    list(KIND.do(account.writer, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert KIND.probe(account.writer, path) is Verdict.DISABLED
    soft = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}]}'
    account.writer.write("iam:PutUserPolicy", UserName="nimbus", PolicyName="HandoffDenyAll", PolicyDocument=soft)
    assert KIND.probe(account.writer, path) is Verdict.ALIVE


def test_a_new_user_under_the_old_name_is_somebody_else(lab_env: Mapping[str, str]) -> None:
    account = Account()
    login, path_id = person(account, "nimbus")
    path = paths(account)[path_id]
    account.writer.write("iam:DeleteLoginProfile", UserName="nimbus")
    account.writer.write("iam:DeleteAccessKey", UserName="nimbus", AccessKeyId=login.material["access_key_id"])
    account.writer.write("iam:DeleteUserPolicy", UserName="nimbus", PolicyName="test")
    account.writer.write("iam:DeleteUser", UserName="nimbus")
    _, new_id = person(account, "nimbus")
    assert new_id != path_id
    assert KIND.image(account.writer, path) is None
    assert KIND.probe(account.writer, path) is Verdict.GONE
    assert list(KIND.do(account.writer, path, Verb.DELETE, {}, datetime.now(UTC))) == []
    assert set(paths(account)) == {new_id}
