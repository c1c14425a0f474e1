"""Transit gateway attachments that join the account's network with another account's."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.errors import CloudError
from handoff.kinds.aws import _clues, _marks
from handoff.kinds.aws._link import Link
from handoff.model import AccessPath, KindId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

WORDS = {"vpc": "Vpc", "peering": "Peering"}
"""The kinds of attachment that are cut here, as the operations name them."""


class TransitGatewayAttachment(Link):
    """One VPC or gateway of another account on a gateway of this one, or one of this account on a gateway of another. Those with one owner are no path."""

    id = KindId("aws.transit_gateway_attachment")
    title = "Transit gateway attachment"
    source = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html (read 2026-11-22)"
    reads = frozenset({"ec2:DescribeTransitGatewayAttachments"})
    writes = frozenset(f"ec2:{verb}TransitGateway{word}Attachment" for verb in ("Delete", "Reject") for word in WORDS.values())
    fences = frozenset(f"ec2:{verb}TransitGateway{word}Attachment" for verb in ("Accept", "Create") for word in WORDS.values())
    creates = frozenset(
        {
            "aws:ec2transitgateway/peeringAttachment:PeeringAttachment",
            "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter",
            "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
            "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",
        }
    )
    asked = frozenset({"initiating", "initiatingRequest", "pendingAcceptance"})
    ended = frozenset({"deleted", "failed", "rejected"})
    blind = (
        "Attachments of VPN connections and of Direct Connect gateways (kinds of their own) and Connect attachments, which end with what carries them. "
        "Which routes the gateway's tables have. Accounts with which the gateway is shared (see RAM) may attach again."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every attachment with two owners."""
        for one in reader.read("ec2:DescribeTransitGatewayAttachments"):
            gateway, resource = str(one.get("TransitGatewayOwnerId")), str(one.get("ResourceOwnerId"))
            other = resource if gateway == reader.scope.id else gateway
            if other != reader.scope.id and one.get("ResourceType") in WORDS and self.is_open(one):
                yield AccessPath(
                    kind=self.id,
                    id=str(one["TransitGatewayAttachmentId"]),
                    scope=reader.scope,
                    holder=f"account {other}" + (f" ({one.get('ResourceId')})" if other == resource else f" ({one['TransitGatewayId']})"),
                    allows=f"route packets through transit gateway {one['TransitGatewayId']} to and from {one.get('ResourceId')}",
                    clues=(*_clues.of_arn(other), *_marks.of_tags(one.get("Tags"))),
                    detail={
                        "gateway": one["TransitGatewayId"],
                        "type": one["ResourceType"],
                        "resource": one.get("ResourceId"),
                        "owner": other,
                        "own_gateway": gateway == reader.scope.id,
                        "created": one.get("CreationTime"),
                    },
                )

    def link(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The attachment by its id."""
        answer = reader.get("ec2:DescribeTransitGatewayAttachments", TransitGatewayAttachmentIds=[path.id]) or {}
        return next(iter(cast("list[Json]", answer.get("TransitGatewayAttachments") or ())), None)

    def state_of(self, link: Json, /) -> str:
        """Its state."""
        return str(link["State"])

    def delete_effect(self, path: AccessPath, /) -> str:
        """Both owners have to agree on a new one."""
        return (
            f"attachment {path.id} of {path.detail['resource']} to {path.detail['gateway']} (account {path.detail['owner']}) ends; "
            "both sides would have to make a new one, so this cannot be undone"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """What the other side only asked of the account's own gateway is rejected."""
        word = WORDS.get(str(path.detail["type"]))
        if word is None:
            raise CloudError(f"{path.id}: attachments of type {path.detail['type']} are not cut here")
        verb = "Reject" if before["state"] == "asked" and path.detail["own_gateway"] else "Delete"
        yield writer.write(f"ec2:{verb}TransitGateway{word}Attachment", TransitGatewayAttachmentId=path.id, missing_ok=True)


KIND: Kind = TransitGatewayAttachment()
