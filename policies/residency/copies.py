"""Second places: replication, redundancy and replicas that carry data elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.model import Control, Severity, fail, not_applicable, passed, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
STORAGE = "azure-native:storage:StorageAccount"
RECOVERY = "azure-native:recoveryservices:Vault"
VAULT = "azure-native:keyvault:Vault"
NAMED = {
    "aws:secretsmanager/secret:Secret": ("replicas[*].region",),
    "aws:dynamodb/table:Table": ("replicas[*].regionName",),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": ("replicationConfiguration.rules[*].destinations[*].region",),
    "gcp:storage/bucket:Bucket": ("customPlacementConfig.dataLocations[*]",),
    "gcp:secretmanager/secret:Secret": ("replication.userManaged.replicas[*].location",),
}
"""Properties that name the region of a copy."""
ARNS = {"aws:backup/plan:Plan": ("rules[*].copyActions[*].destinationVaultArn",)}
"""Properties that name a copy by an ARN, whose fourth part is the region."""


def _region(resource: Resource, context: Context, cloud: str, region: object, path: str) -> Iterator[Finding]:
    if isinstance(region, Unknown):
        yield unknown("where the copy goes is not known before the update", path)
    elif isinstance(region, str):
        forbidden = context.outside(resource, cloud, region, is_copy=True)
        if forbidden:
            yield fail(f"copies to {region or 'an unnamed region'}; {forbidden}", path)


def named(resource: Resource, context: Context) -> Iterator[Finding]:
    """Copies whose region stands in the resource."""
    cloud = "gcp" if resource.type.startswith("gcp:") else "aws"
    if resource.type == "gcp:secretmanager/secret:Secret" and resource.get("replication.auto") is not None:
        yield fail("automatic replication lets Google keep the secret in any region", "replication.auto")
    for path in NAMED.get(resource.type, ()):
        for at, value in resource.each(path):
            yield from _region(resource, context, cloud, value, at)
    for path in ARNS.get(resource.type, ()):
        for at, value in resource.each(path):
            parts = value.split(":") if isinstance(value, str) else []
            yield from _region(resource, context, cloud, parts[3] if len(parts) > 3 else UNKNOWN, at)


def storage_account(resource: Resource, context: Context) -> Iterator[Finding]:
    """Redundancy that copies to the paired region."""
    sku = resource.get("sku.name")
    if sku is UNKNOWN:
        yield unknown("the redundancy is not known before the update", "sku.name")
    elif not isinstance(sku, str):
        yield fail("names no redundancy, and what the service chooses may be geo-redundant", "sku.name")
    elif sku.upper().endswith("GRS") or sku.upper().endswith("GZRS"):
        yield from _pair(resource, context, f"{sku} copies", "sku.name")


def recovery_vault(resource: Resource, context: Context) -> Iterator[Finding]:
    """A backup vault is geo-redundant unless it says otherwise."""
    path = "properties.redundancySettings.standardTierStorageRedundancy"
    redundancy = resource.get(path)
    if redundancy is UNKNOWN:
        yield unknown("the redundancy is not known before the update", path)
    elif redundancy in {None, "GeoRedundant"}:
        yield from _pair(resource, context, "geo-redundant storage, the service's default, copies" if redundancy is None else "GeoRedundant copies", path)


def key_vault(resource: Resource, context: Context) -> Iterator[Finding]:
    """The service itself replicates a vault's contents to the paired region."""
    place = effective(resource)
    if place is not None and isinstance(place.region, str) and places.paired("azure", place.region) is None:
        return
    yield from _pair(resource, context, "the service copies a vault's contents", "location")


def _pair(resource: Resource, context: Context, what: str, path: str) -> Iterator[Finding]:
    place = effective(resource)
    if place is None or not isinstance(place.region, str):
        yield unknown(f"{what} to the paired region, and the region is not known", path)
        return
    pair = places.paired("azure", place.region)
    if pair is None:
        yield fail(f"{what} to a paired region, and none is known for {place.region}", path)
        return
    forbidden = context.outside(resource, "azure", pair, is_copy=True)
    if forbidden:
        yield fail(f"{what} to {pair}, the pair of {place.region}; {forbidden}", path)


def replication(stack: Stack, context: Context) -> Iterator[Finding]:
    """S3 replication: an ARN names no region, so the destination has to be a bucket of this stack."""
    sources = [(one, "rules") for one in stack.of(REPLICATION)] + [
        (one, "replicationConfiguration") for one in stack.of(*BUCKETS) if one.get("replicationConfiguration") is not None
    ]
    if not sources:
        yield not_applicable("no bucket replicates")
    for one, block in sources:
        path = f"{block}[*].destination.bucket" if block == "rules" else f"{block}.rules[*].destination.bucket"
        for at, target in one.each(path):
            yield from _destination(stack, context, one, block, at, target)


def _destination(stack: Stack, context: Context, source: Resource, block: str, at: str, target: object) -> Iterator[Finding]:
    if isinstance(target, str):
        name = target.rsplit(":", 1)[-1]
        found = [bucket for bucket in stack.of(*BUCKETS) if bucket.get("bucket") == name]
    else:
        found = list(stack.made_from(source, block, *BUCKETS))
    if not found:
        yield unknown(
            f"replicates to {target if isinstance(target, str) else 'a bucket'}, which is not in this stack: its region is not known", at, urn=source.urn
        )
    for bucket in found:
        place = effective(bucket)
        region = place.region if place is not None else None
        if not isinstance(region, str):
            yield unknown(f"replicates to {bucket.name}, whose region is not known", at, urn=source.urn)
            continue
        forbidden = context.outside(source if source.type in BUCKETS else bucket, "aws", region, is_copy=True)
        if forbidden:
            yield fail(f"replicates to {bucket.name} in {region}; {forbidden}", at, urn=source.urn)
        else:
            yield passed(f"replicates to {bucket.name} in {region}", urn=source.urn)


def evaluate(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whatever copies of itself the resource asks for stay where copies may be."""
    rule = {STORAGE: storage_account, RECOVERY: recovery_vault, VAULT: key_vault}.get(resource.type, named)
    yield from rule(resource, context)


_FIX = "Choose a redundancy inside the region (LRS, ZRS), a destination inside residency or dr_residency, or name the place under dr_residency in the spec."
CONTROLS = (
    Control(
        id="residency-copies",
        title="Copies stay where copies may be",
        why="Geo-redundancy and replicas move data to a second region that nobody chose; some services do so unless told otherwise.",
        fix=_FIX,
        source="https://learn.microsoft.com/azure/storage/common/storage-redundancy (read 2026-11-22)",
        frameworks=("gdpr 44", "nist-800-53 CP-6", "iso-27001 A.8.13"),
        severity=Severity.CRITICAL,
        types=frozenset({STORAGE, RECOVERY, VAULT, *NAMED, *ARNS}),
        evaluate=evaluate,
    ),
    Control(
        id="residency-s3-replication",
        title="S3 replication ends where copies may be",
        why="The destination of a replication is an ARN without a region, so it is judged by the bucket that it names.",
        fix=_FIX,
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html (read 2026-11-22)",
        frameworks=("gdpr 44", "nist-800-53 CP-6"),
        severity=Severity.CRITICAL,
        evaluate_stack=replication,
    ),
)
