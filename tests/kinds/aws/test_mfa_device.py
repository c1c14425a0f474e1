from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.mfa_device import KIND
from handoff.model import AccessPath, Clue, Verb, Verdict
from tests.kinds.aws._account import Account


def enrol(account: Account, user: str) -> str:
    """A virtual device of a user; its serial number."""
    _, answer = account.writer.write_for("iam:CreateVirtualMFADevice", VirtualMFADeviceName=user)
    made: Any = answer["VirtualMFADevice"]
    account.writer.write("iam:EnableMFADevice", UserName=user, SerialNumber=made["SerialNumber"], AuthenticationCode1="123456", AuthenticationCode2="654321")
    return str(made["SerialNumber"])


def path_of(account: Account, serial: str) -> AccessPath:
    return next(path for path in KIND.discover(account.writer) if path.detail["serial"] == serial)


class Seed:
    """A second factor alone opens nothing, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        account.user("nimbus", may=[])
        account.user("acme", may=[])
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=path_of(account, enrol(account, "nimbus")).id,
            bystander_id=path_of(account, enrol(account, "acme")).id,
            tried=None,
            bystander_tried=None,
            denied=account.denied("iam:ListMFADevices"),
        )


SEED = Seed()


def test_it_is_its_users_and_nobody_is_said_to_hold_the_seed(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.user("jo@nimbus.example", may=[], tags={"party": "nimbus"})
    path = path_of(account, enrol(account, "jo@nimbus.example"))
    assert set(path.clues) == {(Clue.AWS_ARN, path.holder), (Clue.TAG, "party=nimbus"), (Clue.EMAIL, "jo@nimbus.example")}


def test_killed_between_its_two_writes_it_finishes(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.user("nimbus", may=[])
    path = path_of(account, enrol(account, "nimbus"))
    before = KIND.image(account.writer, path)
    assert before is not None
    next(iter(KIND.do(account.writer, path, Verb.DELETE, before, datetime.now(UTC))))
    assert [item["SerialNumber"] for item in account.writer.read("iam:ListVirtualMFADevices", AssignmentStatus="Unassigned")] == [path.detail["serial"]]
    assert [receipt.op for receipt in KIND.do(account.writer, path, Verb.DELETE, before, datetime.now(UTC))] == ["iam:DeleteVirtualMFADevice"]
    assert list(account.writer.read("iam:ListVirtualMFADevices", AssignmentStatus="Any")) == []


def test_a_device_made_anew_under_the_same_number_is_left_alone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.user("nimbus", may=[])
    serial = enrol(account, "nimbus")
    old = path_of(account, serial)
    earlier = AccessPath(
        kind=old.kind, id=f"{serial}#before", scope=old.scope, holder=old.holder, allows=old.allows, detail={**old.detail, "enabled": "2020-01-01T00:00:00Z"}
    )
    assert KIND.probe(account.writer, earlier) is Verdict.GONE
    assert list(KIND.do(account.writer, earlier, Verb.DELETE, {}, datetime.now(UTC))) == []
    assert KIND.probe(account.writer, old) is Verdict.ALIVE
