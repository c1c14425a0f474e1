from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.hosted_zone_authorization import KIND
from handoff.model import Clue
from tests.kinds.aws._account import REGION, Account
from tests.kinds.aws._picked import cut, found, one, seeded, undo


def zone(account: Account, name: str = "inside.acme.example") -> str:
    network = {"VPCRegion": REGION, "VPCId": "vpc-00000000000000001"}
    given = {"Name": name, "CallerReference": name, "VPC": network, "HostedZoneConfig": {"PrivateZone": True}}
    _, made = account.writer.write_for("route53:CreateHostedZone", **given)
    answer: Any = made
    return str(answer["HostedZone"]["Id"])


def authorize(account: Account, zone_id: str, network: str) -> None:
    account.writer.write("route53:CreateVPCAssociationAuthorization", HostedZoneId=zone_id, VPC={"VPCRegion": "us-east-1", "VPCId": network})


class Seed:
    """Nothing is tried: names are resolved inside networks, and the lab has none that carry packets."""

    def start(self, lab: Any) -> SimpleNamespace:
        account = Account()
        made = zone(account)
        authorize(account, made, "vpc-2222")
        authorize(account, made, "vpc-3333")
        return seeded(KIND, account, "vpc-2222", "vpc-3333", denied="route53:ListVPCAssociationAuthorizations")


SEED = Seed()


def test_public_zones_have_none_and_a_deleted_zone_has_none_left(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.writer.write("route53:CreateHostedZone", Name="acme.example", CallerReference="public")
    assert found(KIND, account) == []
    made = zone(account)
    authorize(account, made, "vpc-2222")
    path = one(KIND, account, "vpc-2222")
    assert path.clues == ((Clue.AWS_VPCE, "vpc-2222"),)
    undo(KIND, account, path, cut(KIND, account, path))
    account.writer.write("route53:DeleteHostedZone", Id=made)
    assert KIND.image(account.writer, path) is None
