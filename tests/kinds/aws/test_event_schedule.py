from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.event_schedule import KIND
from handoff.model import Clue
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, KEPT, cut, found, one, seeded, undo


def schedule(account: Account, name: str, owner: str, **target: object) -> None:
    end = {"Arn": f"arn:aws:lambda:{REGION}:{owner}:function:run", "RoleArn": f"arn:aws:iam::{account.id}:role/call", **target}
    given = {"ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}}
    account.regional.write("scheduler:CreateSchedule", Name=name, Target=end, Description="hourly", ScheduleExpressionTimezone="Europe/Paris", **given)


class Seed:
    """Nothing is tried: it is EventBridge that calls."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        schedule(account, "away", CUT)
        schedule(account, "vendor", KEPT)
        return seeded(KIND, account, CUT, KEPT, denied="scheduler:ListSchedules")


SEED = Seed()


def test_all_of_it_stays_but_the_switch_and_its_input_is_never_shown(lab_env: Mapping[str, str]) -> None:
    account = Account()
    schedule(account, "own", account.id)
    assert found(KIND, account) == []
    schedule(account, "away", CUT, Input='{"token": "hush"}', RetryPolicy={"MaximumRetryAttempts": 3})
    path = one(KIND, account, CUT)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)

    def shown() -> dict[str, Any]:
        answer: Any = account.regional.get("scheduler:GetSchedule", Name="away", GroupName="default")
        return {name: value for name, value in answer.items() if name not in {"LastModificationDate", "ResponseMetadata", "State"}}

    was = shown()
    before = cut(KIND, account, path)
    assert "hush" not in f"{path} {before}"
    assert shown() == was
    undo(KIND, account, path, before)
    assert shown() == was
