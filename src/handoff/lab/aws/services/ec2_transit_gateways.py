"""Transit gateways, which ministack lacks. A gateway counts as shared with everybody: what RAM would say is not looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class TransitGateways(StandIn):
    """Gateways of an account, and attachments, which both of their owners see."""

    service = "ec2"

    def CreateTransitGateway(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Available at once."""
        made = _parts.new_id("tgw")
        self._gateways()[made] = {
            "TransitGatewayId": made,
            "TransitGatewayArn": f"arn:aws:ec2:{self.account.region}:{self.account.id}:transit-gateway/{made}",
            "State": "available",
            "OwnerId": self.account.id,
            "CreationTime": _parts.now(),
            "Tags": _parts.tags(p, "transit-gateway"),
        }
        return {"TransitGateway": self._gateways()[made]}

    def DescribeTransitGateways(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The account's own."""
        named = p.get("TransitGatewayIds") or ()
        return {
            "TransitGateways": [
                one for one in self._gateways().values() if one["OwnerId"] == self.account.id and (not named or one["TransitGatewayId"] in named)
            ]
        }

    def CreateTransitGatewayVpcAttachment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """To a gateway of another account it waits for a yes."""
        gateway = self._gateway(p["TransitGatewayId"])
        state = "available" if gateway["OwnerId"] == self.account.id else "pendingAcceptance"
        return {"TransitGatewayVpcAttachment": _vpc(self._attach(p, gateway, "vpc", p["VpcId"], self.account.id, state))}

    def CreateTransitGatewayPeeringAttachment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Always waits for a yes. One record stands for the two that AWS has; each side sees the other's gateway in it."""
        gateway = self._gateway(p["TransitGatewayId"])
        made = self._attach(p, gateway, "peering", p["PeerTransitGatewayId"], p["PeerAccountId"], "pendingAcceptance")
        return {"TransitGatewayPeeringAttachment": _peering(made)}

    def DescribeTransitGatewayAttachments(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those on the account's gateways, and of its resources."""
        named = p.get("TransitGatewayAttachmentIds") or ()
        mine = [one for one in self._attachments().values() if self.account.id in {one["TransitGatewayOwnerId"], one["ResourceOwnerId"]}]
        for name in named:
            if not any(one["TransitGatewayAttachmentId"] == name for one in mine):
                raise _missing(name)
        return {"TransitGatewayAttachments": [one for one in mine if not named or one["TransitGatewayAttachmentId"] in named]}

    def AcceptTransitGatewayVpcAttachment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By the gateway's owner, of what waits."""
        return {"TransitGatewayVpcAttachment": _vpc(self._answer(p, "TransitGatewayOwnerId", "available"))}

    def RejectTransitGatewayVpcAttachment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By the gateway's owner, of what waits."""
        return {"TransitGatewayVpcAttachment": _vpc(self._answer(p, "TransitGatewayOwnerId", "rejected"))}

    def DeleteTransitGatewayVpcAttachment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By either owner."""
        return {"TransitGatewayVpcAttachment": _vpc(self._end(p))}

    def AcceptTransitGatewayPeeringAttachment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By the owner of the gateway that was asked."""
        return {"TransitGatewayPeeringAttachment": _peering(self._answer(p, "ResourceOwnerId", "available"))}

    def RejectTransitGatewayPeeringAttachment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By the owner of the gateway that was asked."""
        return {"TransitGatewayPeeringAttachment": _peering(self._answer(p, "ResourceOwnerId", "rejected"))}

    def DeleteTransitGatewayPeeringAttachment(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By either owner."""
        return {"TransitGatewayPeeringAttachment": _peering(self._end(p))}

    def _gateways(self) -> dict[str, Any]:
        return _parts.shared(self.account, self.service, "transit-gateways")

    def _attachments(self) -> dict[str, Any]:
        return _parts.shared(self.account, self.service, "transit-attachments")

    def _gateway(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self._gateways().get(name)
        if found is None:
            raise Fault("InvalidTransitGatewayID.NotFound", f"Transit Gateway {name} was deleted or does not exist.")
        return found

    def _attach(self, p: Mapping[str, Any], gateway: Mapping[str, Any], kind: str, resource: str, owner: str, state: str) -> dict[str, Any]:
        made = _parts.new_id("tgw-attach")
        self._attachments()[made] = {
            "TransitGatewayAttachmentId": made,
            "TransitGatewayId": gateway["TransitGatewayId"],
            "TransitGatewayOwnerId": gateway["OwnerId"],
            "ResourceOwnerId": owner,
            "ResourceType": kind,
            "ResourceId": resource,
            "State": state,
            "CreationTime": _parts.now(),
            "Tags": _parts.tags(p, "transit-gateway-attachment"),
        }
        return dict(self._attachments()[made])

    def _found(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self._attachments().get(name)
        if found is None or self.account.id not in {found["TransitGatewayOwnerId"], found["ResourceOwnerId"]}:
            raise _missing(name)
        return found

    def _answer(self, p: Mapping[str, Any], whose: str, state: str) -> dict[str, Any]:
        found = self._found(p["TransitGatewayAttachmentId"])
        if found[whose] != self.account.id or found["State"] != "pendingAcceptance":
            raise Fault("IncorrectState", f"{found['TransitGatewayAttachmentId']} is in invalid state")
        found["State"] = state
        return found

    def _end(self, p: Mapping[str, Any]) -> dict[str, Any]:
        found = self._found(p["TransitGatewayAttachmentId"])
        if found["State"] in {"deleted", "rejected"}:
            raise Fault("IncorrectState", f"{found['TransitGatewayAttachmentId']} is in invalid state")
        found["State"] = "deleted"
        return found


def _missing(name: str) -> Fault:
    return Fault("InvalidTransitGatewayAttachmentID.NotFound", f"Transit Gateway Attachment {name} was deleted or does not exist.")


def _vpc(one: Mapping[str, Any]) -> dict[str, Any]:
    same = ("TransitGatewayAttachmentId", "TransitGatewayId", "State", "CreationTime", "Tags")
    return {**{key: one[key] for key in same}, "VpcId": one["ResourceId"], "VpcOwnerId": one["ResourceOwnerId"]}


def _peering(one: Mapping[str, Any]) -> dict[str, Any]:
    asked = {"TransitGatewayId": one["ResourceId"], "OwnerId": one["ResourceOwnerId"]}
    asking = {"TransitGatewayId": one["TransitGatewayId"], "OwnerId": one["TransitGatewayOwnerId"]}
    return {**{key: one[key] for key in ("TransitGatewayAttachmentId", "State", "CreationTime", "Tags")}, "RequesterTgwInfo": asking, "AccepterTgwInfo": asked}


STAND_IN = TransitGateways
