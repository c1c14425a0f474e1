from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.mfa_seed import KIND
from handoff.model import Clue, Login, Verb, Verdict
from tests.kinds.aws._account import Account


def enrol(account: Account, maker: Login, user: str) -> None:
    """A virtual device for a user, made and enabled by somebody."""
    hands = account.cloud.open(account.scope, maker)
    serial = hands.write_for("iam:CreateVirtualMFADevice", VirtualMFADeviceName=user)[1]["VirtualMFADevice"]["SerialNumber"]
    hands.write("iam:EnableMFADevice", UserName=user, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321")


class Seed:
    """A second factor alone opens nothing, so there is nothing to try; only its user can put another in its place."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad, good = account.user("nimbus"), account.user("acme")
        account.user("ann", may=[])
        account.user("bob", may=[])
        enrol(account, bad, "ann")
        enrol(account, good, "bob")
        ids = {path.holder: path.id for path in KIND.discover(account.regional)}
        return SimpleNamespace(
            scope=account.region,
            login=account.root,
            path_id=ids[bad.principal],
            bystander_id=ids[good.principal],
            tried=None,
            bystander_tried=None,
            denied=account.denied("cloudtrail:LookupEvents"),
        )


SEED = Seed()


def test_whoever_made_it_holds_it_until_the_user_has_another(lab_env: Mapping[str, str]) -> None:
    account = Account()
    provider = account.user("nimbus", tags={"party": "nimbus"})
    own = account.user("ann")
    enrol(account, own, "ann")
    assert list(KIND.discover(account.regional)) == [], "who sets up a device for oneself shows the seed to nobody"
    account.user("bob", may=[])
    enrol(account, provider, "bob")
    (path,) = KIND.discover(account.regional)
    assert path.holder == provider.principal
    assert (Clue.TAG, "party=nimbus") in path.clues
    (step,) = KIND.steps(path)
    assert step.verb is Verb.MANUAL
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
    account.writer.write("iam:DeactivateMFADevice", UserName="bob", SerialNumber=path.detail["serial"])
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert list(KIND.discover(account.regional)) == []
