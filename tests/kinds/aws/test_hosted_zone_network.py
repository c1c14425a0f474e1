from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.hosted_zone_network import KIND
from handoff.model import Verb
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import cut, found, one, seeded


def zone(account: Account, *others: str, region: str = REGION) -> str:
    """A zone of a network of the account's own, and of these."""
    made: Any = account.regional.write_for("ec2:CreateVpc", CidrBlock="10.9.0.0/16")[1]
    own = {"VPCRegion": REGION, "VPCId": made["Vpc"]["VpcId"]}
    given = {"Name": "inside.acme.example", "CallerReference": "inside", "VPC": own, "HostedZoneConfig": {"PrivateZone": True}}
    answer: Any = account.writer.write_for("route53:CreateHostedZone", **given)[1]
    for network in others:
        vpc = {"VPCRegion": region, "VPCId": network}
        account.writer.write("route53:AssociateVPCWithHostedZone", HostedZoneId=answer["HostedZone"]["Id"], VPC=vpc)
    return str(answer["HostedZone"]["Id"])


class Seed:
    """Nothing is tried: names are resolved inside networks, and the lab has none that carry packets."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        zone(account, "vpc-22222222", "vpc-33333333")
        return seeded(KIND, account, "vpc-22222222", "vpc-33333333", denied="route53:GetHostedZone")


SEED = Seed()


def test_own_networks_stay_and_those_of_other_regions_are_theirs_to_list(lab_env: Mapping[str, str]) -> None:
    account = Account()
    name = zone(account, "vpc-44444444", region="us-east-1")
    assert found(KIND, account) == []
    account.writer.write("route53:AssociateVPCWithHostedZone", HostedZoneId=name, VPC={"VPCRegion": REGION, "VPCId": "vpc-22222222"})
    cut(KIND, account, one(KIND, account, "vpc-22222222"), Verb.DELETE)
    left: Any = account.writer.get("route53:GetHostedZone", Id=name)
    assert len(left["VPCs"]) == 2
