"""Storage Transfer Service: where bulk copies go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, unknown

from ._gcp_places import BUCKET, SENT, TRANSFER, follow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

JOB = "gcp:storage/transferJob:TransferJob"
SINKS = ("transferSpec.gcsDataSink.bucketName", "replicationSpec.gcsDataSink.bucketName")
FILES = "transferSpec.posixDataSink"


def sinks(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The bucket that a job copies to; a file system has no place that Google knows."""
    for path in SINKS:
        yield from follow(resource, stack, context, path, "copies to", (BUCKET,))
    if resource.get(FILES) is not None:
        yield unknown("copies to a file system behind agents, and where that is, nothing here tells", FILES)


CONTROLS = (
    Control(
        id="residency-gcp-transfer-sink",
        title="Transfer jobs copy to buckets in allowed regions only",
        why="A transfer job copies whole buckets, once or for ever, to wherever its sink lies.",
        fix="Set transferSpec.gcsDataSink.bucketName to a bucket inside residency or dr_residency, or tell its region in environments[].elsewhere.",
        blind="Transfers that are started by hand, and where the agents of a file system run.",
        source="https://cloud.google.com/storage-transfer/docs/create-transfers (read 2026-11-22)",
        category=Category.REACH,
        rows=("R106",),
        maps=SENT,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={JOB: (*SINKS, FILES)},
        looks_at={BUCKET: ("name", "location", "customPlacementConfig.dataLocations[*]")},
        evaluate_linked=sinks,
        snippet="""\
import pulumi_gcp as gcp

archive = gcp.storage.Bucket("archive", name="acme-archive", location="EUROPE-WEST4")
gcp.storage.TransferJob(
    "archive",
    description="nightly archive",
    transfer_spec={"gcs_data_source": {"bucket_name": "acme-records"}, "gcs_data_sink": {"bucket_name": archive.name}},
)
""",
    ),
)
