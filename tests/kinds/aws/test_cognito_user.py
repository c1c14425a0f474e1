from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.cognito_user import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import cut, one, seeded

_WORD = "Not-a-real-1"


def pool(account: Account) -> tuple[str, str]:
    """A pool and a client of it."""
    made: Any = account.regional.write_for("cognito-idp:CreateUserPool", PoolName="shop")[1]
    name = str(made["UserPool"]["Id"])
    client: Any = account.regional.write_for(
        "cognito-idp:CreateUserPoolClient", UserPoolId=name, ClientName="web", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )[1]
    return name, str(client["UserPoolClient"]["ClientId"])


def user(account: Account, at: str, name: str, mail: str) -> None:
    attributes = [{"Name": "email", "Value": mail}, {"Name": "email_verified", "Value": "true"}]
    account.regional.write("cognito-idp:AdminCreateUser", UserPoolId=at, Username=name, UserAttributes=attributes, MessageAction="SUPPRESS")
    account.regional.write("cognito-idp:AdminSetUserPassword", UserPoolId=at, Username=name, Password=_WORD, Permanent=True)


class Seed:
    """The users sign in with their passwords, through the application's own call. A deleted one is refused as unknown, so the refusal is shown when it is disabled."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        at, client = pool(account)
        user(account, at, "jo", "jo@nimbus.example")
        user(account, at, "al", "al@acme.example")

        def tried(name: str) -> tuple[Any, ...]:
            given = {"AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": {"USERNAME": name, "PASSWORD": _WORD}}
            return account.region, account.root, "cognito-idp:AdminInitiateAuth", {"UserPoolId": at, "ClientId": client, **given}

        return seeded(
            KIND,
            account,
            "jo@nimbus.example",
            "al@acme.example",
            denied="cognito-idp:ListUsers",
            tried=tried("jo"),
            bystander_tried=tried("al"),
            shown_after=Verb.DISABLE,
        )


SEED = Seed()


def test_somebody_else_under_the_same_name_is_left_alone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    at, _ = pool(account)
    user(account, at, "jo", "jo@nimbus.example")
    path = one(KIND, account, "jo@nimbus.example")
    assert (Clue.EMAIL, "jo@nimbus.example") in path.clues
    cut(KIND, account, path, Verb.DELETE)
    user(account, at, "jo", "jo@acme.example")
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert KIND.probe(account.regional, one(KIND, account, "jo@acme.example")) is Verdict.ALIVE
