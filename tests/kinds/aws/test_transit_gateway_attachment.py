from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.transit_gateway_attachment import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded

DENIED = "ec2:DescribeTransitGatewayAttachments"


def gateway(account: Account) -> str:
    return str(made(account, "ec2:CreateTransitGateway", "TransitGateway", "TransitGatewayId"))


def attach(account: Account, name: str) -> str:
    params = {"TransitGatewayId": name, "VpcId": "vpc-00000001", "SubnetIds": ["subnet-00000001"]}
    return str(made(account, "ec2:CreateTransitGatewayVpcAttachment", "TransitGatewayVpcAttachment", "TransitGatewayAttachmentId", **params))


def peer(account: Account, name: str, other: Account, others: str) -> str:
    params = {"TransitGatewayId": name, "PeerTransitGatewayId": others, "PeerAccountId": other.id, "PeerRegion": "eu-west-1"}
    return str(made(account, "ec2:CreateTransitGatewayPeeringAttachment", "TransitGatewayPeeringAttachment", "TransitGatewayAttachmentId", **params))


class Seed:
    """Nothing is tried: what goes through a gateway are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account, provider, other = Account(), Account(), Account()
        name = gateway(account)
        bad, good = attach(provider, name), attach(other, name)
        for one in (bad, good):
            account.regional.write("ec2:AcceptTransitGatewayVpcAttachment", TransitGatewayAttachmentId=one)
        why = "for attachments of another type or state; shown by tests of their own"
        seldom = dict.fromkeys(KIND.writes - {"ec2:DeleteTransitGatewayVpcAttachment"}, why)
        return seeded(account, bad, good, denied=DENIED, seldom=seldom)


SEED = Seed()


@pytest.mark.parametrize(
    ("way", "ended"),
    [
        pytest.param("their-vpc-asks", "rejected", id="their-vpc-asks"),
        pytest.param("their-gateway-was-asked", "deleted", id="their-gateway-was-asked"),
        pytest.param("own-vpc-on-theirs", "deleted", id="own-vpc-on-theirs"),
    ],
)
def test_every_way_of_joining_is_found_and_ended(lab_env: Mapping[str, str], way: str, ended: str) -> None:
    account, provider = Account(), Account()
    own, theirs = gateway(account), gateway(provider)
    attach(account, own)
    if way == "their-vpc-asks":
        name = attach(provider, own)
    elif way == "own-vpc-on-theirs":
        name = attach(account, theirs)
    else:
        name = peer(account, own, provider, theirs)
    assert paths(KIND, account).keys() == {name}
    path = path_of(KIND, account, name)
    assert path.clues == ((Clue.AWS_ACCOUNT, provider.id),)
    if way == "their-gateway-was-asked":
        provider.regional.write("ec2:AcceptTransitGatewayPeeringAttachment", TransitGatewayAttachmentId=name)
    cut(KIND, account, path, Verb.DELETE)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    answer: Any = account.regional.get(DENIED, TransitGatewayAttachmentIds=[name])
    assert answer["TransitGatewayAttachments"][0]["State"] == ended
