from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.oam_sink_policy import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("oam:CreateSink", Name="records")
    return str(answer["Arn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("oam:PutSinkPolicy", SinkIdentifier=made, Policy=text)


SEED = PolicySeed(kind=KIND, make=make, put=put, action="oam:CreateLink", denied="oam:GetSinkPolicy", resource=lambda made: "*")
"""Nothing in the lab links telemetry, so no try."""


def test_a_policy_that_cannot_be_removed_keeps_its_own_account_only(lab_env: Mapping[str, str]) -> None:
    (kept,) = SEED.cut_the_last()["Statement"]
    assert kept["Sid"] == "HandoffOwnAccountOnly"
    assert kept["Principal"]["AWS"].endswith(":root")
    assert kept["Principal"]["AWS"] not in FOREIGN


def test_a_sink_without_a_policy_has_no_path(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    assert SEED.paths(account) == []
    put(account, made, document(SEED.statement(made, "*", Condition={"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "o-nimbus"}})))
    (path,) = SEED.paths(account)
    assert path.clues == ((Clue.AWS_ORG, "o-nimbus"),)
