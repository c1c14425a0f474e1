from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.codebuild_source_credential import KIND
from handoff.model import Clue, Verb
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import CUT, cut, found, one, seeded


def put_in(account: Account, server: str, how: str = "PERSONAL_ACCESS_TOKEN", token: str = "not a real one") -> None:  # noqa: S107 of nobody
    account.regional.write("codebuild:ImportSourceCredentials", serverType=server, authType=how, token=token)


class Seed:
    """Nothing is tried: the lab fetches no code."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        put_in(account, "GITHUB")
        put_in(account, "GITLAB")
        return seeded(KIND, account, "token/github", "token/gitlab", denied="codebuild:ListSourceCredentials")


SEED = Seed()


def test_a_token_is_a_shared_secret_and_a_secret_of_another_account_tells_whose(lab_env: Mapping[str, str]) -> None:
    account = Account()
    put_in(account, "GITHUB")
    path = one(KIND, account, "GITHUB")
    assert path.clues[0][0] is Clue.SHARED_SECRET
    put_in(account, "GITHUB", "SECRETS_MANAGER", f"arn:aws:secretsmanager:{REGION}:{CUT}:secret:git-a1b2c3")
    assert KIND.image(account.regional, path) is None
    other = one(KIND, account, CUT)
    assert other.clues[0] == (Clue.AWS_ACCOUNT, CUT)
    cut(KIND, account, other, Verb.DELETE)
    assert found(KIND, account) == []
