"""Direct Connect: moto has connections only, each seen by its owner alone. No packet flows."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class DirectConnect(StandIn):
    """Connections, virtual interfaces and gateway associations, which both of their owners see."""

    service = "directconnect"

    def CreateConnection(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Available at once."""
        made = _parts.new_id("dxcon")
        kept = {"connectionName": p["connectionName"], "location": p["location"], "bandwidth": p["bandwidth"]}
        known = {"connectionId": made, "ownerAccount": self.account.id, "connectionState": "available", "region": self.account.region}
        self.table("connections")[made] = {**known, **kept}
        return {**known, **kept}

    def DescribeConnections(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The account's own."""
        return {"connections": list(self.table("connections").values())}

    def CreatePrivateVirtualInterface(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of the account itself, on a connection of its own."""
        return self._interface(p["connectionId"], self.account.id, p["newPrivateVirtualInterface"], "available")

    def AllocatePrivateVirtualInterface(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """For another account, which has to confirm it."""
        return self._interface(p["connectionId"], p["ownerAccount"], p["newPrivateVirtualInterfaceAllocation"], "confirming")

    def DescribeVirtualInterfaces(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account, and those on its connections."""
        mine = self.table("connections")
        return {
            "virtualInterfaces": [one for one in self._shared("interfaces").values() if one["ownerAccount"] == self.account.id or one["connectionId"] in mine]
        }

    def DeleteVirtualInterface(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By either owner."""
        one = self._shared("interfaces").get(p["virtualInterfaceId"])
        if one is None or (one["ownerAccount"] != self.account.id and one["connectionId"] not in self.table("connections")):
            raise Fault("DirectConnectClientException", f"Virtual interface {p['virtualInterfaceId']} not found")
        one["virtualInterfaceState"] = "deleted"
        return {"virtualInterfaceState": "deleted"}

    def CreateDirectConnectGateway(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Available at once, in every region."""
        made = str(uuid.uuid4())
        self._shared("gateways")[made] = {
            "directConnectGatewayId": made,
            "directConnectGatewayName": p["directConnectGatewayName"],
            "ownerAccount": self.account.id,
            "directConnectGatewayState": "available",
        }
        return {"directConnectGateway": self._shared("gateways")[made]}

    def DescribeDirectConnectGateways(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The account's own."""
        return {"directConnectGateways": [one for one in self._shared("gateways").values() if one["ownerAccount"] == self.account.id]}

    def CreateDirectConnectGatewayAssociationProposal(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By the owner of the VPN or transit gateway, to the owner of the Direct Connect gateway."""
        made = str(uuid.uuid4())
        self._shared("proposals")[made] = {
            "proposalId": made,
            "directConnectGatewayId": p["directConnectGatewayId"],
            "directConnectGatewayOwnerAccount": p["directConnectGatewayOwnerAccount"],
            "proposalState": "requested",
            "associatedGateway": {
                "id": p["gatewayId"],
                "type": "virtualPrivateGateway" if p["gatewayId"].startswith("vgw-") else "transitGateway",
                "ownerAccount": self.account.id,
                "region": self.account.region,
            },
        }
        return {"directConnectGatewayAssociationProposal": self._shared("proposals")[made]}

    def AcceptDirectConnectGatewayAssociationProposal(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Makes the association."""
        proposal = self._shared("proposals").get(p["proposalId"])
        if proposal is None or proposal["directConnectGatewayOwnerAccount"] != self.account.id or proposal["proposalState"] != "requested":
            raise Fault("DirectConnectClientException", f"Proposal {p['proposalId']} cannot be accepted")
        proposal["proposalState"] = "accepted"
        made = str(uuid.uuid4())
        same = ("directConnectGatewayId", "directConnectGatewayOwnerAccount", "associatedGateway")
        self._shared("associations")[made] = {"associationId": made, "associationState": "associated", **{key: proposal[key] for key in same}}
        return {"directConnectGatewayAssociation": self._shared("associations")[made]}

    def DescribeDirectConnectGatewayAssociationProposals(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Made by the account, or to it."""
        return {"directConnectGatewayAssociationProposals": [one for one in self._mine("proposals") if p.get("proposalId") in {None, one["proposalId"]}]}

    def DescribeDirectConnectGatewayAssociations(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one gateway or by one id; AWS lists no others."""
        if not {"associationId", "associatedGatewayId", "directConnectGatewayId"} & p.keys():
            raise Fault("DirectConnectClientException", "a gateway or an association has to be named")
        found = [one for one in self._mine("associations") if p.get("associationId") in {None, one["associationId"]}]
        found = [one for one in found if p.get("directConnectGatewayId") in {None, one["directConnectGatewayId"]}]
        return {"directConnectGatewayAssociations": [one for one in found if p.get("associatedGatewayId") in {None, one["associatedGateway"]["id"]}]}

    def DeleteDirectConnectGatewayAssociation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By either owner."""
        return {"directConnectGatewayAssociation": self._end("associations", p["associationId"], "associationState", "disassociated")}

    def DeleteDirectConnectGatewayAssociationProposal(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """While nobody has said yes."""
        return {"directConnectGatewayAssociationProposal": self._end("proposals", p["proposalId"], "proposalState", "deleted")}

    def _interface(self, connection: str, owner: str, asked: Mapping[str, Any], state: str) -> Mapping[str, Any]:
        if connection not in self.table("connections"):
            raise Fault("DirectConnectClientException", f"Connection {connection} not found")
        made = _parts.new_id("dxvif")
        self._shared("interfaces")[made] = {
            "virtualInterfaceId": made,
            "ownerAccount": owner,
            "connectionId": connection,
            "virtualInterfaceType": "private",
            "virtualInterfaceName": asked["virtualInterfaceName"],
            "vlan": asked["vlan"],
            "authKey": asked.get("authKey", ""),
            "virtualInterfaceState": state,
            "region": self.account.region,
            "tags": list(asked.get("tags") or ()),
        }
        return dict(self._shared("interfaces")[made])

    def _shared(self, name: str) -> dict[str, Any]:
        return _parts.shared(self.account, self.service, name)

    def _mine(self, name: str) -> list[dict[str, Any]]:
        owners = [(one["directConnectGatewayOwnerAccount"], one["associatedGateway"]["ownerAccount"], one) for one in self._shared(name).values()]
        return [one for direct, other, one in owners if self.account.id in {direct, other}]

    def _end(self, table: str, name: str, field: str, state: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self._shared(table).get(name)
        if found is None or all(found is not one for one in self._mine(table)):
            raise Fault("DirectConnectClientException", f"{name} not found")
        found[field] = state
        return found


STAND_IN = DirectConnect
