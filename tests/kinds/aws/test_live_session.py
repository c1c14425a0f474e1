from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.errors import CloudError
from handoff.kinds.aws import _trail
from handoff.kinds.aws.live_session import KIND
from handoff.model import AccessPath, Clue, Json, Login, Outcome, Scope, ScopeType, Verb, Verdict
from tests.kinds.aws._account import REGION, Account


def trust(principal: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}


def session_of(account: Account, login: Login, role: str) -> Login:
    minted: Login = account.cloud.mint(account.scope, login, {"op": "sts:AssumeRole", "role_arn": role})
    return minted


class Seed:
    """The try is a session that was minted before the cut."""

    def start(self, lab: Any) -> SimpleNamespace:
        client, provider = Account(), Account()
        bad, good = provider.user("nimbus"), client.user("acme")
        session = session_of(client, bad, client.role("operator", trust(bad.principal)))
        own = client.cloud.mint(client.scope, good, {"op": "sts:GetSessionToken"})
        paths = {path.detail["bearer_name"]: path.id for path in KIND.discover(client.regional)}
        role_only = "the seeded path is a session of a role"
        return SimpleNamespace(
            scope=client.region,
            login=client.root,
            path_id=paths["operator"],
            bystander_id=paths["acme"],
            tried=(client.scope, session, "iam:ListUsers", {}),
            bystander_tried=(client.scope, own, "iam:ListUsers", {}),
            denied=client.denied("cloudtrail:LookupEvents"),
            seldom={
                "iam:DeleteUserPolicy": role_only,
                "iam:GetUserPolicy": role_only,
                "iam:PutUserPolicy": role_only,
            },
        )


SEED = Seed()


def cut(account: Account, path: AccessPath) -> Json:
    before = KIND.image(account.regional, path)
    assert before is not None
    list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    return before


def test_a_session_outlives_the_key_that_minted_it_and_dies_by_the_users_policy(lab_env: Mapping[str, str]) -> None:
    account = Account()
    bad, good = account.user("nimbus", tags={"party": "nimbus"}), account.user("acme")
    session, theirs = (account.cloud.mint(account.scope, login, {"op": "sts:GetSessionToken"}) for login in (bad, good))
    account.writer.write("iam:DeleteAccessKey", UserName="nimbus", AccessKeyId=bad.material["access_key_id"])
    assert account.works(session) == Outcome.WORKED
    path = next(path for path in KIND.discover(account.regional) if path.detail["bearer_name"] == "nimbus")
    assert (Clue.TAG, "party=nimbus") in path.clues
    assert not any(clue is Clue.AWS_ACCOUNT for clue, _ in path.clues), "that a user lives in the estate says nothing of whose the user is"
    before = cut(account, path)
    assert account.works(session) == Outcome.REFUSED
    assert account.works(theirs) == account.works(good) == Outcome.WORKED
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert account.works(session) == Outcome.WORKED


def test_whose_a_role_session_is(lab_env: Mapping[str, str]) -> None:
    client, provider = Account(), Account()
    foreign = provider.user("nimbus")
    client.role("middle", trust(foreign.principal), tags={"party": "nimbus"})
    last = client.role("last", trust(f"arn:aws:iam::{client.id}:role/middle"))
    middle = session_of(client, foreign, f"arn:aws:iam::{client.id}:role/middle")
    session_of(client, middle, last)
    found = {path.detail["bearer_name"]: path for path in KIND.discover(client.regional)}
    assert found["middle"].holder == provider.id
    assert found["middle"].clues == ((Clue.AWS_ACCOUNT, provider.id),)
    assert found["last"].holder == f"arn:aws:iam::{client.id}:role/middle"
    assert (Clue.TAG, "party=nimbus") in found["last"].clues


def test_a_session_minted_after_an_earlier_cut_is_cut_anew(lab_env: Mapping[str, str]) -> None:
    client, provider = Account(), Account()
    bad = provider.user("nimbus")
    client.role("operator", trust(bad.principal))
    session = session_of(client, bad, f"arn:aws:iam::{client.id}:role/operator")
    (path,) = KIND.discover(client.regional)
    policy = next(receipt for receipt in KIND.do(client.regional, path, Verb.DISABLE, {}, datetime.now(UTC)))
    assert policy.applied
    old = json.dumps(_older(datetime.now(UTC) - timedelta(hours=1)))
    name = next(str(item["PolicyNames"]) for item in client.writer.read("iam:ListRolePolicies", RoleName="operator") if item["PolicyNames"] != "test")
    client.writer.write("iam:PutRolePolicy", RoleName="operator", PolicyName=name, PolicyDocument=old)
    assert client.works(session) == Outcome.WORKED
    (again,) = KIND.discover(client.regional)
    assert again.id == path.id
    cut(client, again)
    assert client.works(session) == Outcome.REFUSED
    assert list(KIND.discover(client.regional)) == []


def _older(moment: datetime) -> dict[str, Any]:
    condition = {"DateLessThan": {"aws:TokenIssueTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}}
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}]}


