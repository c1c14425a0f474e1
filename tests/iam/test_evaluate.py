"""Who may do what, layer by layer; and that no layer ever gives what another one took."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.iam.conditions import Context
from handoff.iam.document import Document, Effect, parse
from handoff.iam.evaluate import Answer, Policies, Request, evaluate
from handoff.iam.match import Caller
from tests.iam._generated import ACTIONS, RESOURCES, Generator

OWN, OTHER = "111111111111", "222222222222"
USER = f"arn:aws:iam::{OWN}:user/ops"
ROLE = f"arn:aws:iam::{OWN}:role/ops"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/ops/night"
ROOT = f"arn:aws:iam::{OWN}:root"
BUCKET, KEY, QUEUE = "arn:aws:s3:::records", f"arn:aws:kms:eu-west-1:{OWN}:key/1", f"arn:aws:sqs:eu-west-1:{OWN}:jobs"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def doc(*statements: dict[str, Any]) -> Document:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, where="test")


def allow(principal: object = None, action: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **({} if principal is None else {"Principal": principal}), **more}


def deny(principal: object = None, action: str = "*", **more: Any) -> dict[str, Any]:
    return {**allow(principal, action, **more), "Effect": "Deny"}


FULL = doc(ALL)
NOTHING: tuple[Document, ...] = ()


def said(caller: str | Caller, action: str, resource: str, policies: Policies, *, owner: str = OWN, context: dict[str, str] | None = None) -> tuple[str, str]:
    who = Caller(arn=caller) if isinstance(caller, str) else caller
    decision = evaluate(Request(caller=who, action=action, resource=resource, owner=owner, context=Context.of(context or {})), policies)
    assert (decision.statement is None) <= (decision.answer is not Answer.EXPLICIT_DENY), "an explicit deny shows its statement"
    return decision.answer.value, decision.layer


IDENTITY = Policies(identity=(FULL,))
READ = (doc(allow(action="s3:Get*")),)


@pytest.mark.parametrize(
    ("caller", "policies", "answer"),
    [
        (USER, Policies(), ("implicitDeny", "identity policy")),
        (USER, IDENTITY, ("allowed", "identity policy")),
        (USER, Policies(identity=(doc(ALL, deny(action="s3:GetObject")),)), ("explicitDeny", "identity policy")),
        (USER, replace(IDENTITY, boundary=READ), ("allowed", "identity policy")),
        (USER, replace(IDENTITY, boundary=NOTHING), ("implicitDeny", "permissions boundary")),
        (USER, replace(IDENTITY, boundary=(doc(ALL, deny()),)), ("explicitDeny", "permissions boundary")),
        (SESSION, replace(IDENTITY, session=NOTHING), ("implicitDeny", "session policy")),
        (USER, replace(IDENTITY, scps=((FULL,), (FULL,))), ("allowed", "identity policy")),
        (USER, replace(IDENTITY, scps=((FULL,), NOTHING)), ("implicitDeny", "service control policy")),
        (ROOT, Policies(scps=((doc(allow(action="s3:Put*")),),)), ("implicitDeny", "service control policy")),
        (ROOT, Policies(scps=((doc(ALL, deny(action="s3:*")),),)), ("explicitDeny", "service control policy")),
        (ROOT, Policies(), ("allowed", "identity policy")),
        (USER, replace(IDENTITY, rcps=((FULL,),)), ("allowed", "identity policy")),
        (USER, replace(IDENTITY, rcps=((doc(allow("*", action="sqs:*")),),)), ("implicitDeny", "resource control policy")),
        (USER, replace(IDENTITY, resource=doc(deny({"AWS": USER}))), ("explicitDeny", "resource policy")),
        (USER, replace(IDENTITY, resource=doc(deny({"AWS": OTHER}))), ("allowed", "identity policy")),
        # The resource's own word is enough at home, unless it only hands the decision to the account.
        (USER, Policies(resource=doc(allow({"AWS": USER}))), ("allowed", "resource policy")),
        (USER, Policies(resource=doc(allow({"AWS": OWN}))), ("implicitDeny", "identity policy")),
        (USER, Policies(resource=doc(allow("*"))), ("allowed", "resource policy")),
        (USER, Policies(resource=doc({**ALL, "NotPrincipal": {"AWS": OTHER}})), ("allowed", "resource policy")),
        (USER, Policies(resource=doc({**ALL, "NotPrincipal": {"AWS": USER}})), ("implicitDeny", "identity policy")),
        (USER, Policies(resource=doc(allow())), ("implicitDeny", "identity policy")),
        # A boundary narrows what a role is given, but not what a user or a session is given by name.
        (USER, Policies(resource=doc(allow({"AWS": USER})), boundary=NOTHING), ("allowed", "resource policy")),
        (SESSION, Policies(resource=doc(allow({"AWS": ROLE})), boundary=NOTHING), ("implicitDeny", "permissions boundary")),
        (SESSION, Policies(resource=doc(allow({"AWS": ROLE})), session=NOTHING), ("implicitDeny", "session policy")),
        (SESSION, Policies(resource=doc(allow({"AWS": SESSION})), boundary=NOTHING, session=NOTHING), ("allowed", "resource policy")),
        (SESSION, Policies(resource=doc(allow({"AWS": ROLE}))), ("allowed", "resource policy")),
        # Nobody and services have no account whose policies could speak for them.
        (Caller(), Policies(resource=doc(allow("*"))), ("allowed", "resource policy")),
        (Caller(), Policies(resource=doc(allow({"AWS": OWN}))), ("implicitDeny", "resource policy")),
        (Caller(service="sns.amazonaws.com"), Policies(resource=doc(allow({"Service": "sns.amazonaws.com"}))), ("allowed", "resource policy")),
        (Caller(service="sns.amazonaws.com"), Policies(resource=doc(allow({"Service": "s3.amazonaws.com"}))), ("implicitDeny", "resource policy")),
    ],
)
def test_one_account(caller: str | Caller, policies: Policies, answer: tuple[str, str]) -> None:
    assert said(caller, "s3:GetObject", BUCKET, policies) == answer


@pytest.mark.parametrize(
    ("policies", "answer"),
    [
        (IDENTITY, ("implicitDeny", "resource policy")),
        (Policies(resource=doc(allow({"AWS": USER}))), ("implicitDeny", "identity policy")),
        (replace(IDENTITY, resource=doc(allow({"AWS": USER}))), ("allowed", "resource policy")),
        (replace(IDENTITY, resource=doc(allow({"AWS": OWN}))), ("allowed", "resource policy")),
        (replace(IDENTITY, resource=doc(allow({"AWS": OWN})), boundary=NOTHING), ("implicitDeny", "permissions boundary")),
        (replace(IDENTITY, resource=doc(allow({"AWS": OWN}), deny("*"))), ("explicitDeny", "resource policy")),
    ],
)
def test_two_accounts_must_both_allow(policies: Policies, answer: tuple[str, str]) -> None:
    assert said(USER, "s3:GetObject", BUCKET, policies, owner=OTHER) == answer
    assert said(USER, "sqs:SendMessage", QUEUE.replace(OWN, OTHER), policies, owner="") == answer, "the ARN tells the account"


@pytest.mark.parametrize(("action", "resource"), [("kms:Decrypt", KEY), ("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/x")])
def test_keys_and_trusts_must_speak_themselves(action: str, resource: str) -> None:
    assert said(USER, action, resource, IDENTITY) == ("implicitDeny", "resource policy")
    assert said(ROOT, action, resource, Policies()) == ("implicitDeny", "resource policy"), "not even to the account's root"
    assert said(USER, action, resource, replace(IDENTITY, resource=doc(allow({"AWS": OWN})))) == ("allowed", "identity policy")
    assert said(USER, action, resource, Policies(resource=doc(allow({"AWS": OWN})))) == ("implicitDeny", "identity policy")
    assert said(USER, action, resource, Policies(resource=doc(allow({"AWS": USER})))) == ("allowed", "resource policy")


def test_a_trust_names_no_resource_and_takes_tokens() -> None:
    host = "token.actions.githubusercontent.com"
    provider = f"arn:aws:iam::{OWN}:oidc-provider/{host}"
    condition = {"StringLike": {f"{host}:sub": "repo:acme/*"}}
    trust = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}
    for subject, answer in (("repo:acme/app:ref:x", "allowed"), ("repo:evil/app:ref:x", "implicitDeny")):
        found = said(Caller(federated=provider), "sts:AssumeRoleWithWebIdentity", ROLE, Policies(resource=doc(trust)), context={f"{host}:sub": subject})
        assert found[0] == answer


def test_resources_and_variables() -> None:
    home = doc(allow(action="s3:*", Resource="arn:aws:s3:::home/${aws:username}/*"))
    for path, answer in (("ann/x", "allowed"), ("bob/x", "implicitDeny")):
        assert said(USER, "s3:GetObject", f"arn:aws:s3:::home/{path}", Policies(identity=(home,)), context={"aws:username": "ann"})[0] == answer
    assert said(USER, "s3:GetObject", "arn:aws:s3:::home/ann/x", Policies(identity=(home,)))[0] == "implicitDeny", "nobody's name matches nothing"
    but = doc({"Effect": "Allow", "NotAction": "iam:*", "NotResource": f"{BUCKET}/*"})
    assert said(USER, "s3:ListBucket", BUCKET, Policies(identity=(but,)))[0] == "allowed"
    assert said(USER, "s3:GetObject", f"{BUCKET}/a", Policies(identity=(but,)))[0] == "implicitDeny"
    assert said(USER, "IAM:ListUsers", "*", Policies(identity=(but,)))[0] == "implicitDeny"


def test_what_is_not_known_is_asked_both_ways() -> None:
    vpn = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    request = Request(caller=Caller(arn=USER), action="s3:GetObject", owner=OWN, context=Context(is_whole=False))
    may = Policies(identity=(doc(allow(Condition=vpn)),))
    assert evaluate(request, may, could=True).is_allowed
    assert not evaluate(request, may).is_allowed
    refused = Policies(identity=(doc(ALL, deny(Condition=vpn)),))
    assert evaluate(request, refused, could=True).is_allowed
    assert evaluate(request, refused).answer is Answer.EXPLICIT_DENY
    assert not evaluate(request, Policies(identity=(doc(ALL, deny()),)), could=True).is_allowed


# What holds for every policy there is.

seeds = st.integers(0, 2**32)
ORDER = {Answer.EXPLICIT_DENY: 0, Answer.IMPLICIT_DENY: 1, Answer.ALLOWED: 2}


def drawn(seed: int) -> tuple[Request, Policies, Generator]:
    draw = Generator(seed, account=OWN, user=USER)
    principals = ("*", {"AWS": OWN}, {"AWS": USER}, {"AWS": OTHER}, {"AWS": ROLE})
    caller = Caller(arn=draw.random.choice((USER, SESSION, ROOT, f"arn:aws:iam::{OTHER}:user/ops", "")))
    known = {"aws:PrincipalArn": caller.principal_arn, "aws:PrincipalAccount": caller.account, "aws:SourceIp": "127.0.0.1", "aws:SecureTransport": "false"}
    request = Request(
        caller=caller,
        action=draw.random.choice((*ACTIONS, "sts:AssumeRole")),
        resource=draw.random.choice(RESOURCES),
        owner=OWN,
        context=Context.of({key: value for key, value in known.items() if value}, is_whole=draw.random.random() < 0.7),
    )

    def some(*, most: int) -> tuple[Document, ...]:
        return tuple(parse(draw.document(), where="drawn") for _ in range(draw.random.randint(0, most)))

    policies = Policies(
        identity=some(most=2),
        boundary=some(most=2) if draw.random.random() < 0.3 else None,
        session=some(most=1) if draw.random.random() < 0.2 else None,
        scps=(some(most=2),) if draw.random.random() < 0.2 else (),
        resource=parse(draw.document(principals=principals), where="drawn") if draw.random.random() < 0.6 else None,
    )
    return request, policies, draw


def more(policies: Policies, draw: Generator, effect: Effect) -> Policies:
    """The same with one more statement of this effect somewhere."""
    (statement,) = doc(draw.statement(("*", {"AWS": OWN}, {"AWS": USER}))).statements
    statement = replace(statement, effect=effect)
    if policies.resource is not None and draw.random.random() < 0.5:
        many = [*policies.resource.statements, statement]
        draw.random.shuffle(many)
        return replace(policies, resource=replace(policies.resource, statements=tuple(many)))
    return replace(policies, identity=(*policies.identity, Document(statements=(replace(statement, principals=None),))))


@given(seeds, st.booleans())
def test_one_more_deny_never_allows_more(seed: int, could: bool) -> None:
    request, policies, draw = drawn(seed)
    before, after = evaluate(request, policies, could=could), evaluate(request, more(policies, draw, Effect.DENY), could=could)
    assert ORDER[after.answer] <= ORDER[before.answer]


@given(seeds, st.booleans())
def test_one_more_allow_never_denies_more(seed: int, could: bool) -> None:
    request, policies, draw = drawn(seed)
    before, after = evaluate(request, policies, could=could), evaluate(request, more(policies, draw, Effect.ALLOW), could=could)
    assert ORDER[after.answer] >= ORDER[before.answer]


@given(seeds)
def test_the_order_of_statements_and_documents_does_not_matter(seed: int) -> None:
    request, policies, draw = drawn(seed)

    def turned(documents: tuple[Document, ...]) -> tuple[Document, ...]:
        return tuple(
            replace(one, statements=tuple(draw.random.sample(one.statements, len(one.statements)))) for one in draw.random.sample(documents, len(documents))
        )

    other = replace(
        policies,
        identity=turned(policies.identity),
        boundary=None if policies.boundary is None else turned(policies.boundary),
        resource=None if policies.resource is None else turned((policies.resource,))[0],
    )
    assert evaluate(request, other).answer is evaluate(request, policies).answer


@given(seeds)
def test_a_further_limit_never_widens(seed: int) -> None:
    request, policies, draw = drawn(seed)
    limit = (parse(draw.document(), where="drawn"),)
    before = evaluate(request, policies)
    narrowed = [replace(policies, scps=(*policies.scps, limit)), replace(policies, rcps=(limit,))]
    narrowed += [] if policies.boundary is not None else [replace(policies, boundary=limit)]
    narrowed += [] if policies.session is not None else [replace(policies, session=limit)]
    for one in narrowed:
        assert ORDER[evaluate(request, one).answer] <= ORDER[before.answer]


@given(seeds)
def test_one_more_condition_never_widens_an_allow(seed: int) -> None:
    request, policies, draw = drawn(seed)
    (wider,) = doc(draw.statement()).statements
    wider = replace(wider, effect=Effect.ALLOW)
    (other,) = doc({**ALL, "Condition": draw.conditions()}).statements
    narrower = replace(wider, conditions=(*wider.conditions, *other.conditions))
    answers = [evaluate(request, replace(policies, identity=(Document(statements=(one,)),))).answer for one in (wider, narrower)]
    assert ORDER[answers[1]] <= ORDER[answers[0]]


@given(seeds)
def test_sure_is_never_more_than_possible_and_a_whole_context_knows(seed: int) -> None:
    request, policies, _ = drawn(seed)
    sure, possible = evaluate(request, policies), evaluate(request, policies, could=True)
    assert ORDER[sure.answer] <= ORDER[possible.answer]
    if request.context.is_whole:
        assert sure.answer is possible.answer
    whole = replace(request, context=replace(request.context, is_whole=True))
    assert evaluate(whole, policies).is_allowed <= possible.is_allowed, "what goes through was possible"
    assert evaluate(whole, policies).is_allowed >= sure.is_allowed, "and what is sure goes through"
