"""Pub/Sub: where messages are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity
from handoff.controls.rules import every, is_true

from ._gcp_places import LIVES, TOPIC, TRANSFER, named

if TYPE_CHECKING:
    from handoff.controls.model import ResourceRule

REGIONS = "messageStoragePolicy.allowedPersistenceRegions[*]"
TRANSIT = "messageStoragePolicy.enforceInTransit"

storage: ResourceRule = named(REGIONS, "stores messages in", unset="bounds no regions, so messages are stored wherever they are published")

CONTROLS = (
    Control(
        id="residency-gcp-topic-storage",
        title="A topic stores messages in allowed regions only, whoever publishes from wherever",
        why="Without a storage policy Pub/Sub stores a message in the region nearest to its publisher, and without enforcement it passes through others.",
        fix="Set messageStoragePolicy.allowedPersistenceRegions to regions inside residency, and enforceInTransit to true.",
        blind="What subscribers do with a message, and an organization policy that bounds topics already.",
        source="https://cloud.google.com/pubsub/docs/resource-location-restriction (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R099",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={TOPIC: (REGIONS, TRANSIT)},
        evaluate=every(storage, is_true(TRANSIT, "lets messages pass through other regions")),
        snippet="""\
import pulumi_gcp as gcp

gcp.pubsub.Topic("events", message_storage_policy={"allowed_persistence_regions": ["europe-west1"], "enforce_in_transit": True})
""",
    ),
)
