from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff import canonical
from handoff.kinds.aws.api_gateway_key import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded

VALUE = "not-a-real-key-but-long-enough"


def key(account: Account, name: str, **more: object) -> str:
    return str(made(account, "apigateway:CreateApiKey", "id", name=name, enabled=True, **more))


class Seed:
    """Nothing is tried: a key is sent to an API's own address, which is no call of AWS's API."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(account, key(account, "nimbus"), key(account, "acme"), denied="apigateway:GET")


SEED = Seed()


def test_it_is_a_shared_secret_unless_something_on_it_says_whose(lab_env: Mapping[str, str]) -> None:
    account = Account()
    plain, marked = key(account, "plain"), key(account, "billing", description="for billing@acme.example", tags={"owner": "acme"})
    found = paths(KIND, account)
    assert {clue for clue, _ in found[plain].clues} == {Clue.NAME, Clue.SHARED_SECRET}
    assert {(Clue.TAG, "owner=acme"), (Clue.EMAIL, "billing@acme.example")} <= set(found[marked].clues)


def test_its_value_is_nowhere(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = key(account, "nimbus", value=VALUE)
    path = path_of(KIND, account, name)
    before = cut(KIND, account, path)
    assert VALUE not in canonical.encode(path).decode()
    assert before == {"enabled": True}
    answer: Any = account.regional.get("apigateway:GetApiKey", apiKey=name, includeValue=True)
    assert (answer["value"], answer["enabled"]) == (VALUE, False)
