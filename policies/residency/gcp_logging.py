"""Cloud Logging: where logs are stored and where sinks send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._gcp_places import BUCKET, DATASET, LIVES, SENT, TOPIC, TRANSFER, lead, lies, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

BUCKETS = tuple(f"gcp:logging/{one[0].lower()}{one[1:]}BucketConfig:{one}BucketConfig" for one in ("Project", "Folder", "Organization", "BillingAccount"))
SETTINGS = ("gcp:logging/organizationSettings:OrganizationSettings", "gcp:logging/folderSettings:FolderSettings")
SINKS = tuple(f"gcp:logging/{one[0].lower()}{one[1:]}Sink:{one}Sink" for one in ("Project", "Folder", "Organization", "BillingAccount"))
KINDS = (BUCKET, DATASET, TOPIC, *BUCKETS)


def sink(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The region of the bucket, dataset, topic or log bucket that the sink writes to."""
    value = resource.get("destination")
    if resource.get("disabled") is True:
        yield not_applicable("is switched off")
    elif isinstance(value, str) and value.startswith("logging.googleapis.com/projects/") and "/locations/" not in value:
        owner = value.rstrip("/").rsplit("/", 1)[-1]
        yield unknown(f"hands the logs to project {owner}, whose own sinks decide where they go", "destination")
    elif isinstance(value, str) and "/locations/global/" in value and context.global_service(resource, "logging"):
        yield from ()
    elif value is None:
        yield unknown("names no destination", "destination")
    elif value is UNKNOWN and not any(one.type in KINDS for one in stack.linked(resource, "destination")):
        yield unknown(f"where it sends the logs {LATER}", "destination")
    else:
        yield from lead(resource, stack, context, "destination", value, "sends logs to", KINDS)


def settings(resource: Resource, context: Context) -> Iterator[Finding]:
    """The home of the log buckets that Google makes by itself; `global` when nothing is named."""
    value = resource.get("storageLocation")
    if value is None:
        yield from lies(resource, context, "global", "storageLocation", "names no storageLocation, so new log buckets are made in", service="logging")
    else:
        yield from lies(resource, context, value, "storageLocation", "has new log buckets made in", service="logging")


CONTROLS = (
    Control(
        id="residency-gcp-log-buckets",
        title="Logs are stored in allowed regions only",
        why="A log bucket in the location global may store entries in any region, and entries repeat the data that they speak of.",
        fix="Make a log bucket with location set to a region inside residency, and point the _Default sink at it. The location of a bucket cannot be changed.",
        blind="The _Default and _Required buckets of a project, which this program does not make: the default storage location of the organization decides.",
        source="https://cloud.google.com/logging/docs/region-support (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R088",),
        maps=LIVES,
        also=TRANSFER,
        reads=dict.fromkeys(BUCKETS, ("location",)),
        evaluate=named("location", "stores logs in", unset="names no location", service="logging"),
        snippet="""\
import pulumi_gcp as gcp

gcp.logging.ProjectBucketConfig("audit", project="acme-prod", location="europe-west1", bucket_id="audit", retention_days=400)
""",
    ),
    Control(
        id="residency-gcp-log-default",
        title="Log buckets that Google makes by itself lie in allowed regions",
        why="Every new project gets the buckets _Default and _Required, and without a storage location both are global.",
        fix="Set storageLocation of the organization's or folder's settings to a region inside residency before projects are made.",
        blind="Buckets of projects that were made before the setting.",
        source="https://cloud.google.com/logging/docs/default-settings (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R089",),
        maps=LIVES,
        also=TRANSFER,
        reads=dict.fromkeys(SETTINGS, ("storageLocation",)),
        evaluate=settings,
        snippet="""\
import pulumi_gcp as gcp

gcp.logging.OrganizationSettings("logs", organization="111111111111", storage_location="europe-west1")
""",
    ),
    Control(
        id="residency-gcp-log-sinks",
        title="Sinks send logs to allowed regions only",
        why="A sink copies entries out of their bucket, and the entries repeat the data that they speak of.",
        fix="Set destination to a bucket, dataset, topic or log bucket inside residency or dr_residency, or tell its region in environments[].elsewhere.",
        blind="What the other project does when the destination is a project, and subscribers of a topic.",
        source="https://cloud.google.com/logging/docs/export/configure_export_v2 (read 2026-11-22)",
        category=Category.REACH,
        rows=("R090",),
        maps=SENT,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads=dict.fromkeys(SINKS, ("destination", "disabled")),
        looks_at={
            BUCKET: ("name", "location", "customPlacementConfig.dataLocations[*]"),
            DATASET: ("datasetId", "location"),
            TOPIC: ("name", "messageStoragePolicy.allowedPersistenceRegions[*]"),
            **dict.fromkeys(BUCKETS, ("location",)),
        },
        evaluate_linked=sink,
        snippet="""\
import pulumi_gcp as gcp

archive = gcp.storage.Bucket("archive", name="acme-log-archive", location="EUROPE-WEST1")
gcp.logging.ProjectSink("archive", destination=archive.name.apply(lambda name: f"storage.googleapis.com/{name}"), unique_writer_identity=True)
""",
    ),
)
