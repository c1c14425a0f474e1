from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.ec2_instance_connect_endpoint import KIND
from handoff.model import Clue
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import made, path_of, seeded, tags


def endpoint(account: Account, **more: object) -> str:
    answer = made(account, "ec2:CreateInstanceConnectEndpoint", "InstanceConnectEndpoint", SubnetId="subnet-00000001", **more)
    return str(answer["InstanceConnectEndpointId"])


class Seed:
    """Nothing is tried: what a tunnel leads to are hosts, and the lab has none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(account, endpoint(account), endpoint(account), denied="ec2:DescribeInstanceConnectEndpoints")


SEED = Seed()


def test_it_is_the_accounts_own_but_a_tag_may_say_otherwise(lab_env: Mapping[str, str]) -> None:
    account = Account()
    path = path_of(KIND, account, endpoint(account, TagSpecifications=tags("instance-connect-endpoint", team="nimbus")))
    assert path.clues == ((Clue.TAG, "team=nimbus"), (Clue.AWS_ACCOUNT, account.id))
