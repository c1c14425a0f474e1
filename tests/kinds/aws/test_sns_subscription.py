from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.sns_subscription import KIND
from handoff.model import Clue, Json, Scope
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, KEPT, found, seeded


def topic(account: Account, *ends: str) -> str:
    made: Any = account.regional.write_for("sns:CreateTopic", Name="orders")[1]
    for end in ends:
        account.regional.write("sns:Subscribe", TopicArn=made["TopicArn"], Protocol="sqs", Endpoint=end, ReturnSubscriptionArn=True)
    return str(made["TopicArn"])


def queue(owner: str) -> str:
    return f"arn:aws:sqs:{REGION}:{owner}:intake"


class Seed:
    """Nothing is tried: it is SNS that delivers."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        topic(account, queue(CUT), queue(KEPT), queue(account.id))
        return seeded(KIND, account, CUT, KEPT, denied="sns:ListSubscriptionsByTopic")


SEED = Seed()


def test_own_queues_are_none(lab_env: Mapping[str, str]) -> None:
    account = Account()
    topic(account, queue(account.id))
    assert found(KIND, account) == []


class Told:
    """A region with one topic and these confirmed subscriptions: the lab has no mailbox that could confirm one."""

    def __init__(self, account: Account, *ends: str) -> None:
        self.scope: Scope = account.region
        self._ends = ends

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        arn = f"arn:aws:sns:{REGION}:{self.scope.id}:orders"
        if op == "sns:ListTopics":
            yield {"TopicArn": arn}
            return
        for at, end in enumerate(self._ends):
            known = end.removeprefix("pending ")
            yield {
                "SubscriptionArn": f"{arn}:{at}" if known == end else "PendingConfirmation",
                "Owner": self.scope.id,
                "Protocol": "any",
                "Endpoint": known,
                "TopicArn": arn,
            }

    def get(self, op: str, /, **params: object) -> Json | None:
        raise AssertionError(f"{op} is not asked for")


def test_mail_host_and_telephone_are_told_an_address_is_never_shown_whole_and_what_nobody_confirmed_is_none() -> None:
    ends = ("desk@nimbus.example", "https://robot:hush@hooks.nimbus.example/services/T0/hush?key=hush", "+491701234567", "pending desk@acme.example")
    paths = list(KIND.discover(Told(Account("345678901234"), *ends)))
    assert [path.clues for path in paths] == [((Clue.EMAIL, "desk@nimbus.example"),), ((Clue.DOMAIN, "hooks.nimbus.example"),), ((Clue.NAME, "+491701234567"),)]
    assert "hush" not in str(paths)
