"""Compute Engine: where snapshots and images are stored and disks are replicated to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._gcp_places import LIVES, TRANSFER, at_home, follow, lies, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

SNAPSHOT = "gcp:compute/snapshot:Snapshot"
SETTINGS = "gcp:compute/snapshotSettings:SnapshotSettings"
IMAGE = "gcp:compute/image:Image"
POLICY = "gcp:compute/resourcePolicy:ResourcePolicy"
REPLICATION = "gcp:compute/diskAsyncReplication:DiskAsyncReplication"
DISK = "gcp:compute/disk:Disk"
REGION_DISK = "gcp:compute/regionDisk:RegionDisk"
SCHEDULED = "snapshotSchedulePolicy.snapshotProperties.storageLocations"
"""One location as text in version 10 of the SDK, a list of one in earlier ones."""
_SNAPSHOTS = "https://cloud.google.com/compute/docs/disks/create-snapshots (read 2026-11-22)"
_NEAREST = "names no storage location, so it is stored in the multi-region that is nearest"

_snapshot = named("storageLocations[*]", "is stored in", is_copy=True, unset=_NEAREST)
_specific = named("storageLocation.locations[*].name", "has snapshots stored in", is_copy=True, unset="names no location for snapshots")


def snapshots(resource: Resource, context: Context) -> Iterator[Finding]:
    """A snapshot's own locations, or those that the project takes by default."""
    if resource.type == SNAPSHOT:
        yield from _snapshot(resource, context)
        return
    policy = resource.get("storageLocation.policy")
    if policy is UNKNOWN:
        yield unknown(f"where snapshots go by default {LATER}", "storageLocation.policy")
    elif policy == "SPECIFIC_LOCATIONS":
        yield from _specific(resource, context)
    elif policy != "LOCAL_REGION":
        yield fail("has snapshots stored in the multi-region that is nearest to their disk", "storageLocation.policy")


def schedule(resource: Resource, context: Context) -> Iterator[Finding]:
    """The locations of scheduled snapshots."""
    if resource.get("snapshotSchedulePolicy") is None:
        yield not_applicable("schedules no snapshots")
        return
    value = resource.get(SCHEDULED)
    places = value if isinstance(value, list) else [value]
    if value in (None, "", []):
        yield fail("names no storage location, so its snapshots go to the multi-region that is nearest", SCHEDULED)
        return
    for place in places:
        yield from lies(resource, context, place, SCHEDULED, "has snapshots stored in", is_copy=True)


def replicas(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The place of the secondary disk, said by the replication or by the disk itself."""
    if resource.type == REPLICATION:
        if resource.get("secondaryDisk.disk") is None:
            yield unknown("names no secondary disk", "secondaryDisk.disk")
        yield from follow(resource, stack, context, "secondaryDisk.disk", "is replicated to", (DISK, REGION_DISK))
    elif resource.get("asyncPrimaryDisk.disk") is None:
        yield not_applicable("is no secondary disk")
    else:
        yield from at_home(resource, context, "is a secondary disk in", is_copy=True)


CONTROLS = (
    Control(
        id="residency-gcp-snapshots",
        title="Snapshots are stored in locations that are named and allowed",
        why="A snapshot that names no location is stored in the multi-region nearest to its disk, in whichever country.",
        fix="Set storageLocations to a region inside residency or dr_residency, and take the snapshot anew.",
        blind="Snapshots taken by hand, and the one that a disk takes of itself before it is destroyed.",
        source=_SNAPSHOTS,
        category=Category.COPY,
        rows=("R093",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={SNAPSHOT: ("storageLocations[*]",), SETTINGS: ("storageLocation.policy", "storageLocation.locations[*].name")},
        evaluate=snapshots,
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.Snapshot("records", source_disk="records", zone="europe-west1-b", storage_locations=["europe-west1"])
""",
    ),
    Control(
        id="residency-gcp-images",
        title="Images are stored in locations that are named and allowed",
        why="An image holds a whole disk, and one that names no location is stored in the multi-region nearest to its source.",
        fix="Set storageLocations to a region inside residency or dr_residency, and make the image anew.",
        blind="Machine images, whose location the SDK does not let a program choose, and images that others export.",
        source="https://cloud.google.com/compute/docs/images/create-custom (read 2026-11-22)",
        category=Category.COPY,
        rows=("R094",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={IMAGE: ("storageLocations[*]",)},
        evaluate=named("storageLocations[*]", "is stored in", is_copy=True, unset=_NEAREST),
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.Image("base", source_disk="projects/acme-prod/zones/europe-west1-b/disks/base", storage_locations=["europe-west1"])
""",
    ),
    Control(
        id="residency-gcp-snapshot-schedules",
        title="Scheduled snapshots are stored in locations that are named and allowed",
        why="A schedule that names no location stores every snapshot in the multi-region nearest to the disk.",
        fix="Set snapshotSchedulePolicy.snapshotProperties.storageLocations to a region inside residency or dr_residency.",
        blind="Disks that the schedule is attached to outside the program.",
        source="https://cloud.google.com/compute/docs/disks/scheduled-snapshots (read 2026-11-22)",
        category=Category.COPY,
        rows=("R095",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={POLICY: ("snapshotSchedulePolicy", SCHEDULED)},
        evaluate=schedule,
        snippet="""\
import pulumi_gcp as gcp

gcp.compute.ResourcePolicy(
    "daily",
    region="europe-west1",
    snapshot_schedule_policy=gcp.compute.ResourcePolicySnapshotSchedulePolicyArgs(
        schedule=gcp.compute.ResourcePolicySnapshotSchedulePolicyScheduleArgs(
            daily_schedule=gcp.compute.ResourcePolicySnapshotSchedulePolicyScheduleDailyScheduleArgs(days_in_cycle=1, start_time="02:00"),
        ),
        snapshot_properties=gcp.compute.ResourcePolicySnapshotSchedulePolicySnapshotPropertiesArgs(storage_locations="europe-west1"),
    ),
)
""",
    ),
    Control(
        id="residency-gcp-disk-replication",
        title="Disks are replicated to allowed regions only",
        why="Asynchronous replication keeps the whole disk a second time, in another region.",
        fix="Make the secondary disk in a zone or region inside residency or dr_residency, and point secondaryDisk.disk at it.",
        blind="Secondary disks of other stacks whose self link is not known before the update.",
        source="https://cloud.google.com/compute/docs/disks/async-pd/about (read 2026-11-22)",
        category=Category.COPY,
        rows=("R096",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={
            REPLICATION: ("secondaryDisk.disk",),
            DISK: ("asyncPrimaryDisk.disk", "zone"),
            REGION_DISK: ("asyncPrimaryDisk.disk", "region"),
        },
        evaluate_linked=replicas,
        snippet="""\
import pulumi_gcp as gcp

primary = gcp.compute.Disk("primary", zone="europe-west1-b", type="pd-ssd", size=100)
secondary = gcp.compute.Disk("secondary", zone="europe-west4-a", type="pd-ssd", size=100, async_primary_disk={"disk": primary.id})
gcp.compute.DiskAsyncReplication("pair", primary_disk=primary.id, secondary_disk={"disk": secondary.id})
""",
    ),
)
