from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.errors import CloudError
from handoff.kinds.aws import _policy
from handoff.kinds.aws.opensearch_serverless_access import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account

BAD, GOOD = "arn:aws:iam::222222222222:role/nimbus", "arn:aws:iam::333333333333:role/acme"
RULE = {"ResourceType": "index", "Resource": ["index/records/*"], "Permission": ["aoss:ReadDocument", "aoss:WriteDocument"]}
NAMED: dict[str, Any] = {"type": "data", "name": "records"}


def entry(*principals: str, **more: object) -> dict[str, Any]:
    return {"Rules": [RULE], "Principal": list(principals), **more}


def put(account: Account, *entries: dict[str, Any], **more: object) -> None:
    account.regional.write("opensearchserverless:CreateAccessPolicy", **NAMED, policy=json.dumps(entries), **more)


def entries(account: Account) -> Any:
    answer: Any = account.regional.get("opensearchserverless:GetAccessPolicy", **NAMED)
    return answer and answer["accessPolicyDetail"]["policy"]


class Seed:
    """Nothing in the lab reads a collection, so no try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        own = account.role("own", {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
        put(account, entry(BAD, GOOD, own))
        ids = {path.holder: path.id for path in KIND.discover(account.regional)}
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=ids[BAD],
            bystander_id=ids[GOOD],
            tried=None,
            bystander_tried=None,
            denied=account.denied("aoss:ListAccessPolicies"),
            seldom={
                "opensearchserverless:CreateAccessPolicy": "only a policy that named nobody else has to be made anew",
                "opensearchserverless:DeleteAccessPolicy": "a policy goes with its last principal only",
            },
        )


SEED = Seed()


def test_entries_are_told_apart_and_keep_what_they_say(lab_env: Mapping[str, str]) -> None:
    account = Account()
    reading = {"ResourceType": "collection", "Resource": ["collection/records"], "Permission": ["aoss:DescribeCollectionItems"]}
    other = {"Rules": [reading], "Principal": [BAD], "Description": "for the dashboards"}
    put(account, entry(BAD, GOOD), other)
    found = [path for path in KIND.discover(account.regional) if path.holder == BAD]
    assert sorted(path.allows for path in found) == [
        "aoss:DescribeCollectionItems on data access policy records",
        "aoss:ReadDocument, aoss:WriteDocument on data access policy records",
    ]
    assert all((Clue.AWS_ACCOUNT, "222222222222") in path.clues for path in found)
    (path,) = (path for path in found if "Read" in path.allows)
    before = KIND.image(account.regional, path)
    assert before is not None
    list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert entries(account) == [entry(GOOD), other]
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert entries(account) == [entry(BAD, GOOD), other]


def test_a_policy_that_went_with_its_last_principal_comes_back_with_its_description(lab_env: Mapping[str, str]) -> None:
    account = Account()
    put(account, entry(BAD), description="records of the clinic")
    (path,) = KIND.discover(account.regional)
    before = KIND.image(account.regional, path)
    assert before is not None
    list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert entries(account) is None
    assert KIND.probe(account.regional, path) is Verdict.GONE
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert entries(account) == [entry(BAD)]
    assert KIND.image(account.regional, path) == before
    assert before["description"] == "records of the clinic"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(lab_env: Mapping[str, str]) -> None:
    account = Account()
    put(account, entry(BAD, GOOD))
    kind: Any = KIND
    (held,) = kind.holders(account.regional)
    read: Any = kind.read_policy(account.regional, held)
    assert kind.write_policy(account.regional, held, _policy.text(_policy.without(read, *_key(account)))).applied
    with pytest.raises(CloudError, match="has since changed"):
        kind.write_policy(account.regional, held, _policy.text(read))


def _key(account: Account) -> tuple[str, str, str]:
    (path,) = (path for path in KIND.discover(account.regional) if path.holder == BAD)
    return str(path.detail["mark"]), "AWS", BAD
