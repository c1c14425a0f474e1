from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff import canonical
from handoff.kinds.aws.appsync_api_key import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, seeded


def api(account: Account, name: str) -> str:
    return str(made(account, "appsync:CreateGraphqlApi", "graphqlApi", "apiId", name=name, authenticationType="API_KEY"))


def key(account: Account, api_id: str, description: str = "") -> tuple[str, str]:
    """The key itself, and its path's id."""
    secret = str(made(account, "appsync:CreateApiKey", "apiKey", "id", apiId=api_id, description=description))
    return secret, f"arn:aws:appsync:{account.region.region}:{account.id}:apis/{api_id}#sha256:{hashlib.sha256(secret.encode()).hexdigest()}"


class Seed:
    """Nothing is tried: a key is sent to an API's own address, which is no call of AWS's API."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        records = api(account, "records")
        return seeded(account, key(account, records)[1], key(account, records)[1], denied="appsync:ListApiKeys")


SEED = Seed()


def test_the_id_is_the_secret_so_only_its_digest_is_kept(lab_env: Mapping[str, str]) -> None:
    account = Account()
    records = api(account, "records")
    secret, name = key(account, records, "for dev@nimbus.example")
    path = path_of(KIND, account, name)
    before = cut(KIND, account, path, Verb.DELETE)
    assert (Clue.EMAIL, "dev@nimbus.example") in path.clues
    assert secret not in canonical.encode((path, before)).decode()
    assert [item for item in account.regional.read("appsync:ListApiKeys", apiId=records) if item["id"] == secret] == []


def test_a_key_goes_with_its_api(lab_env: Mapping[str, str]) -> None:
    account = Account()
    records = api(account, "records")
    path = path_of(KIND, account, key(account, records)[1])
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
    account.regional.write("appsync:DeleteGraphqlApi", apiId=records)
    assert KIND.probe(account.regional, path) is Verdict.GONE
