"""VPC peering connections with other accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _clues, _marks
from handoff.kinds.aws._link import Link
from handoff.model import AccessPath, KindId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class VpcPeering(Link):
    """One connection with a VPC of another account, or a request for one. Between two VPCs of the account itself there is no path."""

    id = KindId("aws.vpc_peering")
    title = "VPC peering connection"
    source = "https://docs.aws.amazon.com/vpc/latest/peering/delete-vpc-peering-connection.html (read 2026-11-22)"
    reads = frozenset({"ec2:DescribeVpcPeeringConnections"})
    writes = frozenset({"ec2:DeleteVpcPeeringConnection", "ec2:RejectVpcPeeringConnection"})
    fences = frozenset({"ec2:AcceptVpcPeeringConnection", "ec2:CreateVpcPeeringConnection"})
    creates = frozenset({"aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"})
    asked = frozenset({"initiating-request", "pending-acceptance", "provisioning"})
    ended = frozenset({"deleted", "expired", "failed", "rejected"})
    blind = "Which routes and security groups let traffic through (see security group rules); routes to a deleted connection stay behind as black holes."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every connection with somebody else."""
        for one in reader.read("ec2:DescribeVpcPeeringConnections"):
            requester, accepter = (cast("Json", one.get(key) or {}) for key in ("RequesterVpcInfo", "AccepterVpcInfo"))
            asks = requester.get("OwnerId") != reader.scope.id
            other, own = (requester, accepter) if asks else (accepter, requester)
            if other.get("OwnerId") != reader.scope.id and self.is_open(one):
                yield AccessPath(
                    kind=self.id,
                    id=str(one["VpcPeeringConnectionId"]),
                    scope=reader.scope,
                    holder=f"account {other.get('OwnerId')} ({other.get('VpcId')})",
                    allows=f"route packets into {own.get('VpcId')} from {other.get('CidrBlock') or 'its network'}",
                    clues=(*_clues.of_arn(str(other.get("OwnerId"))), *_marks.of_tags(one.get("Tags"))),
                    detail={"own_vpc": own.get("VpcId"), "other_vpc": other.get("VpcId"), "other_account": other.get("OwnerId"), "they_asked": asks},
                )

    def link(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The connection by its id."""
        answer = reader.get("ec2:DescribeVpcPeeringConnections", VpcPeeringConnectionIds=[path.id]) or {}
        return next(iter(cast("list[Json]", answer.get("VpcPeeringConnections") or ())), None)

    def state_of(self, link: Json, /) -> str:
        """Its status."""
        return str(cast("Json", link["Status"])["Code"])

    def delete_effect(self, path: AccessPath, /) -> str:
        """Both owners have to agree on a new one."""
        return (
            f"peering {path.id} of {path.detail['own_vpc']} with {path.detail['other_vpc']} of account {path.detail['other_account']} ends; "
            "both sides would have to make a new one, so this cannot be undone"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """What the other side only asked for is rejected: AWS deletes it for the asker alone."""
        refuse = before["state"] == "asked" and path.detail["they_asked"]
        op = "ec2:RejectVpcPeeringConnection" if refuse else "ec2:DeleteVpcPeeringConnection"
        yield writer.write(op, VpcPeeringConnectionId=path.id, missing_ok=True)


KIND: Kind = VpcPeering()
