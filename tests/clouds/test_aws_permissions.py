"""The generated policies: real actions, no more than the kinds declare, and small enough for IAM."""

from __future__ import annotations

from typing import Any

import pytest
from policy_sentry.querying.all import get_all_actions

from handoff import registry
from handoff.clouds._aws_permissions import POLICY_CHARACTERS, actions, documents, size
from handoff.powers import Fencing
from handoff.runs.permissions import Role, operations

KNOWN = {action.lower() for action in get_all_actions()}
NEWER = frozenset(
    {
        "iam:updatedelegationrequest",  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateDelegationRequest.html (read 2026-11-22)
        "lambda:deleteresourcepolicy",  # https://docs.aws.amazon.com/lambda/latest/api/API_DeleteResourcePolicy.html (read 2026-11-22)
        "lambda:putresourcepolicy",  # https://docs.aws.amazon.com/lambda/latest/api/API_PutResourcePolicy.html (read 2026-11-22)
    }
)
"""Actions that AWS documents and the data set of 0.15.2 does not have yet, each with its page."""


def named(made: tuple[Any, ...]) -> list[str]:
    return [action for document in made for statement in document["Statement"] for action in statement["Action"]]


@pytest.mark.parametrize("kind_id", sorted(registry.kinds("aws")))
def test_every_action_is_one_of_aws(kind_id: str) -> None:
    kind: Any = registry.kinds("aws")[kind_id]  # type: ignore[index]
    fences = kind.fences if isinstance(kind, Fencing) else frozenset()
    unknown = {action for action in (*actions(kind.reads | kind.writes), *fences) if action.lower() not in KNOWN | NEWER}
    assert not unknown


def test_a_made_up_action_would_be_seen() -> None:
    assert "iam:listeverything" not in KNOWN
    assert "iam:listusers" in KNOWN


@pytest.mark.parametrize("role", Role)
def test_no_more_and_no_less_than_the_kinds_declare(role: Role) -> None:
    wanted = actions(operations("aws", role))
    made = documents(wanted, sid="Test")
    assert sorted(named(made)) == sorted(wanted)
    assert not any("*" in action for action in named(made))
    assert all(size(document) <= POLICY_CHARACTERS for document in made)


def test_the_auditor_may_write_nothing() -> None:
    auditor, operator = (set(actions(operations("aws", role))) for role in (Role.AUDITOR, Role.OPERATOR))
    writes = {action for kind in registry.kinds("aws").values() for action in actions(kind.writes)}
    reads = {action for kind in registry.kinds("aws").values() for action in actions(kind.reads)}
    assert auditor < operator
    assert "iam:DeleteAccessKey" in operator
    assert not auditor & (writes - reads)


def test_many_actions_become_several_policies() -> None:
    many = [f"service{number % 7}:Action{number:05d}" for number in range(1000)]
    made = documents(many, sid="Test")
    assert len(made) > 1
    assert sorted(named(made)) == sorted(many)
    assert all(size(document) <= POLICY_CHARACTERS for document in made)
