from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.vpc_endpoint_connection import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, paths, seeded

BALANCER = "arn:aws:elasticloadbalancing:::loadbalancer/net/records/1"


def service(account: Account, *, asks: bool = False) -> tuple[str, str]:
    """A service's id and name."""
    op = "ec2:CreateVpcEndpointServiceConfiguration"
    answer = made(account, op, "ServiceConfiguration", NetworkLoadBalancerArns=[BALANCER], AcceptanceRequired=asks)
    return str(answer["ServiceId"]), str(answer["ServiceName"])


def connect(account: Account, name: str) -> str:
    answer = made(account, "ec2:CreateVpcEndpoint", "VpcEndpoint", VpcId="vpc-00000001", ServiceName=name, VpcEndpointType="Interface")
    return str(answer["VpcEndpointId"])


class Seed:
    """Nothing is tried: what goes through a connection are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account, provider, other = Account(), Account(), Account()
        service_id, name = service(account)
        bad, good = connect(provider, name), connect(other, name)
        return seeded(account, f"{service_id}#{bad}", f"{service_id}#{good}", denied="ec2:DescribeVpcEndpointConnections")


SEED = Seed()


def test_requests_count_and_the_accounts_own_endpoints_do_not(lab_env: Mapping[str, str]) -> None:
    account, provider = Account(), Account()
    service_id, name = service(account, asks=True)
    connect(account, name)
    asked = connect(provider, name)
    (path,) = paths(KIND, account).values()
    assert (path.id, path.clues) == (f"{service_id}#{asked}", ((Clue.AWS_ACCOUNT, provider.id),))
    assert cut(KIND, account, path, Verb.DELETE) == {"state": "asked"}
    assert KIND.probe(account.regional, path) is Verdict.GONE
    account.regional.write("ec2:AcceptVpcEndpointConnections", ServiceId=service_id, VpcEndpointIds=[asked])
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
