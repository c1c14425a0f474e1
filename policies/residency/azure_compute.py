"""Disk snapshots on Azure: copies between regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._azure_references import DISK, SNAPSHOT, looks_at, references
from ._azure_regions import GDPR, KEPT, here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

OPTION, SOURCE = "creationData.createOption", "creationData.sourceResourceId"


def snapshot(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A snapshot that is copied from another region: both ends are allowed."""
    option = resource.get(OPTION)
    if option is UNKNOWN:
        yield unknown(f"whether it is a copy from another region: {OPTION} {LATER}", OPTION)
    elif isinstance(option, str) and option.lower() == "copystart":
        yield from here(resource, context, "is a copy in")
        yield from references(resource, stack, context, SOURCE, "is copied from", SNAPSHOT, DISK, is_copy=False)
    else:
        yield not_applicable("not copied from another region")


CONTROLS = (
    Control(
        id="residency-azure-snapshot-copy",
        title="Snapshots are copied between allowed regions only",
        why="A snapshot is the whole disk, and CopyStart carries it from one region to another.",
        fix="Make the copy in a region inside residency or dr_residency of the data class, from a snapshot inside residency.",
        blind="Snapshots that people download or share by a link; a source outside the stack that environments[].elsewhere does not name.",
        source="https://learn.microsoft.com/azure/virtual-machines/disks-copy-incremental-snapshot-across-regions (read 2026-11-22)",
        category=Category.COPY,
        rows=("R068",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={SNAPSHOT: (OPTION, SOURCE, "location")},
        looks_at=looks_at(SNAPSHOT, DISK),
        evaluate_linked=snapshot,
        snippet="""\
import pulumi_azure_native as azure

source = azure.compute.Disk(
    "disk",
    resource_group_name="records",
    location="westeurope",
    disk_size_gb=64,
    creation_data={"create_option": "Empty"},
)
near = azure.compute.Snapshot(
    "near",
    resource_group_name="records",
    location="westeurope",
    incremental=True,
    creation_data={"create_option": "Copy", "source_resource_id": source.id},
)
azure.compute.Snapshot(
    "copy",
    resource_group_name="records",
    location="northeurope",
    incremental=True,
    creation_data={"create_option": "CopyStart", "source_resource_id": near.id},
)
""",
    ),
)
