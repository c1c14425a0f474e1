"""Cloud Storage: where the objects of a bucket lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity

from ._gcp_places import BUCKET, LIVES, TRANSFER, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

PAIR = "customPlacementConfig.dataLocations[*]"
_PAIR = named(PAIR, "keeps objects in")
_LOCATION = named("location", "keeps objects in", default="us")


def bucket(resource: Resource, context: Context) -> Iterator[Finding]:
    """The two regions of a configurable dual-region decide; else the location, which is the United States when nothing is named."""
    chosen = any(True for _ in resource.each(PAIR))
    yield from (_PAIR if chosen else _LOCATION)(resource, context)


CONTROLS = (
    Control(
        id="residency-gcp-bucket-location",
        title="Every region in which a bucket may keep objects is allowed",
        why="A multi-region or dual-region bucket keeps objects in several countries, and a bucket that names no location lies in the United States.",
        fix="Make the bucket with location set to a region inside residency, or with two such regions in customPlacementConfig.dataLocations.",
        blind="Objects that a program writes elsewhere. Turbo replication (rpo) stays between the two regions of the bucket and needs no check of its own.",
        source="https://cloud.google.com/storage/docs/locations (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R080",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={BUCKET: ("location", PAIR)},
        evaluate=bucket,
        snippet="""\
import pulumi_gcp as gcp

gcp.storage.Bucket("records", location="EUROPE-WEST1")
""",
    ),
)
