"""No answer is taken for "nothing there": each operation that an AWS kind's discover uses, denied, throttled, out of order, and cut into pages."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from handoff import registry
from handoff.clouds._aws_ops import FREE, permission
from handoff.errors import AccessDenied, HandoffError
from handoff.model import KindId, Login, Party, Scope, ScopeType, Secret
from tests.conformance._case import KINDS, Case

every_aws_kind = pytest.mark.parametrize("kind_id", [kind_id for kind_id in KINDS if kind_id.startswith("aws.")])

Shared = Callable[[KindId], Case]


@contextmanager
def ordered(lab: Any, case: Case, **orders: object) -> Iterator[None]:
    """What the lab's AWS does for the account of the case until the block ends (docs/lab-aws.md)."""
    url = f"{lab.plan.url('aws')}/_handoff/aws/control"

    def post(**given: object) -> None:
        answer = httpx.post(url, json={"account": case.seeded.scope.id, "clear": True, **given}, trust_env=False)
        assert answer.status_code == 200, answer.text

    post(**orders)
    try:
        yield
    finally:
        post()


def denied(case: Case, op: str) -> Login:
    """A user of the account who may do everything but this."""
    scope = Scope(type=ScopeType.AWS_ACCOUNT, id=case.seeded.scope.id)
    iam = registry.cloud("aws").open(scope, case.seeded.login)
    name = f"all-but-{op.replace(':', '-')[:40]}-{secrets.token_hex(4)}"
    iam.write("iam:CreateUser", UserName=name)
    statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": permission(op), "Resource": "*"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.write("iam:PutUserPolicy", UserName=name, PolicyName="all-but", PolicyDocument=document)
    _, answer = iam.write_for("iam:CreateAccessKey", UserName=name)
    made: Any = answer["AccessKey"]
    material = {"access_key_id": made["AccessKeyId"], "secret_access_key": Secret(made["SecretAccessKey"])}
    return Login(name=name, cloud="aws", party=Party.CLIENT, principal=f"arn:aws:iam::{scope.id}:user/{name}", form="aws-keys", material=material)


@every_aws_kind
def test_denied_one_operation_it_says_so(kind_id: KindId, shared: Shared) -> None:
    case = shared(kind_id)
    ops = [op for op in case.asked if op not in FREE]
    assert ops
    for op in ops:
        login = denied(case, op)
        if op in case.spared:
            # The users made here may be paths themselves, so what is there is asked for afterwards.
            assert case.found(login).keys() == case.found().keys(), op
            continue
        with pytest.raises(AccessDenied):
            pytest.fail(f"{op} is denied, and {len(case.found(login))} paths are found all the same")


@every_aws_kind
def test_pages_of_one_item_give_every_path(kind_id: KindId, shared: Shared, lab: Any) -> None:
    case = shared(kind_id)
    whole = case.found()
    with ordered(lab, case, page_size=1):
        assert case.found() == whole


@every_aws_kind
@pytest.mark.parametrize(("code", "status"), [("ServiceUnavailable", 503), ("Throttling", 400)])
def test_an_answer_that_never_comes_is_no_empty_listing(kind_id: KindId, code: str, status: int, shared: Shared, lab: Any, monkeypatch: Any) -> None:
    case = shared(kind_id)
    whole, asked = case.found(), case.asked
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    case.reopen()
    for op in asked:
        with ordered(lab, case, faults=[{"op": op, "code": code, "status": status}]):
            if op in case.spared:
                assert case.found() == whole, op
                continue
            with pytest.raises(HandoffError) as refused:
                pytest.fail(f"{op} is never answered, and {len(case.found())} paths are found all the same")
            assert not isinstance(refused.value, AccessDenied)
    case.reopen()


WHOLE = frozenset({"aws.iam_access_key", "aws.kms_grant", "aws.s3_bucket_policy", "aws.sso_assignment"})
"""Kinds of one, two and many calls in which every operation is throttled, twice: each such wait takes a second or two, so the others are throttled once, in their first."""


@every_aws_kind
def test_throttled_it_asks_again_and_finds_every_path(kind_id: KindId, shared: Shared, lab: Any) -> None:
    case = shared(kind_id)
    whole = case.found()
    ops, times = (case.asked, 2) if kind_id in WHOLE else (case.asked[:1], 1)
    with ordered(lab, case, record=True, faults=[{"op": op, "code": "Throttling", "times": times} for op in ops]):
        assert case.found() == whole
        calls = httpx.get(f"{lab.plan.url('aws')}/_handoff/aws/calls", params={"account": case.seeded.scope.id}, trust_env=False).json()["calls"]
    case.reopen()
    for op in ops:
        assert calls.count(op) > times, f"{op} was not asked again"
