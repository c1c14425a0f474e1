from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.alternate_contact import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account


def put(account: Account, kind: str, mail: str) -> str:
    """Its path's id."""
    account.writer.write("account:PutAlternateContact", AlternateContactType=kind, EmailAddress=mail, Name="Jo", PhoneNumber="+1", Title="desk")
    return f"{account.id}#{kind}#{mail}"


class Seed:
    """AWS writes to nobody in the lab, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return SimpleNamespace(
            scope=account.scope,
            login=account.root,
            path_id=put(account, "SECURITY", "desk@nimbus.example"),
            bystander_id=put(account, "BILLING", "pay@acme.example"),
            tried=None,
            bystander_tried=None,
            denied=account.denied("account:GetAlternateContact"),
        )


SEED = Seed()


def test_somebody_elses_address_that_came_meanwhile_is_left_alone(lab_env: Mapping[str, str]) -> None:
    account = Account()
    put(account, "SECURITY", "desk@nimbus.example")
    (path,) = KIND.discover(account.writer)
    assert (Clue.EMAIL, "desk@nimbus.example") in path.clues
    before = KIND.image(account.writer, path)
    assert before is not None
    put(account, "SECURITY", "desk@acme.example")
    assert KIND.probe(account.writer, path) is Verdict.GONE
    assert list(KIND.do(account.writer, path, Verb.DISABLE, before, datetime.now(UTC))) == []
    assert list(KIND.undo(account.writer, path, Verb.DISABLE, before)) == []
    (now,) = KIND.discover(account.writer)
    assert now.holder == "desk@acme.example"
