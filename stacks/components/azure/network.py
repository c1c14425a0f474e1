"""A network that the internet cannot enter."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import network

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkArgs:
    """Addresses and place."""

    base_name: str
    cidr: str
    location: str
    group_name: pulumi.Output[str]
    tags: Mapping[str, str]


class Network(pulumi.ComponentResource):
    """One subnet behind a security group that refuses the internet; the client's vault and accounts answer it."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:Network", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        rule = {
            "name": "no-internet",
            "priority": 4096,
            "direction": "Inbound",
            "access": "Deny",
            "protocol": "*",
            "source_address_prefix": "Internet",
            "source_port_range": "*",
            "destination_address_prefix": "*",
            "destination_port_range": "*",
        }
        guard = network.NetworkSecurityGroup(
            name,
            network_security_group_name=f"{args.base_name}-guard",
            resource_group_name=args.group_name,
            location=args.location,
            security_rules=[rule],
            tags=args.tags,
            opts=inside,
        )
        first = next(ipaddress.ip_network(args.cidr).subnets(prefixlen_diff=2))
        endpoints = [{"service": service, "locations": [args.location]} for service in ("Microsoft.KeyVault", "Microsoft.Storage")]
        made = network.VirtualNetwork(
            name,
            virtual_network_name=args.base_name,
            resource_group_name=args.group_name,
            location=args.location,
            address_space={"address_prefixes": [args.cidr]},
            subnets=[{"name": "work", "address_prefix": str(first), "network_security_group": {"id": guard.id}, "service_endpoints": endpoints}],
            tags=args.tags,
            opts=inside,
        )
        self.network_id: pulumi.Output[str] = made.id
        self.guard_id: pulumi.Output[str] = guard.id
        self.subnet_id: pulumi.Output[str] = pulumi.Output.concat(made.id, "/subnets/work")
        self.register_outputs({"networkId": self.network_id})
