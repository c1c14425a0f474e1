from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.event_rule_target import KIND
from handoff.model import Clue, Verb
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, KEPT, cut, found, one, seeded, undo


def bus(owner: str) -> str:
    return f"arn:aws:events:{REGION}:{owner}:event-bus/all"


def rule(account: Account, *targets: dict[str, Any]) -> None:
    account.regional.write("events:PutRule", Name="orders", EventPattern='{"source": ["shop"]}', EventBusName="default")
    given = [{"Id": f"t{at}", "RoleArn": f"arn:aws:iam::{account.id}:role/send", **target} for at, target in enumerate(targets)]
    account.regional.write("events:PutTargets", Rule="orders", EventBusName="default", Targets=given)


def destination(account: Account, url: str) -> str:
    """An address on the internet; its ARN."""
    secret = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "hush"}}
    made: Any = account.regional.write_for("events:CreateConnection", Name="out", AuthorizationType="API_KEY", AuthParameters=secret)[1]
    given = {"ConnectionArn": made["ConnectionArn"], "InvocationEndpoint": url, "HttpMethod": "POST"}
    answer: Any = account.regional.write_for("events:CreateApiDestination", Name="out", **given)[1]
    return str(answer["ApiDestinationArn"])


class Seed:
    """Nothing is tried: it is EventBridge that delivers."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        rule(account, {"Arn": bus(CUT)}, {"Arn": bus(KEPT)}, {"Arn": destination(account, "https://hooks.vendor.example/in")})
        return seeded(KIND, account, f"#{bus(CUT)}", f"#{bus(KEPT)}", denied="events:ListTargetsByRule")


SEED = Seed()


def test_an_address_is_told_by_its_host_and_an_own_target_is_none(lab_env: Mapping[str, str]) -> None:
    account = Account()
    rule(account, {"Arn": bus(account.id)}, {"Arn": destination(account, "https://hooks.nimbus.example/T0/hush")})
    (path,) = found(KIND, account)
    assert path.clues == ((Clue.DOMAIN, "hooks.nimbus.example"),)
    assert "hush" not in str(path)


def test_what_may_be_secret_is_not_kept_and_so_not_put_back(lab_env: Mapping[str, str]) -> None:
    account = Account()
    rule(account, {"Arn": bus(CUT), "Input": '{"token": "hush"}'}, {"Arn": bus(KEPT), "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{account.id}:lost"}})
    secret, plain = one(KIND, account, bus(CUT)), one(KIND, account, bus(KEPT))
    assert [(step.verb, step.reversible) for step in KIND.steps(secret)] == [(Verb.DELETE, False)]
    assert "hush" not in str(KIND.image(account.regional, secret))
    cut(KIND, account, secret, Verb.DELETE)
    undo(KIND, account, plain, cut(KIND, account, plain))
