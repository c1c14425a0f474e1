"""Stores are encrypted with a key that the client owns, so that destroying the key destroys the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Control, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
S3_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
KMS_KEYS = ("aws:kms/key:Key", "aws:kms/externalKey:ExternalKey", "aws:kms/replicaKey:ReplicaKey")
AWS_KEYS = {"aws:secretsmanager/secret:Secret": "kmsKeyId", "aws:cloudtrail/trail:Trail": "kmsKeyId", "aws:backup/vault:Vault": "kmsKeyArn"}
STORAGE = "azure-native:storage:StorageAccount"
GCS = "gcp:storage/bucket:Bucket"
INLINE = "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault"


def s3(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every bucket's default encryption uses a named KMS key; the split resource and the inline form both count."""
    del context
    buckets = stack.of(*BUCKETS)
    if not buckets:
        yield not_applicable("no bucket")
    for bucket in buckets:
        settings, certain = stack.settings_of(bucket, S3_ENCRYPTION, "bucket", identity="bucket")
        defaults = [(one, "rules[*].applyServerSideEncryptionByDefault") for one in settings]
        if bucket.get(INLINE) is not None:
            defaults.append((bucket, INLINE))
        if not defaults:
            yield (
                unknown("whether an encryption setting belongs to it is not known", urn=bucket.urn)
                if not certain
                else fail("has no default encryption with a key of its own", urn=bucket.urn)
            )
        for one, path in defaults:
            yield from _default(stack, bucket, one, path)


def _default(stack: Stack, bucket: Resource, settings: Resource, path: str) -> Iterator[Finding]:
    algorithms = list(settings.each(f"{path}.sseAlgorithm"))
    if not algorithms:
        yield fail("its default encryption names no algorithm", urn=bucket.urn)
    for at, algorithm in algorithms:
        keys = [value for _, value in settings.each(f"{path}.kmsMasterKeyId")]
        if algorithm is UNKNOWN:
            yield unknown("its encryption is not known before the update", at, urn=bucket.urn)
        elif algorithm not in {"aws:kms", "aws:kms:dsse"}:
            yield fail(f"is encrypted with {algorithm}, a key that is not the client's", at, urn=bucket.urn)
        elif not keys:
            yield fail("is encrypted with the account's default key, which has no policy of the client's", at, urn=bucket.urn)
        elif UNKNOWN in keys and not stack.made_from(settings, path.split("[", 1)[0].split(".", 1)[0], *KMS_KEYS):
            yield unknown("which key is not known before the update, and it is made from no key of this stack", at, urn=bucket.urn)
        else:
            yield passed("encrypted with a named key", urn=bucket.urn)


def aws(resource: Resource, context: Context) -> Iterator[Finding]:
    """Secrets, trails and backups name their key."""
    del context
    path = AWS_KEYS[resource.type]
    yield from _named(resource, path, "names no key, so the service's own is used")


def azure(resource: Resource, context: Context) -> Iterator[Finding]:
    """A storage account takes its key from a key vault."""
    del context
    source = resource.get("encryption.keySource")
    if source is UNKNOWN:
        yield unknown("is not known before the update", "encryption.keySource")
    elif source != "Microsoft.Keyvault":
        yield fail(f"keys come from {source or 'the service'}, not from the client's vault", "encryption.keySource")
    else:
        yield from _named(resource, "encryption.keyVaultProperties.keyName", "names no key of the vault")


def _named(resource: Resource, path: str, absent: str) -> Iterator[Finding]:
    value = resource.get(path)
    if value is UNKNOWN:
        yield unknown("which key is not known before the update", path)
    elif not value:
        yield fail(absent, path)


def gcs(resource: Resource, context: Context) -> Iterator[Finding]:
    """A bucket names its default key."""
    del context
    yield from _named(resource, "encryption.defaultKmsKeyName", "names no key, so Google's own is used")


_FRAMEWORKS = ("nist-800-53 SC-28", "nist-800-53 SC-12", "hipaa 164.312(a)(2)(iv)", "pci-dss 3.5.1", "iso-27001 A.8.24")
_WHY = "Only a key that the client owns lets the client end the provider's reading, and erase what is left, at once."
CONTROLS = (
    Control(
        id="aws-s3-encryption",
        title="Every S3 bucket is encrypted with a named KMS key",
        why=_WHY,
        fix="Give the bucket a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and kmsMasterKeyId.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        evaluate_stack=s3,
    ),
    Control(
        id="aws-encryption",
        title="Secrets, trails and backup vaults on AWS name their key",
        why=_WHY,
        fix="Set the key property named in the finding to the client's key.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        types=frozenset(AWS_KEYS),
        evaluate=aws,
    ),
    Control(
        id="azure-storage-encryption",
        title="Every storage account is encrypted with a key of the client's vault",
        why=_WHY,
        fix="Set encryption.keySource to Microsoft.Keyvault and name the vault's key and the identity that may use it.",
        source="https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        types=frozenset({STORAGE}),
        evaluate=azure,
    ),
    Control(
        id="gcp-storage-encryption",
        title="Every Cloud Storage bucket is encrypted with a named key",
        why=_WHY,
        fix="Set encryption.defaultKmsKeyName.",
        source="https://cloud.google.com/storage/docs/encryption/customer-managed-keys (read 2026-11-22)",
        frameworks=_FRAMEWORKS,
        types=frozenset({GCS}),
        evaluate=gcs,
    ),
)
