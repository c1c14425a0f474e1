from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff import registry
from handoff.engine.attribute import Attribution
from handoff.engine.fence import POLICY_CHARACTERS, RCP_SERVICES, Who, actions_of, make, principals_of
from handoff.engine.plan import Found
from handoff.model import AccessPath, KindId, Party, Scope, ScopeType
from handoff.powers import Fencing

ACCOUNT = "111111111111"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/acme-admin"
EVE = f"arn:aws:iam::{ACCOUNT}:user/eve"


def who(**more: Any) -> Who:
    return Who(**{"principals": (EVE,), "tags": (), "accounts": (), "spared": (ADMIN,), **more})


def statement(document: Any) -> Any:
    return document["Statement"][0]


def test_every_kind_of_aws_says_how_it_is_opened() -> None:
    silent = [kind.id for kind in registry.kinds("aws").values() if not isinstance(kind, Fencing)]
    assert not silent


def test_the_named_are_stopped_and_the_administrators_never() -> None:
    made = make(("iam:CreateAccessKey",), who())
    only = statement(made.service_control[0])
    assert only["Effect"] == "Deny"
    assert only["Action"] == ["iam:CreateAccessKey"]
    assert only["Condition"] == {"ArnLike": {"aws:PrincipalArn": [EVE]}, "ArnNotLike": {"aws:PrincipalArn": [ADMIN]}}
    assert not made.resource_control


def test_a_tag_and_an_account_have_conditions_of_their_own() -> None:
    made = make(("iam:CreateAccessKey", "s3:PutBucketPolicy"), who(principals=(), tags=("handoff:party=provider",), accounts=("222222222222",)))
    assert statement(made.service_control[0])["Condition"]["StringEquals"] == {"aws:PrincipalTag/handoff:party": "provider"}
    outside = statement(made.resource_control[0])
    assert outside["Principal"] == "*"
    assert outside["Action"] == ["s3:PutBucketPolicy"]
    assert outside["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ["222222222222"]}, "ArnNotLike": {"aws:PrincipalArn": [ADMIN]}}


def test_a_fence_around_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        make(("iam:CreateAccessKey",), who(principals=()))


def test_the_principals_are_the_estates_own_users_and_roles_that_the_provider_holds() -> None:
    scope = Scope(type=ScopeType.AWS_ACCOUNT, id=ACCOUNT)

    def found(holder: str, party: Party, **detail: object) -> Found:
        path = AccessPath(kind=KindId("aws.x"), id=holder, scope=scope, holder=holder, allows="x", detail=detail)
        return Found(path=path, attribution=Attribution(party=party, why="x"))

    role = f"arn:aws:iam::{ACCOUNT}:role/deploy"
    seen = principals_of(
        [
            found(EVE, Party.PROVIDER),
            found("arn:aws:iam::222222222222:root", Party.PROVIDER, role_arn=role),
            found(f"arn:aws:iam::{ACCOUNT}:user/ada", Party.CLIENT),
            found("arn:aws:iam::222222222222:user/mallory", Party.PROVIDER),
        ],
        frozenset({ACCOUNT}),
    )
    assert seen == (role, EVE)


@given(st.integers(min_value=1, max_value=400), st.integers(min_value=1, max_value=30))
def test_no_action_is_lost_and_every_document_fits(actions: int, people: int) -> None:
    named = tuple(f"{('iam', 's3', 'ec2')[number % 3]}:Operation{number}" for number in range(actions))
    made = make(named, who(principals=tuple(f"{EVE}{number}" for number in range(people)), accounts=("222222222222",)))
    for documents, wanted in (
        (made.service_control, set(named)),
        (made.principal, set(named)),
        (made.resource_control, {action for action in named if action.split(":")[0] in RCP_SERVICES}),
    ):
        assert {action for document in documents for action in statement(document)["Action"]} == wanted
        assert all(len(json.dumps(document, separators=(",", ":"))) <= POLICY_CHARACTERS for document in documents)
        assert all(statement(document)["Effect"] == "Deny" for document in documents)


def test_the_real_kinds_fit() -> None:
    actions = actions_of(registry.kinds("aws").values())
    assert "iam:CreateAccessKey" in actions
    made = make(actions, who(tags=("handoff:party=provider",), accounts=("222222222222",)))
    assert {action for document in made.principal for action in statement(document)["Action"]} == set(actions)
