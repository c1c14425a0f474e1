from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.code_connection import KIND
from handoff.model import Clue, Scope, ScopeType
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import one, seeded


def connect(account: Account, name: str, **given: object) -> None:
    account.regional.write("codeconnections:CreateConnection", ConnectionName=name, **({"ProviderType": "GitHub"} | given))


class Seed:
    """Nothing is tried: the lab fetches no code."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        connect(account, "nimbus-shop")
        connect(account, "acme-shop")
        return seeded(KIND, account, "nimbus-shop", "acme-shop", denied="codeconnections:ListConnections")


SEED = Seed()


def test_host_and_tags_tell_whose_it_is(lab_env: Mapping[str, str]) -> None:
    account = Account()
    host = {"Name": "git", "ProviderType": "GitLabSelfManaged", "ProviderEndpoint": "https://git.nimbus.example:8443"}
    made: Any = account.regional.write_for("codeconnections:CreateHost", **host)[1]
    account.regional.write(
        "codeconnections:CreateConnection", ConnectionName="shop", HostArn=made["HostArn"], Tags=[{"Key": "owner", "Value": "ops@nimbus.example"}]
    )
    clues = one(KIND, account, "shop").clues
    assert {(Clue.DOMAIN, "git.nimbus.example"), (Clue.TAG, "owner=ops@nimbus.example"), (Clue.EMAIL, "ops@nimbus.example")} <= set(clues)
    connect(account, "bare")
    assert all(clue in {Clue.NAME} for clue, _ in one(KIND, account, "bare").clues)


def test_every_region_lists_it_and_it_belongs_to_the_one_it_was_made_in(lab_env: Mapping[str, str]) -> None:
    account = Account()
    connect(account, "shop")
    other = account.cloud.open(Scope(type=ScopeType.AWS_REGION, id=account.id, region="us-east-1"), account.root)
    assert [one["ConnectionName"] for one in other.read("codeconnections:ListConnections")] == ["shop"]
    assert list(KIND.discover(other)) == []
    assert one(KIND, account, "shop").scope.region == REGION
