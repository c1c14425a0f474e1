"""Cloud Run, Cloud Functions and Eventarc: where code runs and events pass through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control

from ._gcp_places import LIVES, TRANSFER, at_home, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

SERVICE = "gcp:cloudrunv2/service:Service"
FUNCTION = "gcp:cloudfunctionsv2/function:Function"
TRIGGER = "gcp:eventarc/trigger:Trigger"
REGIONS = "multiRegionSettings.regions[*]"

_regions = named(REGIONS, "serves from")
_trigger = named("eventTrigger.triggerRegion", "receives events through")


def service(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every region of a multi-region service, whose own location is only `global`; else the location."""
    if any(True for _ in resource.each(REGIONS)):
        yield from _regions(resource, context)
    else:
        yield from at_home(resource, context, "serves from")


def function(resource: Resource, context: Context) -> Iterator[Finding]:
    """The location, and of a function the region of its trigger as well."""
    yield from at_home(resource, context, "handles events in")
    if resource.type == FUNCTION:
        yield from _trigger(resource, context)


CONTROLS = (
    Control(
        id="residency-gcp-run-regions",
        title="A Cloud Run service serves from allowed regions only",
        why="A multi-region service runs the same code with the same data in every region that is named.",
        fix="Name only regions inside residency in multiRegionSettings.regions, or set location to one of them.",
        blind="Databases and buckets that the service reads, and where its users are.",
        source="https://cloud.google.com/run/docs/multiple-regions (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R104",),
        maps=LIVES,
        also=TRANSFER,
        reads={SERVICE: (REGIONS, "location")},
        evaluate=service,
        snippet="""\
import pulumi_gcp as gcp

gcp.cloudrunv2.Service("portal", location="europe-west1", template={"containers": [{"image": "europe-west1-docker.pkg.dev/acme-prod/images/portal"}]})
""",
    ),
    Control(
        id="residency-gcp-function-location",
        title="Functions and event triggers work in allowed regions only",
        why="An event holds data, and it passes through the region of its trigger before it reaches the function.",
        fix="Set location, and eventTrigger.triggerRegion where it is used, to regions inside residency.",
        blind="Events of sources that are global by nature, and what the function calls.",
        source="https://cloud.google.com/eventarc/docs/understand-locations (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R107",),
        maps=LIVES,
        also=TRANSFER,
        reads={FUNCTION: ("location", "eventTrigger.triggerRegion"), TRIGGER: ("location",)},
        evaluate=function,
        snippet="""\
import pulumi_gcp as gcp

gcp.cloudfunctionsv2.Function(
    "intake",
    location="europe-west1",
    event_trigger={"trigger_region": "europe-west1", "event_type": "google.cloud.storage.object.v1.finalized"},
)
""",
    ),
)
