"""Direct Connect gateways of one account joined with VPN or transit gateways of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _clues
from handoff.kinds.aws._link import Link
from handoff.model import AccessPath, KindId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_LIST = {"association": "directconnect:DescribeDirectConnectGatewayAssociations", "proposal": "directconnect:DescribeDirectConnectGatewayAssociationProposals"}


class DirectConnectAssociation(Link):
    """One association, or proposal of one, between a Direct Connect gateway and a gateway of this region, with two owners. One owner is no path."""

    id = KindId("aws.direct_connect_association")
    title = "Direct Connect gateway association"
    source = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/multi-account-associate-vgw.html (read 2026-11-22)"
    reads = frozenset({*_LIST.values(), "directconnect:DescribeDirectConnectGateways", "ec2:DescribeTransitGateways", "ec2:DescribeVpnGateways"})
    writes = frozenset({"directconnect:DeleteDirectConnectGatewayAssociation", "directconnect:DeleteDirectConnectGatewayAssociationProposal"})
    fences = frozenset(
        {
            "directconnect:AcceptDirectConnectGatewayAssociationProposal",
            "directconnect:CreateDirectConnectGatewayAssociation",
            "directconnect:CreateDirectConnectGatewayAssociationProposal",
        }
    )
    creates = frozenset({"aws:directconnect/gatewayAssociation:GatewayAssociation", "aws:directconnect/gatewayAssociationProposal:GatewayAssociationProposal"})
    ending = frozenset({"disassociating"})
    ended = frozenset({"accepted", "deleted", "disassociated"})
    asked = frozenset({"requested"})
    blind = "Gateways in regions that the spec does not name, and which prefixes are let through. A proposal that the account made itself is seen, and deleted."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Associations of the account's gateways of both sorts, then proposals; each once."""
        seen: set[str] = set()
        for found in fan.each(lambda asked: list(reader.read(_LIST["association"], **asked)), _gateways(reader)):
            for one in found:
                if str(one["associationId"]) not in seen:
                    seen.add(str(one["associationId"]))
                    yield from self._path(reader, one, "association")
        for one in reader.read(_LIST["proposal"]):
            yield from self._path(reader, one, "proposal")

    def link(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """By its id; an unknown one gives an empty list."""
        named = {"associationId": path.id} if path.detail["form"] == "association" else {"proposalId": path.id}
        return next(iter(reader.read(_LIST[str(path.detail["form"])], **named)), None)

    def state_of(self, link: Json, /) -> str:
        """Its state."""
        return str(link.get("associationState") or link.get("proposalState"))

    def delete_effect(self, path: AccessPath, /) -> str:
        """Both owners have to agree on a new one."""
        return (
            f"{path.detail['form']} {path.id} of {path.detail['gateway']} with Direct Connect gateway {path.detail['direct']} ends; "
            "both sides would have to make a new one, so this cannot be undone"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        if path.detail["form"] == "association":
            yield writer.write("directconnect:DeleteDirectConnectGatewayAssociation", associationId=path.id)
        else:
            yield writer.write("directconnect:DeleteDirectConnectGatewayAssociationProposal", proposalId=path.id)

    def _path(self, reader: Reader, one: Json, form: str) -> Iterator[AccessPath]:
        gateway = cast("Json", one.get("associatedGateway") or {})
        owners = (str(one.get("directConnectGatewayOwnerAccount")), str(gateway.get("ownerAccount")))
        foreign = [owner for owner in owners if owner != reader.scope.id]
        here = gateway.get("region") in {None, reader.scope.region}
        if foreign and here and self.is_open(one):
            yield AccessPath(
                kind=self.id,
                id=str(one[f"{form}Id"]),
                scope=reader.scope,
                holder=f"account {foreign[0]}",
                allows=f"route packets between {gateway.get('id')} and Direct Connect gateway {one['directConnectGatewayId']}"
                + (" once somebody says yes" if form == "proposal" else ""),
                clues=tuple(_clues.of_arn(foreign[0])),
                detail={"form": form, "gateway": gateway.get("id"), "direct": one["directConnectGatewayId"], "owner": foreign[0]},
            )


def _gateways(reader: Reader) -> Iterator[Json]:
    """What to ask by: AWS lists associations only of a gateway that is named."""
    for one in reader.read("directconnect:DescribeDirectConnectGateways"):
        yield {"directConnectGatewayId": one["directConnectGatewayId"]}
    for one in reader.read("ec2:DescribeVpnGateways"):
        if one.get("State") not in {"deleting", "deleted"}:
            yield {"associatedGatewayId": one["VpnGatewayId"]}
    for one in reader.read("ec2:DescribeTransitGateways"):
        if one.get("State") not in {"deleting", "deleted"} and one.get("OwnerId") == reader.scope.id:
            yield {"associatedGatewayId": one["TransitGatewayId"]}


KIND: Kind = DirectConnectAssociation()
