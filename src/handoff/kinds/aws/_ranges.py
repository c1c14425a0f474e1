"""Ranges of addresses as clues."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from handoff.errors import CloudError
from handoff.model import Clue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Nobody holds more than a /8 of IPv4 or a /16 of IPv6; rules that split the internet in halves are an old trick.
_WHOLE = {4: 7, 6: 15}


def parse(cidr: str, *, where: str) -> Network:
    """A range as the API gives it. Raises CloudError for anything else."""
    try:
        return ipaddress.ip_network(cidr, strict=False)
    except ValueError as error:
        raise CloudError(f"{where}: {cidr!r} is not a range of addresses") from error


def clue(network: Network) -> tuple[Clue, str]:
    """Everyone, or the range."""
    return (Clue.EVERYONE, f"every address of {network}") if network.prefixlen <= _WHOLE[network.version] else (Clue.CIDR, str(network))


def inside(network: Network, ranges: Iterable[Network]) -> bool:
    """Whether one of the ranges holds it whole."""
    return any(network.version == one.version and network.subnet_of(one) for one in ranges)  # type: ignore[arg-type]


def holder(network: Network, vpcs: Mapping[str, tuple[Network, ...]]) -> str | None:
    """The first VPC of the account whose ranges hold it, when it is private."""
    return next((vpc for vpc, ranges in sorted(vpcs.items()) if inside(network, ranges)), None) if network.is_private else None
