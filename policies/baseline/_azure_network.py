"""Whom a rule of a security group or a firewall lets in, with values that may not be known yet."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from handoff.controls.resource import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WATCHED: Mapping[int, str] = {
    22: "SSH",
    80: "HTTP",
    1433: "SQL Server",
    1521: "Oracle",
    3306: "MySQL",
    3389: "RDP",
    5432: "PostgreSQL",
    5984: "CouchDB",
    6379: "Redis",
    9042: "Cassandra",
    9200: "Elasticsearch",
    10255: "Cosmos DB",
    27017: "MongoDB",
}
"""Ports that nobody at large has business with."""
FIELDS = (
    "access",
    "direction",
    "protocol",
    "sourceAddressPrefix",
    "sourceAddressPrefixes",
    "destinationPortRange",
    "destinationPortRanges",
)
"""What a rule is judged by."""
_EVERYBODY = frozenset({"*", "any", "internet"})
_NO_PORTS = frozenset({"icmp", "icmpv6", "esp", "ah"})
_BROAD = 1
"""Prefixes of this length or shorter hold half of the internet or more."""
_WIDEST = 1 << 24
_RANGE = re.compile(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?")


def opened(rule: Mapping[str, object]) -> str | Unknown | None:
    """What one rule opens to everybody, such as `22 (SSH)`; None when nothing that is watched, UNKNOWN when that cannot be told."""
    protocol = rule.get("protocol")
    answers = (
        _is(rule.get("access"), "allow"),
        _is(rule.get("direction"), "inbound"),
        not (isinstance(protocol, str) and protocol.lower() in _NO_PORTS),
        _any(map(_is_everybody, _values(rule, "sourceAddressPrefix", "sourceAddressPrefixes"))),
    )
    ports = list(map(_watched, _values(rule, "destinationPortRange", "destinationPortRanges")))
    found = sorted({port for one in ports if isinstance(one, frozenset) for port in one})
    if any(one is False for one in answers) or (not found and UNKNOWN not in ports):
        return None
    if any(one is UNKNOWN for one in answers) or not found:
        return UNKNOWN
    shown = ", ".join(f"{port} ({WATCHED[port]})" for port in found[:3])
    return f"{shown} and {len(found) - 3} more" if len(found) > 3 else shown


def is_wide(start: object, end: object) -> str | Unknown | None:
    """What is wrong with the range of a database's firewall rule; None when nothing, UNKNOWN when an end is not known."""
    if start == "0.0.0.0" and end == "0.0.0.0":  # noqa: S104 - a value that Azure gives a meaning
        return "lets in every Azure customer's services"
    if isinstance(start, Unknown) or isinstance(end, Unknown):
        return UNKNOWN
    try:
        first, last = ipaddress.IPv4Address(start), ipaddress.IPv4Address(end)
    except ValueError:
        return "names no range of addresses"
    return f"lets in {start} to {end}" if int(last) - int(first) >= _WIDEST or int(first) == 0 else None


def _is(value: object, wanted: str) -> bool | Unknown:
    if isinstance(value, Unknown):
        return UNKNOWN
    return isinstance(value, str) and value.lower() == wanted


def _values(rule: Mapping[str, object], single: str, plural: str) -> Iterator[object]:
    one, more = rule.get(single), rule.get(plural)
    if one is not None:
        yield one
    if isinstance(more, list | tuple):
        yield from more
    elif isinstance(more, Unknown):
        yield UNKNOWN


def _any(answers: Iterable[bool | Unknown]) -> bool | Unknown:
    found = list(answers)
    if any(one is True for one in found):
        return True
    return UNKNOWN if any(one is UNKNOWN for one in found) else False


def _is_everybody(value: object) -> bool | Unknown:
    if isinstance(value, Unknown):
        return UNKNOWN
    if not isinstance(value, str):
        return False
    if value.lower() in _EVERYBODY:
        return True
    try:
        return ipaddress.ip_network(value, strict=False).prefixlen <= _BROAD
    except ValueError:
        return False


def _watched(value: object) -> frozenset[int] | Unknown:
    """The watched ports of a range such as `*`, `22` or `20-30`."""
    if isinstance(value, Unknown):
        return UNKNOWN
    text = str(value).strip()
    if text == "*":
        return frozenset(WATCHED)
    found = _RANGE.fullmatch(text)
    if found is None:
        return frozenset()
    first, last = int(found[1]), int(found[2] or found[1])
    return frozenset(port for port in WATCHED if first <= port <= last)
