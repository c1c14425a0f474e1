from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.rolesanywhere_subject import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws import _anywhere
from tests.kinds.aws._account import Account


class Seed:
    """No call ends one certificate: a person revokes it. The lab gives no sessions for certificates, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        _anywhere.anchor(account, "nimbus", seen="CN=bastion,O=Nimbus")
        _anywhere.anchor(account, "acme", seen="CN=batch,O=Acme")
        ids = {path.holder: path.id for path in KIND.discover(account.regional)}
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=ids["CN=bastion,O=Nimbus"],
            bystander_id=ids["CN=batch,O=Acme"],
            tried=None,
            bystander_tried=None,
            denied=account.denied("rolesanywhere:ListSubjects"),
        )


SEED = Seed()


def test_it_is_its_anchors_and_goes_with_it(lab_env: Mapping[str, str]) -> None:
    account = Account()
    arn = _anywhere.anchor(account, "nimbus", seen="CN=bastion,emailAddress=ops@nimbus.example", party="nimbus")
    (path,) = KIND.discover(account.regional)
    assert {(Clue.EMAIL, "ops@nimbus.example"), (Clue.TAG, "party=nimbus")} <= set(path.clues)
    assert [step.verb for step in KIND.steps(path)] == [Verb.MANUAL]
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
    account.regional.write("rolesanywhere:DisableTrustAnchor", trustAnchorId=arn.rsplit("/", 1)[-1])
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert list(KIND.discover(account.regional)) == []
