from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.secret_rotation import KIND
from handoff.model import Clue
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, KEPT, cut, found, one, seeded, undo


def rotated(account: Account, name: str, owner: str, **rules: object) -> None:
    account.regional.write("secretsmanager:CreateSecret", Name=name, SecretString="nothing")
    given = {"RotationLambdaARN": f"arn:aws:lambda:{REGION}:{owner}:function:turn", "RotationRules": rules or {"AutomaticallyAfterDays": 30}}
    account.regional.write("secretsmanager:RotateSecret", SecretId=name, RotateImmediately=False, **given)


class Seed:
    """Nothing is tried: it is Secrets Manager that calls the function."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        rotated(account, "orders", CUT)
        rotated(account, "mail", KEPT)
        return seeded(KIND, account, CUT, KEPT, denied="secretsmanager:ListSecrets")


SEED = Seed()


def test_an_own_function_is_no_path_and_the_rules_come_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    rotated(account, "own", account.id)
    assert found(KIND, account) == []
    rotated(account, "orders", CUT, ScheduleExpression="rate(10 days)", Duration="2h")
    path = one(KIND, account, CUT)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)
    before = cut(KIND, account, path)
    assert before["rules"] == {"ScheduleExpression": "rate(10 days)", "Duration": "2h"}
    undo(KIND, account, path, before)
