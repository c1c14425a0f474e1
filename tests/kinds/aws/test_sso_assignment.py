from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.sso_assignment import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._identity_center import IdentityCenter


class Seed:
    """Nobody signs in at the lab's access portal, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        center = IdentityCenter(account)
        bad, good = center.user("jo@nimbus.example"), center.user("ann@acme.example")
        admin = center.permission_set("Admin")
        center.assign(admin, bad)
        center.assign(admin, center.group("staff", good), "GROUP")
        ids = {str(path.detail["principal_type"]): path.id for path in KIND.discover(account.regional)}
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=ids["USER"],
            bystander_id=ids["GROUP"],
            tried=None,
            bystander_tried=None,
            denied=account.denied("sso:ListAccountAssignments"),
        )


SEED = Seed()


@pytest.mark.parametrize(
    ("members", "clue"),
    [
        pytest.param(("jo@nimbus.example", "al@nimbus.example"), Clue.EMAIL, id="all-of-one-domain"),
        pytest.param(("jo@nimbus.example", "ann@acme.example"), Clue.CLIENT_OWN, id="several-domains"),
        pytest.param((), Clue.CLIENT_OWN, id="nobody"),
    ],
)
def test_whose_a_group_is(lab_env: Mapping[str, str], members: tuple[str, ...], clue: Clue) -> None:
    account = Account()
    center = IdentityCenter(account)
    center.assign(center.permission_set("Admin"), center.group("operators", *(center.user(mail) for mail in members)), "GROUP")
    (path,) = KIND.discover(account.regional)
    assert {found for found, _ in path.clues} == {clue, Clue.NAME}
    assert path.allows == f"Admin in account {account.id}"


def test_an_assignment_of_a_user_who_is_gone_is_still_one(lab_env: Mapping[str, str]) -> None:
    account = Account()
    center = IdentityCenter(account)
    user = center.user("jo@nimbus.example")
    center.assign(center.permission_set("Admin"), user)
    account.regional.write("identitystore:DeleteUser", IdentityStoreId=center.store, UserId=user)
    (path,) = KIND.discover(account.regional)
    assert [clue for clue, _ in path.clues] == [Clue.DELETED]


def test_a_users_own_assignment_goes_and_the_groups_stays(lab_env: Mapping[str, str]) -> None:
    account = Account()
    center = IdentityCenter(account)
    user, admin = center.user("jo@nimbus.example"), center.permission_set("Admin")
    center.assign(admin, user)
    center.assign(admin, center.group("operators", user), "GROUP")
    mine, groups = sorted(KIND.discover(account.regional), key=lambda path: str(path.detail["principal_type"]), reverse=True)
    list(KIND.do(account.regional, mine, Verb.DISABLE, {}, datetime.now(UTC)))
    assert KIND.probe(account.regional, mine) is Verdict.GONE
    assert KIND.probe(account.regional, groups) is Verdict.ALIVE


def test_a_region_without_identity_center_has_none(lab_env: Mapping[str, str]) -> None:
    assert list(KIND.discover(Account().regional)) == []
