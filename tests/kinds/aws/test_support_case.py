from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.support_case import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import found, one, seeded


def case(account: Account, *copied: str) -> str:
    made: Any = account.writer.write_for("support:CreateCase", subject="limits", communicationBody="more, please", ccEmailAddresses=list(copied))[1]
    return str(made["caseId"])


class Seed:
    """Nothing is tried: it is mail that goes out."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        case(account, "desk@nimbus.example", "desk@acme.example")
        return seeded(KIND, account, "desk@nimbus.example", "desk@acme.example", denied="support:DescribeCases")


SEED = Seed()


def test_a_resolved_case_is_none(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = case(account, "desk@nimbus.example")
    path = one(KIND, account, "desk@nimbus.example")
    assert (Clue.EMAIL, "desk@nimbus.example") in path.clues
    assert [step.verb for step in KIND.steps(path)] == [Verb.MANUAL]
    account.writer.write("support:ResolveCase", caseId=name)
    assert KIND.probe(account.writer, path) is Verdict.GONE
    assert found(KIND, account) == []
