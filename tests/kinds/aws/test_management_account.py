from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.management_account import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws import _organization
from tests.kinds.aws._account import Account


class Seed:
    """An account has one management account, so the path is its own bystander; only a person can end it, and no call tries it."""

    def start(self, lab: Any) -> SimpleNamespace:
        inside = _organization.account_of(_organization.member(Account(), "root@acme.example"))
        (path,) = KIND.discover(inside.writer)
        return SimpleNamespace(
            scope=inside.scope,
            login=inside.root,
            path_id=path.id,
            bystander_id=path.id,
            tried=None,
            bystander_tried=None,
            denied=inside.denied("organizations:DescribeOrganization"),
        )


SEED = Seed()


def test_it_is_the_managers_until_the_account_has_left(lab_env: Mapping[str, str]) -> None:
    provider = Account()
    inside = _organization.account_of(_organization.member(provider, "root@acme.example"))
    (path,) = KIND.discover(inside.writer)
    assert (Clue.AWS_ACCOUNT, provider.id) in path.clues
    (step,) = KIND.steps(path)
    assert step.verb is Verb.MANUAL
    assert "LeaveOrganization" in step.effect
    assert KIND.probe(inside.writer, path) is Verdict.ALIVE
    inside.writer.write("organizations:LeaveOrganization")
    assert KIND.probe(inside.writer, path) is Verdict.GONE
    assert list(KIND.discover(inside.writer)) == []


def test_an_account_that_manages_its_own_has_none(lab_env: Mapping[str, str]) -> None:
    assert list(KIND.discover(Account().writer)) == []
