from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff import canonical
from handoff.kinds.aws.vpn_connection import KIND
from handoff.model import Clue, Json, Scope
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import made, path_of, seeded

KEY = "a-pre-shared-key-that-is-not-real"


def vpn(account: Account, address: str) -> str:
    device = made(account, "ec2:CreateCustomerGateway", "CustomerGateway", "CustomerGatewayId", BgpAsn=65000, PublicIp=address, Type="ipsec.1")
    gateway = made(account, "ec2:CreateVpnGateway", "VpnGateway", "VpnGatewayId", Type="ipsec.1")
    params = {"Type": "ipsec.1", "CustomerGatewayId": device, "VpnGatewayId": gateway}
    return str(made(account, "ec2:CreateVpnConnection", "VpnConnection", "VpnConnectionId", **params))


class Seed:
    """Nothing is tried: what goes through a tunnel are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        return seeded(account, vpn(account, "203.0.113.7"), vpn(account, "198.51.100.7"), denied="ec2:DescribeVpnConnections")


SEED = Seed()


def test_the_address_of_the_other_end_and_tags_tell_whose_it_is(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = vpn(account, "203.0.113.7")
    account.regional.write("ec2:CreateTags", Resources=[name], Tags=[{"Key": "team", "Value": "nimbus"}])
    path = path_of(KIND, account, name)
    assert {(Clue.CIDR, "203.0.113.7/32"), (Clue.TAG, "team=nimbus")} <= set(path.clues)
    assert (Clue.SHARED_SECRET, "whoever could describe the connection knows its pre-shared keys") in path.clues


class Told:
    """A reader that answers as AWS does, pre-shared keys and all: the lab's AWS has none to tell."""

    scope: Scope = Account().region

    def read(self, op: str, /, **params: object) -> Any:
        answers: dict[str, Json] = {
            "ec2:DescribeCustomerGateways": {"CustomerGatewayId": "cgw-1", "IpAddress": "203.0.113.7"},
            "ec2:DescribeVpnConnections": {
                "VpnConnectionId": "vpn-1",
                "State": "available",
                "CustomerGatewayId": "cgw-1",
                "CustomerGatewayConfiguration": f"<pre_shared_key>{KEY}</pre_shared_key>",
                "Options": {"TunnelOptions": [{"PreSharedKey": KEY}]},
            },
        }
        return iter([answers[op]])

    def get(self, op: str, /, **params: object) -> Any:
        return {"VpnConnections": list(self.read(op, **params))}


def test_pre_shared_keys_stay_where_they_are() -> None:
    (path,) = KIND.discover(Told())
    assert path.id == "vpn-1"
    assert KEY not in canonical.encode((path, KIND.image(Told(), path))).decode()
