from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.event_pipe import KIND
from handoff.model import Clue
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, KEPT, cut, found, one, seeded, undo


def queue(owner: str) -> str:
    return f"arn:aws:sqs:{REGION}:{owner}:intake"


def pipe(account: Account, name: str, target: str) -> None:
    role = f"arn:aws:iam::{account.id}:role/pipe"
    account.regional.write("pipes:CreatePipe", Name=name, Source=f"arn:aws:sqs:{REGION}:{account.id}:orders", Target=target, RoleArn=role)


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
        pipe(account, "away", queue(CUT))
        pipe(account, "vendor", queue(KEPT))
        pipe(account, "out", destination(account, "https://hooks.vendor.example/in"))
        return seeded(KIND, account, CUT, KEPT, denied="pipes:ListPipes")


SEED = Seed()


def test_own_targets_are_none_and_an_address_is_told_by_its_host(lab_env: Mapping[str, str]) -> None:
    account = Account()
    pipe(account, "own", queue(account.id))
    assert found(KIND, account) == []
    pipe(account, "out", destination(account, "https://hooks.nimbus.example/T0/hush"))
    path = one(KIND, account, "hooks.nimbus.example")
    assert path.clues == ((Clue.DOMAIN, "hooks.nimbus.example"),)
    assert "hush" not in str(path)
    undo(KIND, account, path, cut(KIND, account, path))
