"""Cloud CDN: content kept at the edge, in every country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control
from handoff.controls.rules import is_false

from ._gcp_places import SENT, TRANSFER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

BUCKET = "gcp:compute/backendBucket:BackendBucket"
SERVICE = "gcp:compute/backendService:BackendService"

_off = is_false("enableCdn", "is cached at the edge, in any country")


def cdn(resource: Resource, context: Context) -> Iterator[Finding]:
    """No cache at the edge, unless the data classes allow it by name."""
    if not context.global_service(resource, "cdn"):
        yield from _off(resource, context)


CONTROLS = (
    Control(
        id="residency-gcp-cdn",
        title="Content is not cached at the edge",
        why="Cloud CDN keeps responses in caches all over the world, and no setting bounds the countries.",
        fix="Set enableCdn to false, or add cdn to global_services of a data class that may be public everywhere.",
        blind="Caches of other companies in front of the load balancer.",
        source="https://cloud.google.com/cdn/docs/locations (read 2026-11-22)",
        category=Category.REACH,
        rows=("R105",),
        maps=SENT,
        also=TRANSFER,
        reads={BUCKET: ("enableCdn",), SERVICE: ("enableCdn",)},
        evaluate=cdn,
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.BackendBucket("site", bucket_name="acme-site", enable_cdn=False)
""",
    ),
)
