from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.delegation_request import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account


def request(provider: Account, client: Account) -> str:
    """A product provider asks; the request's id."""
    _, answer = provider.writer.write_for(
        "iam:CreateDelegationRequest",
        OwnerAccountId=client.id,
        Description="set up monitoring",
        Permissions={"PolicyTemplateArn": "arn:aws:iam:::delegation-template/monitoring"},
        RequestorWorkflowId="workflow-1",
        NotificationChannel="arn:aws:sns:us-east-1:222222222222:requests",
        SessionDuration=3600,
    )
    return str(answer["DelegationRequestId"])


class Seed:
    """No provider exchanges tokens in the lab, so there is nothing to try."""

    def start(self, lab: Any) -> SimpleNamespace:
        client = Account()
        return SimpleNamespace(
            scope=client.scope,
            login=client.root,
            path_id=request(Account(), client),
            bystander_id=request(Account(), client),
            tried=None,
            bystander_tried=None,
            denied=client.denied("iam:ListDelegationRequests"),
        )


SEED = Seed()


def test_who_asks_is_told_and_what_is_given_is_not_taken_back_by_call(lab_env: Mapping[str, str]) -> None:
    client, provider = Account(), Account()
    id_ = request(provider, client)
    (path,) = KIND.discover(client.writer)
    assert (Clue.AWS_ACCOUNT, provider.id) in path.clues
    assert [step.verb for step in KIND.steps(path)] == [Verb.DELETE]
    client.writer.write("iam:AcceptDelegationRequest", DelegationRequestId=id_)
    client.writer.write("iam:SendDelegationToken", DelegationRequestId=id_)
    (given,) = KIND.discover(client.writer)
    assert [step.verb for step in KIND.steps(given)] == [Verb.MANUAL]
    assert KIND.probe(client.writer, given) is Verdict.ALIVE


def test_a_rejected_request_is_none(lab_env: Mapping[str, str]) -> None:
    client = Account()
    id_ = request(Account(), client)
    assert len(list(KIND.discover(client.writer))) == 1
    client.writer.write("iam:RejectDelegationRequest", DelegationRequestId=id_)
    assert list(KIND.discover(client.writer)) == []
