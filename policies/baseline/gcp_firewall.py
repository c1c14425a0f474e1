"""Firewalls on Google Cloud: who gets in from the internet, and what is written down of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, either, is_set, is_true

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


def inbound(resource: Resource, context: Context) -> Iterator[Finding]:
    """Nothing from everywhere reaches a port that administers or stores."""
    unsure = [path for path in ("direction", "disabled", *(() if resource.type == FIREWALL else ("action",))) if resource.get(path) is UNKNOWN]
    for one in _inbound(resource, context):
        yield unknown(f"whether it {one.message} is not known: {unsure[0]} {LATER}", unsure[0]) if unsure else one


def _inbound(resource: Resource, _: Context) -> Iterator[Finding]:
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
)
