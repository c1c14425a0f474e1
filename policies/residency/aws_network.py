"""Network paths between regions and accounts on AWS: peerings of VPCs and of transit gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, unknown

from ._aws_reach import ALSO, REACH_MAPS, accounts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

VPC_PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
GATEWAY_PEERING = "aws:ec2transitgateway/peeringAttachment:PeeringAttachment"
OWNER = {VPC_PEERING: "peerOwnerId", GATEWAY_PEERING: "peerAccountId"}
"""The property that names the peer's account; unset = the same account."""


def peer(resource: Resource, context: Context) -> Iterator[Finding]:
    """The peer's region (unset: the VPC's own) and account."""
    region = resource.get("peerRegion")
    if region is not None:
        yield from judged(resource, context, region, "peerRegion", "opens a network path to", is_copy=False)
    elif resource.type == GATEWAY_PEERING:
        yield unknown("names no region of its peer", "peerRegion")
    yield from accounts(resource, context, "opens a network path to", OWNER[resource.type])


CONTROLS = (
    Control(
        id="residency-aws-network-peering",
        title="Networks are peered with the client's networks in allowed regions only",
        why="A peering lets machines of another region or account read the data over private addresses.",
        fix="Remove the peering, or set peerRegion, and peerOwnerId or peerAccountId, to an allowed region of a client account.",
        blind="Peerings that this side only accepts, what routes and security groups let through, and VPN or Direct Connect links.",
        source="https://docs.aws.amazon.com/vpc/latest/peering/what-is-vpc-peering.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R037",),
        maps=REACH_MAPS,
        also=ALSO,
        reads={VPC_PEERING: ("peerRegion", "peerOwnerId"), GATEWAY_PEERING: ("peerRegion", "peerAccountId")},
        evaluate=peer,
        snippet="""\
import pulumi_aws as aws

aws.ec2.VpcPeeringConnection("shared", vpc_id="vpc-0a1b2c3d", peer_vpc_id="vpc-4e5f6071", peer_owner_id="111111111111", peer_region="eu-central-1")
""",
    ),
)
