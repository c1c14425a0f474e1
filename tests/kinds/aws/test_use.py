"""What CloudTrail's events tell of a use: by whom, from where, and which line to show. Requests are held against botocore's own model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from handoff.errors import AccessDenied, CloudError
from handoff.kinds.aws import _use
from handoff.kinds.aws.iam_access_key import KIND as KEY
from handoff.kinds.aws.role_trust import KIND as TRUST
from handoff.model import AccessPath, Json, Scope, ScopeType
from handoff.powers import Watching

SCOPE = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")
SINCE = datetime(2026, 9, 1, tzinfo=UTC)
ROLE = "arn:aws:iam::111111111111:role/deploy"
LOOKUP = botocore.session.get_session().get_service_model("cloudtrail").operation_model("LookupEvents")


@dataclass
class History:
    """An event history that holds every request against the service's model, and answers what was asked for."""

    events: list[dict[str, Any]] = field(default_factory=list)
    fails: Exception | None = None
    scope: Scope = SCOPE

    def read(self, op: str, /, **params: Any) -> Iterator[Json]:
        assert op == "cloudtrail:LookupEvents"
        given = {**params, "StartTime": datetime.fromisoformat(params["StartTime"])}
        report = ParamValidator().validate(given, LOOKUP.input_shape)
        assert not report.has_errors(), report.generate_report()
        ((key, value),) = [(one["AttributeKey"], one["AttributeValue"]) for one in params["LookupAttributes"]]
        if self.fails:
            raise self.fails
        for number, event in enumerate(self.events):
            if value in {event.get("_" + key), "*"} and datetime.fromisoformat(event["eventTime"]) >= given["StartTime"]:
                yield {"EventId": str(number), "CloudTrailEvent": json.dumps({**event, "eventID": str(number)})}

    def get(self, op: str, /, **params: object) -> Json | None:
        raise AssertionError(op)


def event(name: str, *, who: dict[str, Any], at: str = "2026-11-01T00:00:00Z", **more: Any) -> dict[str, Any]:
    head = {
        "eventName": name,
        "eventSource": "sts.amazonaws.com",
        "awsRegion": "eu-west-1",
        "eventTime": at,
        "userIdentity": who,
        "sourceIPAddress": "198.51.100.7",
    }
    return {**head, "_AccessKeyId": "AKIA1", "_ResourceName": ROLE, **more}


USER = {"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/ops", "accountId": "111111111111"}
PROVIDER = {"type": "AssumedRole", "arn": "arn:aws:sts::222222222222:assumed-role/x/y", "accountId": "222222222222",
            "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::222222222222:role/x", "accountId": "222222222222"}}}  # fmt: skip


def test_the_key_kind_watches_its_key_and_no_other() -> None:
    assert isinstance(KEY, Watching)
    path = AccessPath(kind=KEY.id, id="AKIA1", scope=SCOPE, holder=USER["arn"], allows="x")
    history = History([event("PutObject", who=USER), event("PutObject", who=USER, _AccessKeyId="AKIA2"), event("GetUser", who=USER, at="2026-08-01T00:00:00Z")])
    (one,) = KEY.used(history, path, SINCE)
    assert (one.by, one.source, one.what) == (USER["arn"], "198.51.100.7", "sts:PutObject")
    assert one.line == "CloudTrail event 0 in eu-west-1 at 2026-11-01T00:00:00Z"


@pytest.mark.parametrize(
    ("principal", "who", "is_use"),
    [
        ("arn:aws:iam::222222222222:root", PROVIDER, True),
        ("222222222222", PROVIDER, True),
        ("arn:aws:iam::222222222222:role/x", PROVIDER, True),
        ("arn:aws:iam::222222222222:role/other", PROVIDER, False),
        ("arn:aws:iam::333333333333:root", PROVIDER, False),
        ("lambda.amazonaws.com", {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}, True),
        ("ec2.amazonaws.com", {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}, False),
        ("*", PROVIDER, True),
    ],
)
def test_a_trust_is_used_by_the_principal_that_it_names(principal: str, who: dict[str, Any], is_use: bool) -> None:
    assert isinstance(TRUST, Watching)
    path = AccessPath(kind=TRUST.id, id="AROA1#m", scope=SCOPE, holder=principal, allows="x", detail={"role_arn": ROLE, "principal": principal})
    history = History([event("AssumeRole", who=who), event("UpdateRole", who=who), event("AssumeRole", who=who, errorCode="AccessDenied")])
    assert len(list(TRUST.used(history, path, SINCE))) == is_use


@pytest.mark.parametrize(
    ("more", "source"),
    [
        ({}, "198.51.100.7"),
        ({"vpcEndpointId": "vpce-1", "vpcEndpointAccountId": "111111111111"}, "vpce-1@111111111111"),
        ({"userIdentity": {**USER, "invokedBy": "cloudformation.amazonaws.com"}}, "cloudformation.amazonaws.com"),
    ],
)
def test_where_it_came_from(more: dict[str, Any], source: str) -> None:
    (one,) = _use.of_key(History([event("PutObject", who=USER, **more)]), "AKIA1", SINCE)
    assert one.source == source


@pytest.mark.parametrize("fails", [AccessDenied("cloudtrail:LookupEvents"), CloudError("http-503")])
def test_a_log_that_cannot_be_read_is_no_log_without_entries(fails: Exception) -> None:
    assert list(_use.of_key(History(), "AKIA1", SINCE)) == [], "positive control"
    with pytest.raises(type(fails)):
        list(_use.of_key(History(fails=fails), "AKIA1", SINCE))


def test_an_event_that_is_none_is_told() -> None:
    history = History([event("PutObject", who=USER)])
    history.events[0]["eventTime"] = "2026-11-01T00:00:00Z"

    class Broken(History):
        def read(self, op: str, /, **params: Any) -> Iterator[Json]:
            yield {"EventId": "7", "CloudTrailEvent": "{"}

    with pytest.raises(CloudError, match="event 7"):
        list(_use.of_key(Broken(), "AKIA1", SINCE))
