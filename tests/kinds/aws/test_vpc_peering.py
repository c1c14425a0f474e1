from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.vpc_peering import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded


def peer(account: Account, owner: str) -> str:
    """The account asks another one."""
    params = {"VpcId": "vpc-00000001", "PeerVpcId": "vpc-00000002", "PeerOwnerId": owner}
    return str(made(account, "ec2:CreateVpcPeeringConnection", "VpcPeeringConnection", "VpcPeeringConnectionId", **params))


class Seed:
    """Nothing is tried: what goes through a peering are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        bad, good = peer(account, "222222222222"), peer(account, "333333333333")
        seldom = {"ec2:RejectVpcPeeringConnection": "for requests of the other side; shown by a test of its own"}
        return seeded(account, bad, good, denied="ec2:DescribeVpcPeeringConnections", seldom=seldom)


SEED = Seed()


@pytest.mark.parametrize("accepted", [False, True], ids=["asked", "accepted"])
def test_what_the_other_side_asked_for_is_rejected_until_somebody_said_yes(lab_env: Mapping[str, str], accepted: bool) -> None:
    account, provider = Account(), Account()
    name = peer(provider, account.id)
    if accepted:
        account.regional.write("ec2:AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    path = path_of(KIND, account, name)
    assert path.clues == ((Clue.AWS_ACCOUNT, provider.id),)
    cut(KIND, account, path, Verb.DELETE)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    answer: Any = account.regional.get("ec2:DescribeVpcPeeringConnections", VpcPeeringConnectionIds=[name])
    assert answer["VpcPeeringConnections"][0]["Status"]["Code"] == ("deleted" if accepted else "rejected")


def test_between_two_networks_of_the_account_there_is_no_path(lab_env: Mapping[str, str]) -> None:
    account = Account()
    peer(account, account.id)
    assert paths(KIND, account) == {}
    assert peer(account, "222222222222") in paths(KIND, account)
