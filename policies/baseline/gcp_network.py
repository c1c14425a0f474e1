"""Networks on Google Cloud: planned subnets, and what is written down of the flows through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, alone, is_false, is_none_of, is_true

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

FIREWALL = "gcp:compute/firewall:Firewall"
SUBNET = "gcp:compute/subnetwork:Subnetwork"
NETWORK = "gcp:compute/network:Network"
INSTANCE = "gcp:compute/instance:Instance"
CLUSTER = "gcp:container/cluster:Cluster"
PROXY_ONLY = ("INTERNAL_HTTPS_LOAD_BALANCER", "REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY")
"""Purposes of subnets that hold no machines: they log no flows."""


def flows(resource: Resource, _: Context) -> Iterator[Finding]:
    """A subnet of machines logs the flows through it."""
    block, sampling = resource.get("logConfig"), resource.get("logConfig.flowSampling")
    if block is UNKNOWN or sampling is UNKNOWN:
        yield unknown(f"whether it logs flows {LATER}", "logConfig.flowSampling")
    elif block is None or sampling in (0, "0"):
        yield fail("does not log the flows through it", "logConfig.flowSampling")


def default_network(resource: Resource, context: Context) -> Iterator[Finding]:
    """Neither is the default network made, nor anything put into it."""
    if resource.type == _gcp.PROJECT:
        yield from is_false("autoCreateNetwork", "makes the default network, which lets in SSH and RDP from everywhere", default=True)(resource, context)
        return
    if resource.type == NETWORK:
        yield from is_none_of("name", ("default",), "is the default network")(resource, context)
        return
    path = "networkInterfaces[*].network" if resource.type == INSTANCE else "network"
    values = list(resource.each(path))
    for at, value in values:
        if value is UNKNOWN:
            if not _gcp.made_from(resource, at):
                yield unknown(f"its network {LATER}", at)
        elif isinstance(value, str) and value.rpartition("/")[2] == "default":
            yield fail("is put into the default network", at)
    if resource.type == CLUSTER and not values and resource.get("subnetwork") is None:
        yield fail("is put into the default network (network is not set)", path)


_LOGS = Maps(nist="~AU-2 AU-3", hipaa="~312(b) 308(a)(1)(ii)(D)", pci="10.2.1 10.2.1.2", soc2="CC7.2 CC7.3", iso="A.8.16")
CONTROLS = (
    Control(
        id="gcp-subnet-flow-logs",
        title="Subnets log the flows through them",
        why="Without flow logs nobody can say where data went.",
        fix="Set logConfig with flowSampling above 0.",
        blind="What filterExpr leaves out; flow logs that are configured outside of the subnet.",
        source="https://cloud.google.com/vpc/docs/using-flow-logs (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("G16",),
        maps=_LOGS,
        severity=Severity.MEDIUM,
        reads={SUBNET: ("logConfig.flowSampling", "purpose")},
        evaluate=_gcp.unless("purpose", PROXY_ONLY, flows, "holds proxies only, whose flows Google does not log"),
        snippet="""\
import pulumi_gcp as gcp

network = gcp.compute.Network("work", auto_create_subnetworks=False)
gcp.compute.Subnetwork(
    "work", network=network.id, region="europe-west1", ip_cidr_range="10.20.0.0/18", private_ip_google_access=True, log_config={"flow_sampling": 0.5}
)
""",
    ),
    Control(
        id="gcp-subnet-private-access",
        title="Subnets reach Google's services without the internet",
        why="Machines that reach storage and logs privately need no address of their own on the internet.",
        fix="Set privateIpGoogleAccess to true.",
        blind="Routes and DNS, which decide whether the private way is taken.",
        source="https://cloud.google.com/vpc/docs/private-google-access (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G16",),
        maps=_gcp.FAMILY["NET"],
        severity=Severity.MEDIUM,
        reads={SUBNET: ("privateIpGoogleAccess", "purpose")},
        remedy={"privateIpGoogleAccess": True},
        evaluate=_gcp.unless(
            "purpose", PROXY_ONLY, is_true("privateIpGoogleAccess", "reaches Google's services over the internet"), "holds proxies only, which are Google's own"
        ),
        snippet="""\
import pulumi_gcp as gcp

network = gcp.compute.Network("work", auto_create_subnetworks=False)
gcp.compute.Subnetwork("work", network=network.id, region="europe-west1", ip_cidr_range="10.20.0.0/18", private_ip_google_access=True)
""",
    ),
    Control(
        id="gcp-network-custom",
        title="Networks have only the subnets that somebody planned",
        why="A network in automatic mode has a subnet in every region of the world, also where no data may be.",
        fix="Set autoCreateSubnetworks to false, and make each subnet by itself.",
        blind="Subnets that are already there.",
        source="https://cloud.google.com/vpc/docs/vpc (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G17",),
        maps=Maps(nist="~AC-4 SC-7", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="~CC6.6", iso="~A.8.20"),
        severity=Severity.MEDIUM,
        reads={NETWORK: ("autoCreateSubnetworks",)},
        evaluate=is_false("autoCreateSubnetworks", "makes a subnet in every region", default=True),
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.Network("work", auto_create_subnetworks=False)
""",
    ),
    Control(
        id="gcp-network-default",
        title="Nothing uses the default network",
        why="The default network comes with rules that let in SSH and RDP from everywhere.",
        fix="Set autoCreateNetwork of the project to false, and name a network of your own in network.",
        blind="A default network of a project that another program made; machines that name a subnet only.",
        source="https://cloud.google.com/vpc/docs/vpc#default-network (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G17",),
        maps=Maps(nist="~AC-4 SC-7", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="~1.2.5 1.3.1", soc2="~CC6.6", iso="~A.8.20"),
        reads={
            NETWORK: ("name",),
            _gcp.PROJECT: ("autoCreateNetwork",),
            FIREWALL: ("network",),
            SUBNET: ("network",),
            INSTANCE: ("networkInterfaces[*].network",),
            CLUSTER: ("network", "subnetwork"),
        },
        evaluate_linked=alone(default_network),
        snippet="""\
import pulumi_gcp as gcp

network = gcp.compute.Network("work", name="work", auto_create_subnetworks=False)
gcp.organizations.Project("work", project_id="acme-work", org_id="111111111111", auto_create_network=False)
""",
    ),
)
