from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.codepipeline_webhook import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._picked import one, seeded


def hook(account: Account, name: str, how: str = "GITHUB_HMAC", **configuration: str) -> None:
    about = {"name": name, "targetPipeline": "shop", "targetAction": "Source", "filters": [{"jsonPath": "$.ref"}], "authentication": how}
    account.regional.write("codepipeline:PutWebhook", webhook={**about, "authenticationConfiguration": configuration})


class Seed:
    """Nothing is tried: no code host calls the lab."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        hook(account, "from-nimbus", SecretToken="hush")
        hook(account, "from-acme", SecretToken="hush")
        return seeded(KIND, account, "from-nimbus", "from-acme", denied="codepipeline:ListWebhooks")


SEED = Seed()


def test_who_may_call_it_and_no_token_anywhere(lab_env: Mapping[str, str]) -> None:
    account = Account()
    hook(account, "token", SecretToken="hush")
    hook(account, "address", "IP", AllowedIPRange="203.0.113.0/24")
    hook(account, "open", "UNAUTHENTICATED")
    clues = {name: {clue for clue, _ in one(KIND, account, f"webhook:{name}").clues} for name in ("token", "address", "open")}
    assert clues == {"token": {Clue.SHARED_SECRET}, "address": {Clue.CIDR}, "open": {Clue.EVERYONE}}
    path = one(KIND, account, "webhook:token")
    assert "hush" not in json.dumps([path.id, path.holder, path.clues, path.detail, KIND.image(account.regional, path)], default=str)
