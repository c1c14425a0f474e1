from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from handoff.kinds.aws.vpc_endpoint_service_permission import KIND
from handoff.model import Clue, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import made, path_of, seeded

FOREIGN = "arn:aws:iam::222222222222:root"
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def service(account: Account, *principals: str) -> str:
    """A service and its allowed principals; its id."""
    op = "ec2:CreateVpcEndpointServiceConfiguration"
    name = str(made(account, op, "ServiceConfiguration", "ServiceId", NetworkLoadBalancerArns=["arn:aws:elasticloadbalancing:::loadbalancer/net/records/1"]))
    account.regional.write("ec2:ModifyVpcEndpointServicePermissions", ServiceId=name, AddAllowedPrincipals=list(principals))
    return name


def path_id(account: Account, name: str, principal: str) -> str:
    return f"arn:aws:ec2:eu-west-1:{account.id}:vpc-endpoint-service/{name}#{principal}"


class Seed:
    """Nothing is tried: what a permission opens are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        own = account.role("web", TRUST)
        name = service(account, FOREIGN, own)
        denied = "ec2:DescribeVpcEndpointServicePermissions"
        return seeded(account, path_id(account, name, FOREIGN), path_id(account, name, own), denied=denied)


SEED = Seed()


@pytest.mark.parametrize(
    ("principal", "clue"),
    [
        pytest.param("*", (Clue.EVERYONE, "*"), id="everyone"),
        pytest.param(FOREIGN, (Clue.AWS_ACCOUNT, "222222222222"), id="account"),
        pytest.param("arn:aws:iam::222222222222:role/web", (Clue.AWS_ACCOUNT, "222222222222"), id="role"),
    ],
)
def test_whose_it_is(lab_env: Mapping[str, str], principal: str, clue: tuple[Clue, str]) -> None:
    account = Account()
    path = path_of(KIND, account, path_id(account, service(account, principal), principal))
    assert clue in path.clues
    assert KIND.probe(account.regional, path) is Verdict.ALIVE
