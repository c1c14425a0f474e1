"""Security groups and subnets: what the internet can enter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

from . import _azure_network as network
from . import _azure_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

GROUP = "azure-native:network:NetworkSecurityGroup"
RULE = "azure-native:network:SecurityRule"
SUBNET = "azure-native:network:Subnet"
NETWORK = "azure-native:network:VirtualNetwork"
WITHOUT = frozenset({"gatewaysubnet", "azurebastionsubnet", "azurefirewallsubnet", "azurefirewallmanagementsubnet", "routeserversubnet"})
"""Subnets that Azure's own services fill: a group there is impossible or a special case."""
_NO_GROUP = "has no network security group"


def ingress(resource: Resource, context: Context) -> Iterator[Finding]:
    """No rule, inline or by itself, opens a watched port to everybody."""
    del context
    if resource.type == RULE:
        yield from _judged({name: resource.get(name) for name in network.FIELDS}, "")
        return
    for at, rule in resource.each("securityRules[*]"):
        if rule is UNKNOWN:
            yield unknown(f"{at} {LATER}", at)
        elif isinstance(rule, Mapping):
            yield from _judged(rule, at)


def _judged(rule: Mapping[str, object], at: str) -> Iterator[Finding]:
    found = network.opened(rule)
    if isinstance(found, Unknown):
        yield unknown(f"whom {at or 'it'} lets in {LATER}", at)
    elif found:
        yield fail(f"opens {found} to the internet", at or "sourceAddressPrefix")


def grouped(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every subnet, inline or by itself, has a security group."""
    del context
    if resource.type == SUBNET:
        # The name may be `subnetName`, which wins, or `name`.
        name = resource.inputs.get("subnetName") or resource.get("name") if resource.inputs.get("subnetName") is not UNKNOWN else UNKNOWN
        yield from _group(resource, stack, name, resource.get("networkSecurityGroup.id"), "networkSecurityGroup.id")
        return
    for at, subnet in resource.each("subnets[*]"):
        if subnet is UNKNOWN:
            yield unknown(f"{at} {LATER}", at)
        elif isinstance(subnet, Mapping):
            group = subnet.get("networkSecurityGroup")
            identity = group.get("id") if isinstance(group, Mapping) else group
            yield from _group(resource, stack, subnet.get("name"), identity, f"{at}.networkSecurityGroup.id")


def _group(resource: Resource, stack: Stack, name: object, identity: object, at: str) -> Iterator[Finding]:
    if isinstance(name, str) and name.lower() in WITHOUT:
        return
    if name is UNKNOWN and identity is None:
        yield unknown(f"whether it needs a security group is not known: its name {LATER}", at)
    else:
        yield from shapes.referred(resource, stack, at, identity, (GROUP,), _NO_GROUP)


CONTROLS = (
    Control(
        id="azure-network-ingress",
        title="Security groups let nobody at large in to SSH, RDP, plain HTTP or databases",
        why="These ports are scanned all day, and behind them lie machines and data rather than public pages.",
        fix="Give sourceAddressPrefix or sourceAddressPrefixes the networks that need the port, or remove the rule.",
        blind="A rule of higher priority that denies the same, and what listens behind the port.",
        source="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("Z16", "Z17"),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="312(e)(1) 308(a)(1)(ii)(B)", pci="1.2.5 1.3.1", soc2="CC6.6", iso="A.8.20 A.8.21"),
        severity=Severity.CRITICAL,
        reads={GROUP: tuple(f"securityRules[*].{name}" for name in network.FIELDS), RULE: network.FIELDS},
        evaluate=ingress,
        snippet="""\
from pulumi_azure_native import network

network.NetworkSecurityGroup(
    "web",
    resource_group_name="acme-prod",
    security_rules=[
        {
            "name": "administration",
            "priority": 100,
            "direction": "Inbound",
            "access": "Allow",
            "protocol": "Tcp",
            "source_address_prefix": "203.0.113.0/24",
            "source_port_range": "*",
            "destination_address_prefix": "*",
            "destination_port_range": "22",
        }
    ],
)
""",
    ),
    Control(
        id="azure-network-subnet-group",
        title="Every subnet has a network security group",
        why="Without a group, every machine of the subnet is as open as its own firewall.",
        fix="Set networkSecurityGroup.id of the subnet, or of the entry in subnets of the virtual network.",
        blind="Groups on network interfaces alone, and what the group's rules let in.",
        source="https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("Z18",),
        maps=Maps(nist="AC-4 SC-7 SC-7(3)", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="CC6.6", iso="A.8.20 A.8.22"),
        reads={SUBNET: ("networkSecurityGroup.id", "name"), NETWORK: ("subnets[*].networkSecurityGroup.id", "subnets[*].name")},
        evaluate_linked=grouped,
        snippet="""\
from pulumi_azure_native import network

guard = network.NetworkSecurityGroup("guard", resource_group_name="acme-prod")
network.VirtualNetwork(
    "work",
    resource_group_name="acme-prod",
    address_space={"address_prefixes": ["10.20.0.0/16"]},
    subnets=[{"name": "work", "address_prefix": "10.20.0.0/18", "network_security_group": {"id": guard.id}}],
)
""",
    ),
)
