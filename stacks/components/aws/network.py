"""A network with no way to the internet."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import ec2

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkArgs:
    """Addresses and place."""

    cidr: str
    region: str
    flow_log_bucket_arn: str
    ready: pulumi.Resource
    """What lets flow logs into that bucket."""
    tags: Mapping[str, str]


class Network(pulumi.ComponentResource):
    """Two private subnets in two zones, every flow logged, and a default security group without rules; no gateway unless somebody adds one."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:Network", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        vpc = ec2.Vpc(name, cidr_block=args.cidr, enable_dns_support=True, enable_dns_hostnames=True, tags=args.tags, opts=inside)
        # Adopted, not made: every network has one, and without rules nothing that lands in it reaches anything.
        ec2.DefaultSecurityGroup(name, vpc_id=vpc.id, tags=args.tags, opts=inside)
        ec2.FlowLog(
            name,
            vpc_id=vpc.id,
            traffic_type="ALL",
            log_destination_type="s3",
            log_destination=args.flow_log_bucket_arn,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.ready]),
        )
        whole = ipaddress.ip_network(args.cidr)
        for zone, part in zip("ab", whole.subnets(prefixlen_diff=2), strict=False):
            ec2.Subnet(
                f"{name}-{zone}",
                vpc_id=vpc.id,
                cidr_block=str(part),
                availability_zone=f"{args.region}{zone}",
                map_public_ip_on_launch=False,
                tags=args.tags,
                opts=inside,
            )
        self.vpc_id: pulumi.Output[str] = vpc.id
        self.register_outputs({"vpcId": self.vpc_id})
