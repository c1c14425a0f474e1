from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.sns_topic_policy import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import FOREIGN, PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("sns:CreateTopic", Name="records")
    return str(answer["TopicArn"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("sns:SetTopicAttributes", TopicArn=made, AttributeName="Policy", AttributeValue=text)


SEED = PolicySeed(
    kind=KIND,
    make=make,
    put=put,
    action="sns:Publish",
    denied="sns:GetTopicAttributes",
    tried=lambda made: ("sns:Publish", {"TopicArn": made, "Message": "hello"}),
    abroad=True,
)


def test_a_policy_that_cannot_be_removed_keeps_its_own_account_only(lab_env: Mapping[str, str]) -> None:
    (kept,) = SEED.cut_the_last()["Statement"]
    assert kept["Sid"] == "HandoffOwnAccountOnly"
    assert kept["Principal"]["AWS"].endswith(":root")
    assert kept["Principal"]["AWS"] not in FOREIGN


def test_the_policy_that_sns_gives_every_topic_is_the_accounts_own_and_not_public(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    (path,) = SEED.paths(account)
    assert path.holder == "*"
    assert path.clues == ((Clue.AWS_ACCOUNT, account.id),)
    put(account, made, document(SEED.statement(made, "*")))
    (path,) = SEED.paths(account)
    assert path.clues == ((Clue.EVERYONE, "anyone"),)
