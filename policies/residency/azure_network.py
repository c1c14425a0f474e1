"""Virtual networks on Azure: which networks they are joined with."""

from __future__ import annotations

from handoff.controls.model import Category, Control

from ._azure_references import NETWORK, leads, looks_at
from ._azure_regions import GDPR, SENT

PEERING = "azure-native:network:VirtualNetworkPeering"
HUB = "azure-native:network:HubVirtualNetworkConnection"

CONTROLS = (
    Control(
        id="residency-azure-peering",
        title="Virtual networks are peered with networks in allowed regions and in subscriptions of the client's",
        why="A global peering carries traffic to another region as if it were the same network.",
        fix="Peer with a network in an allowed region, or place the remote network under environments[].elsewhere of the spec.",
        blind="What passes over the peering, gateways that a peer lends, and remote networks that nobody places.",
        source="https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview (read 2026-11-22)",
        category=Category.REACH,
        rows=("R071",),
        maps=SENT,
        also=GDPR,
        reads={PEERING: ("remoteVirtualNetwork.id",), HUB: ("remoteVirtualNetwork.id",)},
        looks_at=looks_at(NETWORK),
        evaluate_linked=leads("remoteVirtualNetwork.id", "is joined with a network in", NETWORK, is_copy=False),
        snippet="""\
import pulumi_azure_native as azure

remote = azure.network.VirtualNetwork(
    "remote",
    resource_group_name="records",
    location="northeurope",
    address_space={"address_prefixes": ["10.30.0.0/16"]},
)
azure.network.VirtualNetworkPeering(
    "peering",
    resource_group_name="records",
    virtual_network_name="records",
    remote_virtual_network={"id": remote.id},
)
""",
    ),
)
