from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.sso_identity_source import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._identity_center import IdentityCenter


class Seed:
    """An account has one Identity Center, so the path is its own bystander; only a person can end it, and no call tries it."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        id_ = f"{IdentityCenter(account).arn}#identity-source"
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=id_,
            bystander_id=id_,
            tried=None,
            bystander_tried=None,
            denied=account.denied("sso:ListInstances"),
        )


SEED = Seed()


def test_a_person_is_told_where_to_look_and_it_stays_until_the_instance_goes(lab_env: Mapping[str, str]) -> None:
    account = Account()
    center = IdentityCenter(account)
    center.user("jo@nimbus.example")
    (path,) = KIND.discover(account.regional)
    assert [clue for clue, _ in path.clues] == [Clue.SHARED_SECRET]
    (step,) = KIND.steps(path)
    assert step.verb is Verb.MANUAL
    assert "Identity source" in step.effect
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
    account.regional.write("sso-admin:DeleteInstance", InstanceArn=center.arn)
    assert KIND.probe(account.regional, path) is Verdict.GONE
