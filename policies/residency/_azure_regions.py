"""Azure regions that a resource names itself: its own location, regions in its properties, and the pair that Azure copies to by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.destinations import judged
from handoff.controls.frameworks import Maps
from handoff.controls.model import Verdict, fail, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, ResourceRule
    from handoff.controls.resource import Resource

KEPT = Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
"""What asks for data to stay where it may be."""
SENT = Maps(nist="~AC-4 AC-21 SA-9(5)", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
"""What asks for a bound on whom data is sent to or shared with."""
GDPR = ("gdpr 44",)


def named(path: str, what: str, *, is_copy: bool = True) -> ResourceRule:
    """Every region that stands at the path is allowed."""

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        for at, region in resource.each(path):
            yield from judged(resource, context, region, at, what, cloud="azure", is_copy=is_copy)

    return rule


def by_type(rules: Mapping[str, ResourceRule]) -> ResourceRule:
    """One rule per type token, for a control that speaks of several types."""

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        yield from rules[resource.type](resource, context)

    return rule


def own(what: str, *, is_copy: bool = True) -> ResourceRule:
    """The resource's own region is allowed, for a resource that is itself the copy."""

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        yield from here(resource, context, what, is_copy=is_copy)

    return rule


def here(resource: Resource, context: Context, what: str, *, is_copy: bool = True) -> Iterator[Finding]:
    """Findings for the region that the resource itself ends up in."""
    place = effective(resource)
    region = None if place is None else place.region
    if region is None:
        yield unknown("neither the resource nor its provider names a region", "location")
    else:
        yield from judged(resource, context, region, "location", what, cloud="azure", is_copy=is_copy)


def geo(path: str, doubled: tuple[str, ...], what: str, *, default: str | None = None, home: Callable[[Resource], object] | None = None) -> ResourceRule:
    """Redundancy that copies to the paired region is set only where the pair is allowed. `default`: what the service takes when it is not set.

    `what` begins "<resource> ... in REGION and in PAIR", such as `keeps its backups`. `home`: what tells the region, if not the resource itself.
    """
    values = frozenset(one.lower() for one in doubled)

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        found = list(resource.each(path))
        region = home(resource) if home else None
        for at, value in found or ([(path, default)] if default is not None else []):
            if value is UNKNOWN:
                if _bad(to_pair(resource, context, what, "perhaps", at, region)):
                    yield unknown(f"{at} {LATER}", at)
            elif not isinstance(value, str):
                yield unknown("names no redundancy that can be read", at)
            elif value.lower() in values:
                yield from to_pair(resource, context, what, f"being {value}{'' if found else ' by default'}", at, region)

    return rule


def to_pair(resource: Resource, context: Context, what: str, because: str, path: str, region: object = None) -> Iterator[Finding]:
    """Findings for the paired region of the resource's own, or of another one given."""
    place = effective(resource)
    home = region if region is not None else place.region if place is not None else None
    if not isinstance(home, str) or places.find("azure", home) is None:
        yield unknown(f"{what} in a region and, {because}, in its pair, and the region is not known", path)
        return
    pair = places.paired("azure", home)
    if pair is None:
        yield fail(f"{what} in {home} and, {because}, in a paired region, and none is known", path)
        return
    yield from judged(resource, context, pair, path, f"{what} in {home} and, {because}, in", cloud="azure")


def _bad(findings: Iterator[Finding]) -> bool:
    return any(one.verdict in {Verdict.FAIL, Verdict.UNKNOWN} for one in findings)