def test_the_consoles_own_button_counts(lab_env: Mapping[str, str]) -> None:
    client, provider = Account(), Account()
    bad = provider.user("nimbus")
    client.role("operator", trust(bad.principal))
    session_of(client, bad, f"arn:aws:iam::{client.id}:role/operator")
    (path,) = KIND.discover(client.regional)
    assert KIND.probe(client.regional, path) is Verdict.ALIVE
    policy = json.dumps(_older(datetime.now(UTC) + timedelta(seconds=5)))
    client.writer.write("iam:PutRolePolicy", RoleName="operator", PolicyName="AWSRevokeOlderSessions", PolicyDocument=policy)
    assert KIND.probe(client.regional, path) is Verdict.GONE


class History:
    """A reader of one account whose event history is what a test says."""

    scope = Scope(type=ScopeType.AWS_REGION, id="111111111111", region=REGION)

    def __init__(self, *events: dict[str, Any]) -> None:
        self.events = events

    def read(self, op: str, /, **params: Any) -> Iterator[Json]:
        wanted = params["LookupAttributes"][0]["AttributeValue"]
        yield from ({"EventId": "1", "CloudTrailEvent": json.dumps(event)} for event in self.events if event["eventName"] == wanted)

    def get(self, op: str, /, **params: object) -> Json | None:
        raise AssertionError(op)


def event(name: str, who: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "eventName": name,
        "eventTime": "2026-11-22T10:00:00Z",
        "userIdentity": who,
        "requestParameters": {"roleArn": "arn:aws:iam::111111111111:role/operator"},
        "responseElements": {"assumedRoleUser": {"assumedRoleId": "AROAOPERATOR:jo"}},
    } | more


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "who", "more", "by", "clue"),
    [
        pytest.param(
            "AssumeRoleWithWebIdentity",
            {"type": "WebIdentityUser", "identityProvider": "arn:aws:iam::111111111111:oidc-provider/git.nimbus.example", "userName": "repo:a"},
            {},
            "https://git.nimbus.example repo:a",
            (Clue.OIDC, "https://git.nimbus.example repo:a"),
            id="oidc",
        ),
        pytest.param(
            "AssumeRoleWithSAML",
            {"type": "SAMLUser", "userName": "jo@nimbus.example"},
            {"responseElements": {"assumedRoleUser": {"assumedRoleId": "AROAOPERATOR:jo"}, "issuer": "https://idp.nimbus.example"}},
            "https://idp.nimbus.example jo@nimbus.example",
            (Clue.EMAIL, "jo@nimbus.example"),
            id="saml",
        ),
        pytest.param(
            "AssumeRole",
            {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"},
            {},
            "lambda.amazonaws.com",
            (Clue.AWS_SERVICE, "lambda.amazonaws.com"),
            id="service",
        ),
    ],
)
def test_who_minted_it(name: str, who: dict[str, Any], more: dict[str, Any], by: str, clue: tuple[Clue, str]) -> None:
    (minted,) = _trail.minted(History(event(name, who, **more)), NOW)
    assert minted.by == by
    assert clue in minted.clues
    assert minted.until == datetime(2026, 11, 22, 22, tzinfo=UTC), "an event that does not say how long is taken for the longest"


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        pytest.param("Nov 22, 2026, 1:00:00 PM", 13, id="as-it-is-written"),
        pytest.param("Nov 22, 2026, 1:00:00\u202fPM", 13, id="with-a-narrow-blank"),
        pytest.param("Nov 22, 2026 1:00:00 PM", 13, id="as-it-was-written-once"),
        pytest.param("soon", 22, id="unreadable-is-taken-for-the-longest"),
    ],
)
def test_until_when_it_lives(written: str, hour: int) -> None:
    answer = {"assumedRoleUser": {"assumedRoleId": "AROAOPERATOR:jo"}, "credentials": {"expiration": written}}
    (minted,) = _trail.minted(History(event("AssumeRole", {"type": "AWSAccount", "accountId": "222222222222"}, responseElements=answer)), NOW)
    assert minted.until == datetime(2026, 11, 22, hour, tzinfo=UTC)


def test_what_was_refused_or_was_minted_elsewhere_is_no_session_of_this_account() -> None:
    who = {"type": "AWSAccount", "accountId": "222222222222"}
    there = event("AssumeRole", who, requestParameters={"roleArn": "arn:aws:iam::333333333333:role/operator"})
    refused = event("AssumeRole", who, errorCode="AccessDenied", responseElements=None)
    assert [minted.by for minted in _trail.minted(History(there, refused, event("AssumeRole", who)), NOW)] == ["222222222222"]


def test_an_event_that_cannot_be_read_is_not_left_out() -> None:
    class Broken(History):
        def read(self, op: str, /, **params: Any) -> Iterator[Json]:
            yield {"EventId": "1", "CloudTrailEvent": "{"}

    with pytest.raises(CloudError):
        list(_trail.minted(Broken(), NOW))
