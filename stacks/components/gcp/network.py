"""A network with no way to the internet."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import pulumi
from pulumi_gcp import compute


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkArgs:
    """Addresses and place."""

    base_name: str
    project: pulumi.Output[str]
    region: str
    cidr: str


class Network(pulumi.ComponentResource):
    """One subnet in the primary region that reaches Google's own services and nothing else, with its flows logged."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:gcp:Network", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        made = compute.Network(name, name=args.base_name, project=args.project, auto_create_subnetworks=False, routing_mode="REGIONAL", opts=inside)
        compute.Subnetwork(
            name,
            name=f"{args.base_name}-work",
            project=args.project,
            region=args.region,
            network=made.id,
            ip_cidr_range=str(next(ipaddress.ip_network(args.cidr).subnets(prefixlen_diff=2))),
            private_ip_google_access=True,
            log_config={"aggregation_interval": "INTERVAL_5_SEC", "flow_sampling": 1.0, "metadata": "INCLUDE_ALL_METADATA"},
            opts=inside,
        )
        self.network_id: pulumi.Output[str] = made.id
        self.register_outputs({"networkId": self.network_id})
