from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.log_account_subscription import KIND
from handoff.model import Clue
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, cut, found, one, seeded, undo


def put(account: Account, owner: str, **more: str) -> None:
    document = json.dumps({"DestinationArn": f"arn:aws:logs:{REGION}:{owner}:destination:all", "FilterPattern": "", "Distribution": "Random"})
    given = {"policyName": "everything", "policyType": "SUBSCRIPTION_FILTER_POLICY", "policyDocument": document}
    account.regional.write("logs:PutAccountPolicy", **given, **more)


class Seed:
    """Nothing is tried: it is CloudWatch Logs that delivers. A region has one such policy, so there is no bystander."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        put(account, CUT)
        return seeded(KIND, account, CUT, None, denied="logs:DescribeAccountPolicies")


SEED = Seed()


def test_the_accounts_own_destination_is_no_path_and_the_document_comes_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    put(account, account.id)
    assert found(KIND, account) == []
    put(account, CUT, selectionCriteria='LogGroupName NOT IN ["/quiet"]')
    path = one(KIND, account, CUT)
    assert path.clues == ((Clue.AWS_ACCOUNT, CUT),)
    before = cut(KIND, account, path)
    assert before["selectionCriteria"] == 'LogGroupName NOT IN ["/quiet"]'
    undo(KIND, account, path, before)
