"""Bulk copies by DataSync: where files are written to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, not_applicable

from ._aws_reach import ALSO, BUCKET, BUCKETS, MAPS, addressed, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

TASK = "aws:datasync/task:Task"
S3 = "aws:datasync/s3Location:S3Location"
EFS = "aws:datasync/efsLocation:EfsLocation"
AZURE = "aws:datasync/locationAzureBlob:LocationAzureBlob"
OBJECTS = "aws:datasync/locationObjectStorage:LocationObjectStorage"
NFS = "aws:datasync/nfsLocation:NfsLocation"
SMB = "aws:datasync/locationSmb:LocationSmb"
HDFS = "aws:datasync/locationHdfs:LocationHdfs"
FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"
_ARNS = {S3: ("s3BucketArn", BUCKETS), EFS: ("efsFileSystemArn", (FILE_SYSTEM,))}
"""Locations on AWS: the property that names the store, and what it can be."""
_HOSTS = {AZURE: "containerUrl", OBJECTS: "serverHostname", NFS: "serverHostname", SMB: "serverHostname", HDFS: "nameNodes[*].hostname"}
"""Locations by an address."""
_OTHERS = (
    "aws:datasync/locationFsxLustre:LocationFsxLustre",
    "aws:datasync/locationFsxOntapFileSystem:LocationFsxOntapFileSystem",
    "aws:datasync/locationFsxWindows:LocationFsxWindows",
    "aws:datasync/fsxOpenZfsFileSystem:FsxOpenZfsFileSystem",
)
_TO = "destinationLocationArn"
_REPORT = "taskReportConfig.s3Destination.s3BucketArn"
WHAT = "copies files to"


def task(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The location that a task writes to, and the store behind it where the stack shows it; the bucket of its reports."""
    yield from sent(resource, stack, context, WHAT, (_TO,), *_ARNS, *_HOSTS, *_OTHERS, is_copy=True)
    for location in stack.made_from(resource, _TO, *_ARNS, *_HOSTS):
        for one in _store(location, stack, context):
            yield replace(one, path=_TO)
    yield from sent(resource, stack, context, "writes its reports to", (_REPORT,), *BUCKETS, is_copy=True)


def container(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A container of Azure that a task can write to."""
    writers, certain = stack.settings_of(resource, TASK, _TO, identity="id")
    readers, _ = stack.settings_of(resource, TASK, "sourceLocationArn", identity="id")
    if readers and not writers and certain:
        yield not_applicable("files are only read from it")
        return
    yield from _store(resource, stack, context)


def _store(location: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    if location.type in _ARNS:
        path, kinds = _ARNS[location.type]
        yield from sent(location, stack, context, WHAT, (path,), *kinds, is_copy=True)
    else:
        yield from addressed(location, stack, context, WHAT, _HOSTS[location.type], is_copy=True)


CONTROLS = (
    Control(
        id="residency-aws-datasync-destination",
        title="DataSync writes to allowed regions only",
        why="A task copies whole buckets and file systems to its destination, once or on a schedule.",
        fix="Set destinationLocationArn to a location whose store lies inside residency or dr_residency of the data class.",
        blind="The store behind a location that another stack makes: then the location's own region counts.",
        source="https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R036",),
        maps=MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={TASK: (_TO, _REPORT)},
        looks_at={
            **{token: (path,) for token, (path, _) in _ARNS.items()},
            **{token: (path,) for token, path in _HOSTS.items()},
            BUCKET: ("bucket", "region"),
            FILE_SYSTEM: ("region",),
        },
        evaluate_linked=task,
        snippet="""\
import pulumi_aws as aws

aws.s3.Bucket("archive", bucket="acme-archive", region="eu-central-1")
archive = aws.datasync.S3Location(
    "archive",
    s3_bucket_arn="arn:aws:s3:::acme-archive",
    subdirectory="/files",
    s3_config={"bucket_access_role_arn": "arn:aws:iam::111111111111:role/archive"},
    region="eu-central-1",
)
aws.datasync.Task(
    "archive",
    source_location_arn="arn:aws:datasync:eu-west-1:111111111111:location/loc-0a1b2c3d4e5f60718",
    destination_location_arn=archive.id,
)
""",
    ),
    Control(
        id="residency-aws-datasync-azure",
        title="Azure containers that DataSync can write to lie in allowed regions",
        why="A location on Azure takes the data off AWS, and the address of a container does not say where the storage account is.",
        fix="Point containerUrl to a storage account in an allowed region, made by this stack or named in environments[].elsewhere of the spec.",
        blind="Where a storage account outside the stack and the spec lies: then it stays unknown.",
        source="https://docs.aws.amazon.com/datasync/latest/userguide/creating-azure-blob-location.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R036",),
        maps=MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={AZURE: ("containerUrl",)},
        looks_at={TASK: (_TO, "sourceLocationArn"), "azure-native:storage:StorageAccount": ("accountName", "location")},
        evaluate_linked=container,
        snippet="""\
import pulumi_aws as aws
import pulumi_azure_native as azure

azure.storage.StorageAccount(
    "archive",
    account_name="acmearchive",
    kind="StorageV2",
    location="westeurope",
    resource_group_name="archive",
    sku={"name": "Standard_ZRS"},
)
aws.datasync.LocationAzureBlob(
    "archive",
    agent_arns=["arn:aws:datasync:eu-west-1:111111111111:agent/agent-0a1b2c3d4e5f60718"],
    authentication_type="SAS",
    container_url="https://acmearchive.blob.core.windows.net/files",
    sas_configuration={"token": "sp=w"},
)
""",
    ),
)
