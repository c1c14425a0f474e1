"""Networks on Google Cloud: who gets in from the internet, and what is written down of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, either, is_false, is_none_of, is_set, is_true

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

FIREWALL = "gcp:compute/firewall:Firewall"
POLICY_RULES = (
    "gcp:compute/firewallPolicyRule:FirewallPolicyRule",
    "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule",
    "gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule",
)
SUBNET = "gcp:compute/subnetwork:Subnetwork"
NETWORK = "gcp:compute/network:Network"
INSTANCE = "gcp:compute/instance:Instance"
CLUSTER = "gcp:container/cluster:Cluster"
PROXY_ONLY = frozenset({"INTERNAL_HTTPS_LOAD_BALANCER", "REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY"})
"""Purposes of subnets that hold no machines: they log no flows."""
ADMINISTRATION = (21, 22, 23, 135, 139, 445, 2375, 2376, 3389, 5900, 5985, 5986, 10250)
DATABASES = (1433, 1434, 1521, 2049, 2379, 3306, 5432, 5984, 6379, 7000, 8086, 9042, 9200, 9300, 11211, 26257, 27017, 27018, 27019)
GUARDED = (*ADMINISTRATION, *DATABASES)
"""Ports that administer machines or serve stores."""
WITH_PORTS = frozenset({"tcp", "udp", "sctp", "6", "17", "132"})
_FROM = "sourceRanges[*]"
_SOURCES = ("sourceTags", "sourceServiceAccounts")
_MATCHED = "match.srcIpRanges[*]"
_MATCH_SOURCES = (
    "match.srcAddressGroups",
    "match.srcFqdns",
    "match.srcRegionCodes",
    "match.srcSecureTags",
    "match.srcThreatIntelligences",
    "match.srcNetworks",
)


def inbound(resource: Resource, _: Context) -> Iterator[Finding]:
    """Nothing from everywhere reaches a port that administers or stores."""
    is_rule = resource.type == FIREWALL
    if resource.get("disabled") is True or _folded(resource.get("direction")) == "EGRESS":
        return
    if not is_rule and _folded(resource.get("action")) == "DENY":
        return
    opened = list(_opened(resource, "allows[*]", "protocol") if is_rule else _opened(resource, "match.layer4Configs[*]", "ipProtocol"))
    if not opened:
        return
    at, wide = _source(resource, _FROM, _SOURCES) if is_rule else _source(resource, _MATCHED, _MATCH_SOURCES)
    if wide is False:
        return
    for where, what in opened:
        if what is UNKNOWN:
            yield unknown(f"which ports it opens {LATER}", where)
        elif wide is UNKNOWN:
            yield unknown(f"whom it lets in to {what} {LATER}", at)
        else:
            yield fail(f"lets in the whole internet to {what}", where)


def _folded(value: object) -> str:
    return value.upper() if isinstance(value, str) else ""


def _source(resource: Resource, ranges: str, others: tuple[str, ...]) -> tuple[str, object]:
    """Whether everywhere may come in. Without any source, everywhere may."""
    values = list(resource.each(ranges))
    for at, value in values:
        if _gcp.is_everywhere(value):
            return at, True
    path = ranges.split("[", 1)[0]
    if any(value is UNKNOWN for _, value in values):
        return path, UNKNOWN
    return path, not values and all(resource.get(one) in (None, []) for one in others)


def _opened(resource: Resource, path: str, protocol_name: str) -> Iterator[tuple[str, object]]:
    """What of the guarded ports each entry opens, in words; UNKNOWN when that is not known."""
    for at, entry in resource.each(path):
        if entry is UNKNOWN:
            yield at, UNKNOWN
        elif isinstance(entry, dict):
            protocol = entry.get(protocol_name)
            if protocol is UNKNOWN:
                yield f"{at}.{protocol_name}", UNKNOWN
            elif protocol == "all":
                yield f"{at}.{protocol_name}", "every port"
            elif str(protocol).lower() in WITH_PORTS:
                yield from _ports(f"{at}.ports", entry.get("ports"))


def _ports(at: str, ports: object) -> Iterator[tuple[str, object]]:
    if ports is UNKNOWN:
        yield at, UNKNOWN
    elif not isinstance(ports, list) or not ports:
        yield at, "every port"
    else:
        for number, one in enumerate(ports):
            if one is UNKNOWN:
                yield f"{at}[{number}]", UNKNOWN
                continue
            first, _, last = str(one).strip().partition("-")
            low, high = _number(first), _number(last or first)
            hit = [port for port in GUARDED if low <= port <= high]
            if hit:
                yield f"{at}[{number}]", f"port {hit[0]}" if len(hit) == 1 else f"ports {one}"


def _number(text: str) -> float:
    return float(text) if text.strip().isdigit() else float("nan")


def flows(resource: Resource, _: Context) -> Iterator[Finding]:
    """A subnet of machines logs the flows through it."""
    if resource.get("purpose") in PROXY_ONLY:
        yield not_applicable("holds proxies only, whose flows Google does not log")
        return
    block, sampling = resource.get("logConfig"), resource.get("logConfig.flowSampling")
    if block is UNKNOWN or sampling is UNKNOWN:
        yield unknown(f"whether it logs flows {LATER}", "logConfig.flowSampling")
    elif block is None or sampling in (0, "0"):
        yield fail("does not log the flows through it", "logConfig.flowSampling")


_private = is_true("privateIpGoogleAccess", "reaches Google's services over the internet")


def private_access(resource: Resource, context: Context) -> Iterator[Finding]:
    """A subnet of machines reaches Google's services privately."""
    if resource.get("purpose") in PROXY_ONLY:
        yield not_applicable("holds proxies only, which are Google's own")
        return
    yield from _private(resource, context)


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
        id="gcp-firewall-inbound",
        title="No firewall rule lets the whole internet reach administration or databases",
        why="Ports that administer machines or serve stores are tried by strangers within minutes.",
        fix="Narrow sourceRanges (match.srcIpRanges in a policy rule) to known networks, or the ports in allows; reach machines through IAP from 35.235.240.0/20.",
        blind="Ranges smaller than half of the internet; a rule of higher priority that denies the same; ports that serve something else than usual.",
        source="https://cloud.google.com/firewall/docs/firewalls (read 2026-11-22)",
        category=Category.BASELINE,
        family="NET",
        rows=("G14",),
        maps=Maps(nist="~AC-4 SC-7", hipaa="~312(e)(1) 308(a)(1)(ii)(B)", pci="1.2.5 1.3.1", soc2="CC6.6", iso="A.8.20"),
        severity=Severity.CRITICAL,
        reads={
            FIREWALL: ("direction", "disabled", "allows[*].protocol", "allows[*].ports", _FROM, *_SOURCES),
            **dict.fromkeys(
                POLICY_RULES,
                ("action", "direction", "disabled", "match.layer4Configs[*].ipProtocol", "match.layer4Configs[*].ports", _MATCHED, *_MATCH_SOURCES),
            ),
        },
        evaluate=inbound,
        snippet="""\
import pulumi_gcp as gcp

network = gcp.compute.Network("work", auto_create_subnetworks=False)
allows = [{"protocol": "tcp", "ports": ["22"]}]
log = {"metadata": "INCLUDE_ALL_METADATA"}
gcp.compute.Firewall("ssh-by-iap", network=network.id, direction="INGRESS", source_ranges=["35.235.240.0/20"], allows=allows, log_config=log)
""",
    ),
    Control(
        id="gcp-firewall-logging",
        title="Firewall rules write down what they match",
        why="Which connection got in, and which was refused, is asked first after an incident.",
        fix="Set logConfig.metadata to INCLUDE_ALL_METADATA.",
        blind="The rules that every network has by itself, which cannot log.",
        source="https://cloud.google.com/firewall/docs/firewall-rules-logging (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("G15",),
        maps=_LOGS,
        severity=Severity.MEDIUM,
        reads={FIREWALL: ("logConfig.metadata", "enableLogging")},
        remedy={"logConfig.metadata": "INCLUDE_ALL_METADATA"},
        evaluate=either(is_true("enableLogging", "does not log"), is_set("logConfig.metadata", "does not log what it matches")),
        snippet="""\
import pulumi_gcp as gcp

network = gcp.compute.Network("work", auto_create_subnetworks=False)
allows = [{"protocol": "tcp", "ports": ["443"]}]
gcp.compute.Firewall("web", network=network.id, source_ranges=["10.0.0.0/8"], allows=allows, log_config={"metadata": "INCLUDE_ALL_METADATA"})
""",
    ),
    Control(
        id="gcp-firewall-policy-logging",
        title="Rules of firewall policies write down what they match",
        why="Which connection got in, and which was refused, is asked first after an incident.",
        fix="Set enableLogging to true.",
        blind="Rules whose action is goto_next, which have no log of their own.",
        source="https://cloud.google.com/firewall/docs/firewall-rules-logging (read 2026-11-22)",
        category=Category.BASELINE,
        family="LOG",
        rows=("G15",),
        maps=_LOGS,
        severity=Severity.MEDIUM,
        reads=dict.fromkeys(POLICY_RULES, ("enableLogging",)),
        remedy={"enableLogging": True},
        evaluate=is_true("enableLogging", "does not log what it matches"),
        snippet="""\
import pulumi_gcp as gcp

policy = gcp.compute.NetworkFirewallPolicy("work")
gcp.compute.NetworkFirewallPolicyRule(
    "web",
    firewall_policy=policy.name,
    priority=1000,
    action="allow",
    direction="INGRESS",
    match={"src_ip_ranges": ["10.0.0.0/8"], "layer4_configs": [{"ip_protocol": "tcp", "ports": ["443"]}]},
    enable_logging=True,
)
""",
    ),
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
        evaluate=flows,
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
        evaluate=private_access,
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
        evaluate=default_network,
        snippet="""\
import pulumi_gcp as gcp

network = gcp.compute.Network("work", name="work", auto_create_subnetworks=False)
gcp.organizations.Project("work", project_id="acme-work", org_id="111111111111", auto_create_network=False)
""",
    ),
)
