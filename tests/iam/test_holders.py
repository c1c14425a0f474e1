"""Whom a statement lets in, and what binds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.iam.conditions import Context
from handoff.iam.document import Effect, parse
from handoff.iam.evaluate import Policies, Request, evaluate
from handoff.iam.holders import Bound, Holder, demanded, holders
from handoff.iam.match import Caller
from tests.iam._generated import ACTIONS, RESOURCES, Generator

P, C = "111111111111", "222222222222"
GITHUB = f"arn:aws:iam::{C}:oidc-provider/token.actions.githubusercontent.com"
SUB = "token.actions.githubusercontent.com:sub"
AUD = "token.actions.githubusercontent.com:aud"


def allow(principal: object, condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "s3:Get*", "Resource": "arn:aws:s3:::r/*", "Condition": condition or {}, **more}


def deny(principal: object, condition: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {**allow(principal, condition, **more), "Effect": "Deny"}


def found(*statements: dict[str, Any]) -> list[Holder]:
    document = parse({"Version": "2012-10-17", "Statement": list(statements)}, where="test")
    return [holder for _, many in holders(document) for holder in many]


def one(*statements: dict[str, Any]) -> Holder:
    (holder,) = found(*statements)
    return holder


def bound(holder: Holder) -> set[tuple[str, str]]:
    return {(fact.what.value, fact.value) for fact in holder.facts if fact.binds and fact.key != "Principal"}


@pytest.mark.parametrize(
    ("operator", "key", "value", "facts"),
    [
        ("StringEquals", "aws:PrincipalAccount", P, {("account", P)}),
        ("StringEquals", "AWS:PRINCIPALACCOUNT", [P, C], {("account", P), ("account", C)}),
        ("StringEquals", "aws:PrincipalOrgID", "o-1", {("organization", "o-1")}),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*", {("organization", "o-1/r-1/*")}),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{P}:role/*", {("arn", f"arn:aws:iam::{P}:role/*"), ("account", P)}),
        ("StringLike", "aws:userid", "AROAEXAMPLEEXAMPLE12:*", {("unique id", "AROAEXAMPLEEXAMPLE12:*")}),
        ("StringEquals", "aws:userid", P, {("account", P)}),
        ("StringEquals", "aws:SourceAccount", P, {("account", P)}),
        ("StringEquals", "aws:SourceOwner", P, {("account", P)}),
        ("StringEquals", "aws:SourceOrgID", "o-1", {("organization", "o-1")}),
        ("ArnLike", "aws:SourceArn", f"arn:aws:sns:*:{P}:*", {("arn", f"arn:aws:sns:*:{P}:*"), ("account", P)}),
        ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::uploads", {("source", "arn:aws:s3:::uploads")}),
        ("StringEquals", "aws:SourceVpce", "vpce-1", {("network", "vpce-1")}),
        ("StringEquals", "aws:SourceVpc", "vpc-1", {("network", "vpc-1")}),
        ("StringEquals", "aws:VpceAccount", P, {("account", P)}),
        ("StringEquals", "aws:VpceOrgID", "o-1", {("organization", "o-1")}),
        ("IpAddress", "aws:SourceIp", ["203.0.113.7", "198.51.100.0/24"], {("address", "203.0.113.7/32"), ("address", "198.51.100.0/24")}),
        ("StringEquals", "sts:ExternalId", "acme-1", {("external id", "acme-1")}),
        ("StringEquals", "kms:CallerAccount", P, {("account", P)}),
        ("StringEquals", "s3:DataAccessPointAccount", P, {("account", P)}),
        ("Bool", "aws:PrincipalIsAWSService", "true", {("service", "any service of AWS")}),
        ("StringEquals", "aws:PrincipalServiceName", "logs.amazonaws.com", {("service", "logs.amazonaws.com")}),
    ],
)
def test_everyone_narrowed_belongs_to_whom_the_condition_names(operator: str, key: str, value: Any, facts: set[tuple[str, str]]) -> None:
    for principal in ("*", {"AWS": "*"}):
        holder = one(allow(principal, {operator: {key: value}}))
        assert (bound(holder), holder.is_public, holder.why) == (facts, False, "")
    if not operator.startswith("ForAny"):
        weak = one(allow("*", {f"{operator}IfExists": {key: value}}))
        assert (bound(weak), weak.is_public) == (set(), True), "who brings no such key passes"


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringNotEquals": {"aws:PrincipalAccount": P}},
        {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{P}:*"}},
        {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
        {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}},
        {"StringLike": {"aws:PrincipalArn": "*"}},
        {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ops"}},
        {"StringLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/ops", f"arn:aws:iam::{P}:role/ops"]}},
        {"StringLike": {"aws:PrincipalAccount": [P, "*"]}},
        {"Bool": {"aws:PrincipalIsAWSService": ["true", "false"]}},
        {"StringLike": {"aws:PrincipalAccount": "1*"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringLike": {"aws:SourceVpce": "vpce-*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "::/0"]}},
        {"StringEquals": {"aws:PrincipalTag/team": "ops"}},
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
        {"Null": {"aws:PrincipalOrgID": "false"}},
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:Referer": "x"}},
        {"StringEqualsIfExists": {"sts:ExternalId": "x"}},
    ],
)
def test_what_binds_nobody_leaves_it_public_and_says_so(condition: dict[str, Any]) -> None:
    holder = one(allow("*", condition))
    assert holder.is_public
    assert holder.why.startswith("anyone")
    assert not holder.shut
    both = one(allow("*", {**condition, "StringEquals": {**condition.get("StringEquals", {}), "aws:PrincipalAccount": P}}))
    assert not both.is_public, "beside a condition that binds it takes nothing"


def test_a_key_that_is_there_anyhow_binds_even_if_exists() -> None:
    paths = {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}, "Null": {"aws:PrincipalOrgPaths": "false"}}
    assert bound(one(allow("*", paths))) == {("organization", "o-1/*")}
    arn = {"ArnLikeIfExists": {"aws:PrincipalArn": f"arn:aws:iam::{P}:role/ops"}}
    assert bound(one(allow({"AWS": P}, arn))) == {("arn", f"arn:aws:iam::{P}:role/ops"), ("account", P)}
    assert bound(one(allow("*", arn))) == set()


def test_principals_of_every_type() -> None:
    many = found(allow({"AWS": [P, f"arn:aws:iam::{P}:user/a", "AIDAEXAMPLEEXAMPLE12"], "Service": "sns.amazonaws.com", "CanonicalUser": "79a5"}))
    seen = [{(fact.what, fact.value) for fact in holder.facts} for holder in many]
    assert seen == [
        {(Bound.ACCOUNT, P)},
        {(Bound.ARN, f"arn:aws:iam::{P}:user/a"), (Bound.ACCOUNT, P)},
        {(Bound.UNIQUE_ID, "AIDAEXAMPLEEXAMPLE12")},
        {(Bound.SERVICE, "sns.amazonaws.com")},
        {(Bound.CANONICAL_ID, "79a5")},
    ]
    assert not any(holder.is_public for holder in many)
    assert "anyone's behalf" in many[3].why
    assert one(allow({"Service": "sns.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": P}})).why == ""


def test_everyone_but_somebody_is_everyone() -> None:
    statement = {name: value for name, value in allow("*").items() if name != "Principal"} | {"NotPrincipal": {"AWS": C}}
    assert (one(statement).is_public, one(statement).why) == (True, f"anyone but {C}")
    narrowed = one({**statement, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}})
    assert (narrowed.is_public, bound(narrowed)) == (False, {("organization", "o-1")})


@pytest.mark.parametrize(
    ("provider", "condition", "is_public"),
    [
        (GITHUB, {}, True),
        (GITHUB, {"StringEquals": {AUD: "sts.amazonaws.com"}}, True),
        (GITHUB, {"StringLike": {SUB: "*"}}, True),
        (GITHUB, {"StringLike": {SUB: "repo:*"}}, True),
        (GITHUB, {"StringLike": {SUB: "repo:acme*"}}, True),
        (GITHUB, {"StringLike": {SUB: "repo:*/app:*"}}, True),
        (GITHUB, {"StringLike": {SUB: "repo:acme/*"}}, False),
        (GITHUB, {"StringEquals": {SUB: "repo:acme/app:ref:refs/heads/main"}}, False),
        (GITHUB, {"StringLikeIfExists": {SUB: "repo:acme/*"}}, True),
        (GITHUB, {"StringEquals": {"token.actions.githubusercontent.com:repository_owner": "acme"}}, False),
        ("accounts.google.com", {"StringEquals": {"accounts.google.com:aud": "client.apps"}}, False),
        ("accounts.google.com", {}, True),
        ("cognito-identity.amazonaws.com", {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:pool"}}, False),
        (f"arn:aws:iam::{C}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC", {}, False),
        (f"arn:aws:iam::{C}:saml-provider/okta", {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}, False),
    ],
)
def test_tokens(provider: str, condition: dict[str, Any], is_public: bool) -> None:
    holder = one(allow({"Federated": provider}, condition, Action="sts:AssumeRoleWithWebIdentity"))
    assert holder.is_public is is_public
    assert holder.why.startswith("anyone who has an account at") is is_public


SHUT = [
    pytest.param(allow({"AWS": P}), deny({"AWS": P}), id="the-same-principal"),
    pytest.param(allow({"AWS": f"arn:aws:iam::{P}:user/a"}), deny({"AWS": P}), id="its-account"),
    pytest.param(allow({"AWS": P}), deny("*", Action="*", Resource="*"), id="everyone"),
    pytest.param(allow("*"), deny("*"), id="everyone-for-everyone"),
    pytest.param(allow({"AWS": P}), deny("*", {"StringNotEquals": {"aws:PrincipalAccount": C}}), id="all-but-an-account"),
    pytest.param(allow({"AWS": P}), deny("*", {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{C}:*"}}), id="all-but-an-account-by-arn"),
    pytest.param(allow({"AWS": P}), deny("*", {"StringNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::{C}:*"]}}), id="all-but-an-account-by-text"),
    pytest.param(
        allow("*", {"StringEquals": {"aws:PrincipalAccount": P}}), deny("*", {"StringNotEquals": {"aws:PrincipalAccount": C}}), id="narrowed-to-the-refused"
    ),
    pytest.param(allow({"AWS": P}), {**{k: v for k, v in deny("*").items() if k != "Principal"}, "NotPrincipal": {"AWS": f"arn:aws:iam::{C}:root"}}, id="but"),
    pytest.param(allow({"AWS": P}), {**{k: v for k, v in deny({"AWS": P}).items() if k != "Action"}, "NotAction": "s3:Put*"}, id="not-action"),
    pytest.param(allow({"Service": "sns.amazonaws.com"}), deny("*", {"Bool": {"aws:PrincipalIsAWSService": "true"}}), id="services"),
    pytest.param(
        allow("*", {"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}), deny("*", {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}), id="addresses-elsewhere"
    ),
]
OPEN = [
    pytest.param(allow({"AWS": P}), deny({"AWS": C}), id="another-account"),
    pytest.param(allow({"AWS": P}), deny({"AWS": f"arn:aws:iam::{P}:user/a"}), id="one-of-many"),
    pytest.param(allow({"AWS": P}), deny({"AWS": P}, Action="s3:GetObject"), id="one-action-of-many"),
    pytest.param(allow({"AWS": P}), deny({"AWS": P}, Resource="arn:aws:s3:::r/secret/*"), id="some-resources"),
    pytest.param(allow({"AWS": P}), deny({"AWS": P}, {"Bool": {"aws:SecureTransport": "false"}}), id="only-without-tls"),
    pytest.param(allow({"AWS": P}), deny("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}), id="who-knows-its-organization"),
    pytest.param(allow({"AWS": P}), deny("*", {"StringNotEquals": {"aws:PrincipalAccount": [C, P]}}), id="left-out"),
    pytest.param(
        allow({"AWS": P}), {**{k: v for k, v in deny("*").items() if k != "Principal"}, "NotPrincipal": {"AWS": f"arn:aws:iam::{P}:role/x"}}, id="but"
    ),
    pytest.param(allow("*"), deny({"AWS": P}), id="some-of-everyone"),
    pytest.param(allow({"AWS": P}), deny({"AWS": P}, Resource="arn:aws:s3:::r/${aws:username}/*"), id="a-variable"),
]


@pytest.mark.parametrize(("statement", "refusal"), SHUT)
def test_an_allow_that_a_deny_refuses_whole_is_shut(statement: dict[str, Any], refusal: dict[str, Any]) -> None:
    holder = one(statement, {**refusal, "Sid": "Refuse"})
    assert [deny.sid for deny in holder.shut] == ["Refuse"]
    assert "Refuse" in holder.why
    assert not holder.is_public
    assert not one(statement).shut, "open without the Deny"


@pytest.mark.parametrize(("statement", "refusal"), OPEN)
def test_a_deny_that_may_leave_something_shuts_nobody_out(statement: dict[str, Any], refusal: dict[str, Any]) -> None:
    assert not one(statement, refusal).shut


def test_denies_shut_together_and_a_deny_is_nobodys_access() -> None:
    statement = allow({"AWS": P}, Action=["s3:GetObject", "s3:PutObject"])
    parts = [deny("*", Action="s3:Get*", Sid="A"), deny({"AWS": P}, Action="s3:Put*", Sid="B")]
    assert [one_.sid for one_ in one(statement, *parts).shut] == ["A", "B"]
    assert not one(statement, parts[0]).shut
    assert found(*parts) == []


def test_an_allow_that_contradicts_itself_lets_nobody_in() -> None:
    holder = one(allow({"AWS": P}, {"StringEquals": {"aws:PrincipalAccount": C}}))
    assert holder.shut
    assert "exclude" in holder.why
    assert not one(allow({"AWS": P}, {"StringEquals": {"aws:PrincipalAccount": [C, P]}})).shut


@pytest.mark.parametrize(
    ("refusal", "facts"),
    [
        (deny("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}), {("organization", "o-1")}),
        (deny("*", {"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}), {("network", "vpce-1")}),
        (deny("*", {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), {("address", "203.0.113.0/24")}),
        ({**{k: v for k, v in deny("*").items() if k != "Principal"}, "NotPrincipal": {"AWS": P}}, {("account", P)}),
        (deny("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:ViaAWSService": "false"}}), set()),
        (deny("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, Action="s3:GetObject"), set()),
        (deny({"AWS": P}, {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}), set()),
        (deny("*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), set()),
    ],
)
def test_a_deny_of_all_others_says_who_is_left(refusal: dict[str, Any], facts: set[tuple[str, str]]) -> None:
    holder = one(allow("*"), refusal)
    assert (bound(holder), holder.is_public) == (facts, not facts)


def test_demanded_values() -> None:
    for values, wanted in ((["a", "b"], ["a", "b"]), (["*", "a"], [])):
        condition = {"StringLike": {"aws:PrincipalArn": values}, "StringNotLike": {"aws:PrincipalArn": "c"}}
        statement = parse({"Statement": allow("*", condition)}, where="x").statements[0]
        assert list(demanded(statement.conditions, "aws:principalarn")) == wanted


CALLERS = (f"arn:aws:iam::{P}:user/ops", f"arn:aws:iam::{C}:user/ops", f"arn:aws:iam::{C}:root", f"arn:aws:sts::{P}:assumed-role/r/s", "")


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32))
def test_nobody_gets_in_who_was_said_to_be_shut_out_or_is_not_whom_it_binds(seed: int) -> None:
    draw = Generator(seed, account=P, user=CALLERS[0])
    principals = ("*", {"AWS": P}, {"AWS": C}, {"AWS": CALLERS[0]}, {"Service": "sns.amazonaws.com"})
    document = parse(draw.document(principals=principals), where="drawn")
    full = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, where="x")
    denies = tuple(statement for statement in document.statements if statement.effect is Effect.DENY)
    for statement, many in holders(document):
        for holder in many:
            policies = Policies(identity=(full,), resource=replace(document, statements=(replace(statement, principals=(holder.named,)), *denies)))
            accounts = {fact.value for fact in holder.facts if fact.what is Bound.ACCOUNT and fact.binds and fact.key != "aws:SourceAccount"}
            for caller in (Caller(arn=arn) for arn in CALLERS):
                allowed = any(evaluate(request, policies).is_allowed for request in _requests(draw, caller))
                assert not (allowed and holder.shut)
                if accounts and not holder.is_public:
                    assert not allowed or caller.account in accounts
                if not holder.facts:
                    assert not allowed or holder.is_public


def _requests(draw: Generator, caller: Caller) -> Iterator[Request]:
    known = {"aws:PrincipalArn": caller.principal_arn, "aws:PrincipalAccount": caller.account, "aws:PrincipalOrgID": draw.random.choice(("o-1", ""))}
    known |= {"aws:SourceIp": draw.random.choice(("127.0.0.1", "10.0.0.9", "2001:db8::1")), "aws:SecureTransport": draw.random.choice(("true", "false"))}
    context = Context.of({key: value for key, value in known.items() if value})
    for action in ACTIONS:
        for resource in RESOURCES:
            yield Request(caller=caller, action=action, resource=resource, owner="333333333333", context=context)
