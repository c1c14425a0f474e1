"""Where data may live: places, countries, groups of countries, and the regions of each cloud inside them.

Two tables lie beside this module and are its only data: `places_countries.csv` (ISO 3166-1) and `places_regions.csv`
(every region with its country, its paired region where the cloud copies there by itself, the source and the date read).
A region that the tables do not hold is unknown and lies nowhere: it is never guessed from its name.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CLOUDS = ("aws", "azure", "gcp")

_EU = "at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro sk si es se"
GROUPS: Mapping[str, frozenset[str]] = {
    name: frozenset(codes.split())
    for name, codes in {
        # source: https://european-union.europa.eu/principles-countries-history/eu-countries_en (read 2026-11-22)
        "eu": _EU,
        # source: https://www.efta.int/eea (read 2026-11-22)
        "eea": f"{_EU} is li no",
        "efta": "is li no ch",
        "nordics": "dk fi is no se",
        "baltics": "ee lv lt",
        "benelux": "be nl lu",
        "dach": "de at ch",
        # source: https://www.gcc-sg.org (read 2026-11-22)
        "gcc": "bh kw om qa sa ae",
        "g7": "ca fr de it jp gb us",
        "five-eyes": "au ca nz gb us",
        "north-america": "ca mx us",
    }.items()
}
"""Country groups by name; each holds ISO 3166-1 alpha-2 codes in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One region, or one name that stands for several (`multi-region`)."""

    cloud: str
    name: str
    countries: frozenset[str]
    """Every country in which it may keep data; empty = anywhere."""
    pair: str
    """The region that the cloud itself copies to when a service is geo-redundant; empty = none."""
    is_multi: bool
    source: str
    """`URL (read DATE)`."""


@cache
def _countries() -> Mapping[str, str]:
    """Country code by every name or code that stands for it."""
    found: dict[str, str] = {}
    with Path(__file__).with_name("places_countries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = (row["code"], row["name"], *filter(None, row["also"].split("|")))
            found |= {_plain(name): row["code"] for name in names}
    return found


@cache
def _regions() -> Mapping[tuple[str, str], Region]:
    with Path(__file__).with_name("places_regions.csv").open(encoding="utf-8", newline="") as file:
        rows = (
            Region(
                cloud=row["cloud"],
                name=row["name"],
                countries=frozenset(row["countries"].split()),
                pair=row["pair"],
                is_multi=row["type"] != "region",
                source=f"{row['source']} (read {row['read']})",
            )
            for row in csv.DictReader(file)
        )
        return {(one.cloud, one.name): one for one in rows}


def _plain(name: str) -> str:
    """Lower case, with blanks and underscores as hyphens: `United Kingdom` and `united-kingdom` are one place."""
    return re.sub(r"[\s_-]+", "-", name.strip().lower())


def normal(cloud: str, name: str) -> str:
    """A region's name as the tables have it: `West Europe` is Azure's `westeurope`, `EU` is Google's `eu`."""
    return re.sub(r"[\s_-]+", "", name.strip().lower()) if cloud == "azure" else name.strip().lower()


def find(cloud: str, name: str) -> Region | None:
    """The region or multi-region of this name, or None when the tables do not hold it."""
    return _regions().get((cloud, normal(cloud, name)))


def known(name: str) -> bool:
    """True for a country, a country group, or a region's name of any cloud."""
    return bool(_members(name)) or any(find(cloud, name) for cloud in CLOUDS)


def is_region(cloud: str, name: str) -> bool:
    """True for one region of this cloud; a multi-region is none."""
    found = find(cloud, name)
    return found is not None and not found.is_multi


def regions(cloud: str, place: str) -> frozenset[str]:
    """Every region of this cloud inside a place; empty when the place holds none or is not known."""
    return frozenset(one.name for one in _regions().values() if one.cloud == cloud and not one.is_multi and _inside(one, place))


def within(cloud: str, region: str, places: Iterable[str]) -> bool:
    """True when everything that this region, multi-region or dual-region may hold stays inside the places taken together.

    A region that is not known is inside only when a place names it literally.
    """
    places = tuple(places)
    found = find(cloud, region)
    if found is None:
        return normal(cloud, region) in {normal(cloud, place) for place in places}
    if any(_inside(found, place) for place in places):
        return True
    allowed = frozenset().union(*(_members(place) for place in places))
    return bool(found.countries) and found.countries <= allowed


def paired(cloud: str, region: str) -> str | None:
    """The region that geo-redundant services of this one copy to, or None when there is none."""
    found = find(cloud, region)
    return (found.pair or None) if found else None


def _members(place: str) -> frozenset[str]:
    """Country codes that a place stands for; empty when it is no country and no group."""
    name = _plain(place)
    if name in GROUPS:
        return GROUPS[name]
    code = _countries().get(name)
    return frozenset({code}) if code else frozenset()


def _inside(region: Region, place: str) -> bool:
    if normal(region.cloud, place) == region.name:
        return True
    return bool(region.countries) and region.countries <= _members(place)
