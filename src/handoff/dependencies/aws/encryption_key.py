"""Data of the client's under a key of another account."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.dependencies.aws import _owner
from handoff.model import Dependency, KindId, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Use
    from handoff.powers import Leaning


class EncryptionKey:
    """Whoever owns the key can make the data unreadable with one call, and reads whatever else he can reach."""

    id = KindId("aws.encryption_key")
    title = "Encryption key of another account"
    row = "1.5"
    source = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    reads = frozenset(
        {
            "ec2:DescribeSnapshots",
            "ec2:DescribeVolumes",
            "logs:DescribeLogGroups",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
            "s3:GetBucketEncryption",
            "s3:ListBuckets",
            "secretsmanager:ListSecrets",
        }
    )
    blind = "Objects that were written under another key than their bucket's default, and services other than S3, EBS, RDS, Secrets Manager and CloudWatch Logs. Uses of another account's key are in that account's log."
    replace = "Re-encrypt under a key of the client's (copy, snapshot copy, or a new secret version), prove that the client reads it with the old key refused, and then drop the old reference."

    def discover(self, reader: Reader, /) -> Iterator[Dependency]:
        """Every default key of a bucket, and every key of a volume, snapshot, database, secret or log group, whose ARN is another account's."""
        for what, key, needs in self._keys(reader):
            owner = _owner.account_of(key)
            if owner and owner != reader.scope.id:
                yield _owner.leaning(self.id, reader.scope, what=what, on=key, owner=owner, needs=needs)

    def used(self, reader: Reader, dependency: Dependency, since: datetime, /) -> Iterator[Use]:
        """The log of the key's own account tells, not this one's."""
        return iter(())

    def _keys(self, reader: Reader) -> Iterator[tuple[str, str, str]]:
        yield from self._buckets(reader)
        for one in reader.read("ec2:DescribeVolumes"):
            yield str(one["VolumeId"]), str(one.get("KmsKeyId") or ""), f"volume {one['VolumeId']} is encrypted with it"
        for one in reader.read("ec2:DescribeSnapshots", OwnerIds=["self"]):
            yield str(one["SnapshotId"]), str(one.get("KmsKeyId") or ""), f"snapshot {one['SnapshotId']} is encrypted with it"
        for one in reader.read("rds:DescribeDBInstances"):
            yield str(one["DBInstanceArn"]), str(one.get("KmsKeyId") or ""), f"database {one['DBInstanceIdentifier']} is encrypted with it"
        for one in reader.read("rds:DescribeDBClusters"):
            yield str(one["DBClusterArn"]), str(one.get("KmsKeyId") or ""), f"database cluster {one['DBClusterIdentifier']} is encrypted with it"
        for one in reader.read("secretsmanager:ListSecrets"):
            yield str(one["ARN"]), str(one.get("KmsKeyId") or ""), f"secret {one['Name']} is encrypted with it"
        for one in reader.read("logs:DescribeLogGroups"):
            yield str(one.get("arn") or one["logGroupName"]), str(one.get("kmsKeyId") or ""), f"log group {one['logGroupName']} is encrypted with it"

    def _buckets(self, reader: Reader) -> Iterator[tuple[str, str, str]]:
        names = (str(one["Name"]) for one in reader.read("s3:ListBuckets", BucketRegion=reader.scope.region))
        for name, answer in fan.each(lambda one: (one, reader.get("s3:GetBucketEncryption", Bucket=one)), names):
            rules = cast("list[Json]", cast("Json", (answer or {}).get("ServerSideEncryptionConfiguration") or {}).get("Rules") or ())
            for rule in rules:
                key = str(cast("Json", rule.get("ApplyServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID") or "")
                yield f"arn:aws:s3:::{name}", key, f"new objects of bucket {name} are encrypted with it"


DEPENDENCY: Leaning = EncryptionKey()
