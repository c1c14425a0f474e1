from __future__ import annotations

from collections.abc import Mapping

from handoff.kinds.aws.sqs_queue_policy import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account, document
from tests.kinds.aws._resource_policies import PolicySeed


def make(account: Account) -> str:
    _, answer = account.regional.write_for("sqs:CreateQueue", QueueName="records")
    return str(answer["QueueUrl"])


def put(account: Account, made: str, text: str) -> None:
    account.regional.write("sqs:SetQueueAttributes", QueueUrl=made, Attributes={"Policy": text})


SEED = PolicySeed(
    kind=KIND,
    make=make,
    put=put,
    action="sqs:SendMessage",
    denied="sqs:GetQueueAttributes",
    resource=lambda made: "*",
    tried=lambda made: ("sqs:SendMessage", {"QueueUrl": made, "MessageBody": "hello"}),
    abroad=True,
)


def test_the_last_statement_takes_the_policy_along_and_comes_back_as_it_was(lab_env: Mapping[str, str]) -> None:
    assert SEED.cut_the_last() is None


def test_a_service_that_acts_for_somebody_elses_topic_is_that_somebodys(lab_env: Mapping[str, str]) -> None:
    account = Account()
    made = make(account)
    source = {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:222222222222:alarms"}}
    put(account, made, document(SEED.statement(made, {"Service": "sns.amazonaws.com"}, Condition=source)))
    (path,) = SEED.paths(account)
    assert {(Clue.AWS_SERVICE, "sns.amazonaws.com"), (Clue.AWS_ACCOUNT, "222222222222")} <= set(path.clues)
