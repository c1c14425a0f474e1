"""Nobody outside reaches a store without a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Control, Severity, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
STORAGE = "azure-native:storage:StorageAccount"
GCS = "gcp:storage/bucket:Bucket"
GCS_GRANTS = {
    "gcp:storage/bucketIAMMember:BucketIAMMember": "member",
    "gcp:storage/bucketIAMBinding:BucketIAMBinding": "members[*]",
}
ANYONE = frozenset({"allUsers", "allAuthenticatedUsers"})


def s3(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every bucket has a public access block with all four switches on."""
    del context
    buckets = stack.of(*BUCKETS)
    if not buckets:
        yield not_applicable("no bucket")
    for bucket in buckets:
        blocks, certain = stack.settings_of(bucket, BLOCK, "bucket", identity="bucket")
        if not blocks:
            yield (
                unknown("whether a public access block belongs to it is not known", urn=bucket.urn)
                if not certain
                else fail("has no public access block", urn=bucket.urn)
            )
            continue
        findings = [finding for block in blocks for finding in _switches(block, bucket)]
        yield from findings or [passed("closed", urn=bucket.urn)]


def _switches(block: Resource, bucket: Resource) -> Iterator[Finding]:
    for name in SWITCHES:
        value = block.get(name)
        if value is UNKNOWN:
            yield unknown(f"{name} of its public access block is not known before the update", name, urn=bucket.urn)
        elif value is not True:
            yield fail(f"{name} of its public access block is {'not set, which is off' if value is None else 'off'}", name, urn=bucket.urn)


def azure(resource: Resource, context: Context) -> Iterator[Finding]:
    """Anonymous access to blobs is switched off by name."""
    del context
    value = resource.get("allowBlobPublicAccess")
    if value is UNKNOWN:
        yield unknown("is not known before the update", "allowBlobPublicAccess")
    elif value is not False:
        yield fail("containers may be opened to anyone" if value else "does not say that containers cannot be opened to anyone", "allowBlobPublicAccess")


def gcs(resource: Resource, context: Context) -> Iterator[Finding]:
    """Public access is prevented, and nobody grants it."""
    del context
    if resource.type == GCS:
        value = resource.get("publicAccessPrevention")
        if value is UNKNOWN:
            yield unknown("is not known before the update", "publicAccessPrevention")
        elif value != "enforced":
            yield fail(f"is {value or 'not set, which inherits'}, not enforced", "publicAccessPrevention")
        return
    for at, member in resource.each(GCS_GRANTS[resource.type]):
        if member is UNKNOWN:
            yield unknown("the member is not known before the update", at)
        elif member in ANYONE:
            yield fail(f"opens the bucket to {member}", at)


_FRAMEWORKS = ("nist-800-53 AC-3", "nist-800-53 SC-7", "hipaa 164.312(a)(1)", "pci-dss 1.4.4", "iso-27001 A.8.3")
_WHY = "A store that anyone can read is the commonest way to lose data."
CONTROLS = (
    Control(
        id="aws-s3-public-access",
        title="Every S3 bucket blocks public access",
        why=_WHY,
        fix="Give the bucket a BucketPublicAccessBlock with all four switches true.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        severity=Severity.CRITICAL,
        evaluate_stack=s3,
    ),
    Control(
        id="azure-storage-public-access",
        title="Every storage account refuses anonymous access",
        why=_WHY,
        fix="Set allowBlobPublicAccess to false.",
        source="https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        severity=Severity.CRITICAL,
        types=frozenset({STORAGE}),
        evaluate=azure,
    ),
    Control(
        id="gcp-storage-public-access",
        title="Every Cloud Storage bucket prevents public access",
        why=_WHY,
        fix="Set publicAccessPrevention to enforced, and grant no role to allUsers or allAuthenticatedUsers.",
        source="https://cloud.google.com/storage/docs/public-access-prevention (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        severity=Severity.CRITICAL,
        types=frozenset({GCS, *GCS_GRANTS}),
        evaluate=gcs,
    ),
)
