"""The account's own public zones and the name servers that answer for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.model import Json, Reader

READS = frozenset({"route53:GetHostedZone", "route53:ListHostedZones"})


def public(reader: Reader) -> list[Json]:
    """Every public zone."""
    return [zone for zone in reader.read("route53:ListHostedZones") if not cast("Json", zone.get("Config") or {}).get("PrivateZone")]


def servers(reader: Reader, zones: Iterable[Json], name: str) -> list[frozenset[str]]:
    """The name servers of each of these zones that has this name."""
    answers = (reader.get("route53:GetHostedZone", Id=zone["Id"]) for zone in zones if str(zone["Name"]).rstrip(".").lower() == name.rstrip(".").lower())
    return [_of(answer) for answer in answers if answer]


def _of(answer: Json) -> frozenset[str]:
    return frozenset(str(one).rstrip(".").lower() for one in cast("list[str]", cast("Json", answer.get("DelegationSet") or {}).get("NameServers") or []))
