"""The event history of the lab's AWS says who did what, as AWS's does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.kinds.aws._account import REGION, Account


def events(account: Account, region: str, key: str, value: str) -> list[dict[str, Any]]:
    scope = type(account.region)(type=account.region.type, id=account.id, region=region)
    asked = [{"AttributeKey": key, "AttributeValue": value}]
    return [
        json.loads(str(item["CloudTrailEvent"])) for item in account.cloud.open(scope, account.root).read("cloudtrail:LookupEvents", LookupAttributes=asked)
    ]


def test_calls_of_iam_have_their_names_their_callers_and_what_was_asked(lab_env: Mapping[str, str]) -> None:
    account = Account()
    jo = account.user("jo")
    account.cloud.open(account.scope, jo).write("iam:CreateUser", UserName="al")
    (made,) = [event for event in events(account, REGION, "EventName", "CreateUser") if event["requestParameters"]["userName"] == "al"]
    assert made["userIdentity"]["arn"] == jo.principal
    by_key = {event["eventName"] for event in events(account, REGION, "AccessKeyId", str(jo.material["access_key_id"]))}
    assert "CreateUser" in by_key


def test_a_session_is_shown_to_the_account_of_its_role(lab_env: Mapping[str, str]) -> None:
    client, provider = Account(), Account()
    bad = provider.user("nimbus")
    role = client.role("operator", {"Effect": "Allow", "Principal": {"AWS": bad.principal}, "Action": "sts:AssumeRole"})
    client.cloud.mint(client.scope, bad, {"op": "sts:AssumeRole", "role_arn": role})
    (shown,) = events(client, REGION, "ResourceName", role)
    assert (shown["eventName"], shown["userIdentity"]["type"], shown["userIdentity"]["accountId"]) == ("AssumeRole", "AWSAccount", provider.id)
    assert events(client, "eu-central-1", "ResourceName", role) == []
