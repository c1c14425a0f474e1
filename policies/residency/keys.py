"""Where key material lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.model import Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

AWS_KEYS = frozenset({"aws:kms/key:Key", "aws:kms/externalKey:ExternalKey"})
RING = "gcp:kms/keyRing:KeyRing"


def evaluate(resource: Resource, context: Context) -> Iterator[Finding]:
    """Key material stays in one region that the data classes allow."""
    if resource.type in AWS_KEYS:
        yield from _multi_region(resource)
    else:
        yield from _ring(resource, context)


def _multi_region(resource: Resource) -> Iterator[Finding]:
    value = resource.get("multiRegion")
    if value is UNKNOWN:
        yield unknown("whether its material can be replicated is not known before the update", "multiRegion")
    elif value is True:
        yield fail("a multi-region key's material can be replicated to any region", "multiRegion")


def _ring(resource: Resource, context: Context) -> Iterator[Finding]:
    location = resource.get("location")
    if isinstance(location, Unknown):
        yield unknown("its location is not known before the update", "location")
    elif not isinstance(location, str):
        yield fail("names no location", "location")
    elif not places.is_region("gcp", location):
        yield fail(f"lives in {location}, which is not one region", "location")
    else:
        forbidden = context.outside(resource, "gcp", location)
        if forbidden:
            yield fail(f"lives in {location}; {forbidden}", "location")


CONTROL = Control(
    id="residency-keys",
    title="Key material stays in one region",
    why="Who holds the key holds the data; a key that lives elsewhere can be demanded elsewhere.",
    fix="Leave multiRegion off; give a key ring one region inside the residency. A location cannot be changed later: make a new ring.",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html (read 2026-11-22)",
    frameworks=("nist-800-53 SC-12", "gdpr 44", "iso-27001 A.8.24"),
    severity=Severity.CRITICAL,
    types=frozenset({*AWS_KEYS, RING}),
    evaluate=evaluate,
)
