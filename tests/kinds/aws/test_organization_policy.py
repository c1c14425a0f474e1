from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.organization_policy import KIND
from handoff.model import Verb
from tests.kinds.aws import _organization
from tests.kinds.aws._account import Account, document

BAD = "222222222222"


def statement(*principals: str) -> dict[str, Any]:
    return {"Sid": "Delegate", "Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": ["organizations:ListPolicies"], "Resource": "*"}


class Seed:
    """The lab keeps the policy and does not enforce it, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad = f"arn:aws:iam::{BAD}:root"
        good = [account.user("acme", may=[]).principal, account.role("acme", {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"})]
        account.writer.write("organizations:PutResourcePolicy", Content=document(statement(bad, *good)))
        ids = {path.holder: path.id for path in KIND.discover(account.writer)}
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=ids[bad],
            bystander_id=ids[good[0]],
            tried=None,
            bystander_tried=None,
            denied=account.denied("organizations:DescribeResourcePolicy"),
            seldom={"organizations:DeleteResourcePolicy": "others are let in by the same statement, so the policy stays"},
        )


SEED = Seed()


def test_the_last_one_takes_the_policy_along_and_brings_it_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.writer.write("organizations:PutResourcePolicy", Content=document(statement(f"arn:aws:iam::{BAD}:root")))
    (path,) = KIND.discover(account.writer)
    before = KIND.image(account.writer, path)
    assert before is not None
    list(KIND.do(account.writer, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert account.writer.get("organizations:DescribeResourcePolicy") is None
    list(KIND.undo(account.writer, path, Verb.DISABLE, before))
    answer: Any = account.writer.get("organizations:DescribeResourcePolicy")
    assert json.loads(answer["ResourcePolicy"]["Content"])["Statement"][0]["Sid"] == "Delegate"


def test_in_a_member_there_is_nothing_to_see(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.writer.write("organizations:PutResourcePolicy", Content=document(statement(f"arn:aws:iam::{BAD}:root")))
    assert len(list(KIND.discover(account.writer))) == 1
    assert list(KIND.discover(_organization.account_of(_organization.member(account, "root@acme.example")).writer)) == []
