from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.sso_group_membership import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._identity_center import IdentityCenter


class Seed:
    """Nobody signs in at the lab's access portal, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        center = IdentityCenter(account)
        bad, good = center.user("jo@nimbus.example"), center.user("ann@acme.example")
        center.group("operators", bad, good)
        ids = {str(path.detail["user_id"]): path.id for path in KIND.discover(account.regional)}
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=ids[bad],
            bystander_id=ids[good],
            tried=None,
            bystander_tried=None,
            denied=account.denied("identitystore:ListGroupMemberships"),
        )


SEED = Seed()


def test_one_group_is_left_and_the_other_is_not(lab_env: Mapping[str, str]) -> None:
    account = Account()
    center = IdentityCenter(account)
    user = center.user("jo@nimbus.example")
    first, second = center.group("operators", user), center.group("readers", user)
    paths = {path.detail["group_id"]: path for path in KIND.discover(account.regional)}
    assert (Clue.EMAIL, "jo@nimbus.example") in paths[first].clues
    list(KIND.do(account.regional, paths[first], Verb.DISABLE, {}, datetime.now(UTC)))
    assert KIND.probe(account.regional, paths[first]) is Verdict.GONE
    assert KIND.probe(account.regional, paths[second]) is Verdict.ALIVE


def test_put_back_it_is_the_same_path_again(lab_env: Mapping[str, str]) -> None:
    account = Account()
    center = IdentityCenter(account)
    center.group("operators", center.user("jo@nimbus.example"))
    (path,) = KIND.discover(account.regional)
    before = KIND.image(account.regional, path)
    assert before is not None
    list(KIND.do(account.regional, path, Verb.DISABLE, before, datetime.now(UTC)))
    assert list(KIND.discover(account.regional)) == []
    list(KIND.undo(account.regional, path, Verb.DISABLE, before))
    assert [found.id for found in KIND.discover(account.regional)] == [path.id]
