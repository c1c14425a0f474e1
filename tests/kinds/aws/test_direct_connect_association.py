from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from handoff.kinds.aws.direct_connect_association import KIND
from handoff.model import Clue, Verb, Verdict
from tests.kinds.aws._account import Account
from tests.kinds.aws._seeded import cut, made, path_of, paths, seeded


def direct(account: Account) -> str:
    op = "directconnect:CreateDirectConnectGateway"
    return str(made(account, op, "directConnectGateway", "directConnectGatewayId", directConnectGatewayName="core"))


def vpn_gateway(account: Account) -> str:
    return str(made(account, "ec2:CreateVpnGateway", "VpnGateway", "VpnGatewayId", Type="ipsec.1"))


def propose(account: Account, gateway: str, other: Account, core: str) -> str:
    params = {"directConnectGatewayId": core, "directConnectGatewayOwnerAccount": other.id, "gatewayId": gateway}
    op = "directconnect:CreateDirectConnectGatewayAssociationProposal"
    return str(made(account, op, "directConnectGatewayAssociationProposal", "proposalId", **params))


def join(account: Account, gateway: str, other: Account, core: str) -> str:
    params = {"directConnectGatewayId": core, "proposalId": propose(account, gateway, other, core), "associatedGatewayOwnerAccount": account.id}
    op = "directconnect:AcceptDirectConnectGatewayAssociationProposal"
    return str(made(other, op, "directConnectGatewayAssociation", "associationId", **params))


class Seed:
    """Nothing is tried: what goes through a gateway are packets, and the lab carries none."""

    def start(self, lab: Any) -> SimpleNamespace:
        account, provider, other = Account(), Account(), Account()
        bad = join(account, vpn_gateway(account), provider, direct(provider))
        good = join(other, vpn_gateway(other), account, direct(account))
        made(account, "ec2:CreateTransitGateway")
        seldom = {"directconnect:DeleteDirectConnectGatewayAssociationProposal": "for what nobody has said yes to; shown by a test of its own"}
        return seeded(account, bad, good, denied="directconnect:DescribeDirectConnectGatewayAssociations", seldom=seldom)


SEED = Seed()


def test_proposals_count_and_the_accounts_own_associations_do_not(lab_env: Mapping[str, str]) -> None:
    account, provider = Account(), Account()
    own = direct(account)
    join(account, vpn_gateway(account), account, own)
    name = propose(provider, vpn_gateway(provider), account, own)
    assert paths(KIND, account).keys() == {name}
    path = path_of(KIND, account, name)
    assert path.clues == ((Clue.AWS_ACCOUNT, provider.id),)
    cut(KIND, account, path, Verb.DELETE)
    assert KIND.probe(account.regional, path) is Verdict.GONE
    assert paths(KIND, account) == {}
