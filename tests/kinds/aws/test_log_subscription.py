from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.log_subscription import KIND
from handoff.model import Clue
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, KEPT, cut, found, one, seeded, undo


def subscribed(account: Account, group: str, owner: str, **more: object) -> None:
    account.regional.write("logs:CreateLogGroup", logGroupName=group)
    end = f"arn:aws:logs:{REGION}:{owner}:destination:all"
    given = {"filterName": "all", "filterPattern": "", "destinationArn": end, **more}
    account.regional.write("logs:PutSubscriptionFilter", logGroupName=group, **given)


class Seed:
    """Nothing is tried: it is CloudWatch Logs that delivers."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        subscribed(account, "/shop", CUT)
        subscribed(account, "/mail", KEPT)
        return seeded(KIND, account, CUT, KEPT, denied="logs:DescribeSubscriptionFilters")


SEED = Seed()


def test_pattern_and_distribution_come_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    subscribed(account, "/shop", CUT, filterPattern="ERROR", distribution="Random")
    path = one(KIND, account, CUT)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)
    before = cut(KIND, account, path)
    assert (before["filterPattern"], before["distribution"]) == ("ERROR", "Random")
    assert found(KIND, account) == []
    undo(KIND, account, path, before)
