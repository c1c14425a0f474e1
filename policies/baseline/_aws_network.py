"""Which rules of a security group open a port to the world that should not be."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from handoff.controls.model import fail, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, as_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handoff.controls.model import Finding

PORTS: Mapping[int, str] = {
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    135: "RPC",
    445: "SMB",
    1433: "SQL Server",
    1434: "SQL Server",
    1521: "Oracle",
    2375: "Docker",
    2379: "etcd",
    2483: "Oracle",
    2484: "Oracle",
    3306: "MySQL",
    3389: "RDP",
    5432: "PostgreSQL",
    5439: "Redshift",
    5985: "WinRM",
    5986: "WinRM",
    6379: "Redis",
    8182: "Neptune",
    9042: "Cassandra",
    9160: "Cassandra",
    9200: "OpenSearch",
    9300: "OpenSearch",
    11211: "Memcached",
    27017: "MongoDB",
    27018: "MongoDB",
    27019: "MongoDB",
    50000: "Db2",
}
"""Ports of administration and of databases.

source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html (read 2026-11-22)
"""
_ALL = frozenset({"-1", "all"})
_WITH_PORTS = frozenset({"tcp", "udp", "sctp", "6", "17", "132"})
_LAST_PORT = 65535
_WIDEST_V4, _WIDEST_V6 = 8, 16
"""A network with a shorter prefix is as good as everyone: two halves of the internet are the internet."""


def exposed(sources: Iterable[tuple[str, object]], protocol: object, low: object, high: object) -> Iterator[Finding]:
    """Findings for one rule: who may come in, as (path, network), and to which ports."""
    ports = risky(protocol, low, high)
    if ports == "":
        return
    for at, source in sources:
        if source is UNKNOWN:
            yield unknown(f"who may reach it: {at} {LATER}", at)
        elif is_world(source):
            if isinstance(ports, Unknown):
                yield unknown(f"which ports {source} may reach {LATER}", at)
            else:
                yield fail(f"lets {source} reach {ports}", at)


def risky(protocol: object, low: object, high: object) -> str | Unknown:
    """The ports at stake, in words; empty when there are none."""
    if protocol is UNKNOWN:
        return UNKNOWN
    name = str(protocol).lower()
    if name in _ALL:
        return "every port"
    if name not in _WITH_PORTS:
        return ""
    if low is UNKNOWN or high is UNKNOWN:
        return UNKNOWN
    first, last = as_number(low), as_number(high)
    first = 0 if first is None else first
    last = (_LAST_PORT if low is None else first) if last is None else last
    found = [f"{port} ({PORTS[port]})" for port in PORTS if first <= port <= last]
    if len(found) > 3:
        return f"ports {first:g} to {last:g}, {found[0]} and {len(found) - 1} others of administration and databases among them"
    return f"port {' and '.join(found)}" if found else ""


def is_world(source: object) -> bool:
    """Whether a network in CIDR notation holds the internet, or so much of it that it makes no difference."""
    if not isinstance(source, str):
        return False
    try:
        network = ip_network(source.strip(), strict=False)
    except ValueError:
        return False
    return network.prefixlen < (_WIDEST_V4 if network.version == 4 else _WIDEST_V6)
