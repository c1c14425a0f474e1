from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.config_authorization import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import CUT, KEPT, cut, one, seeded, undo


def authorize(account: Account, other: str, **tags: str) -> None:
    given = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
    account.regional.write("config:PutAggregationAuthorization", AuthorizedAccountId=other, AuthorizedAwsRegion="us-east-1", **given)


class Seed:
    """Nothing is tried: aggregators gather by themselves."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        authorize(account, CUT)
        authorize(account, KEPT)
        return seeded(KIND, account, CUT, KEPT, denied="config:DescribeAggregationAuthorizations")


SEED = Seed()


def test_tags_come_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    authorize(account, CUT, made="by hand")
    path = one(KIND, account, CUT)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)
    before = cut(KIND, account, path)
    assert before["Tags"] == [{"Key": "made", "Value": "by hand"}]
    undo(KIND, account, path, before)
