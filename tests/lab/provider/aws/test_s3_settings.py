from __future__ import annotations

from typing import Any

import pytest

SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "BucketPublicAccessBlock": (
        {"blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True, "restrictPublicBuckets": True},
        {"blockPublicAcls": True},
    ),
    "BucketLifecycleConfiguration": (
        {
            "rules": [
                {
                    "id": "a",
                    "status": "Enabled",
                    "filter": {"prefix": "logs/"},
                    "expiration": {"days": 90},
                    "noncurrentVersionExpiration": {"noncurrentDays": 30},
                },
                {
                    "id": "b",
                    "status": "Enabled",
                    "transitions": [{"days": 30, "storageClass": "GLACIER"}],
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                },
            ]
        },
        {"rules": [{"id": "a", "status": "Disabled", "filter": {"prefix": "logs/"}, "expiration": {"days": 91}}]},
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_setting(name: str, make: Any) -> None:
    first, second = SETTINGS[name]
    bucket = make("aws:s3/bucket:Bucket")
    setting = make(f"aws:s3/{name[0].lower()}{name[1:]}:{name}", bucket=bucket.id, **first)
    assert setting.imported() == {}
    setting.update({"bucket": bucket.id, **second})
    assert setting.replaces({**setting.inputs, "bucket": "other"}) == {"bucket"}
    setting.delete()
    bucket.delete()


def test_encryption(make: Any, ctx: Any) -> None:
    bucket, kind = make("aws:s3/bucket:Bucket"), "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    by_key = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "key"}, "bucketKeyEnabled": True}]
    plain = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]
    setting = make(kind, bucket=bucket.id, rules=by_key)
    assert setting.imported() == {}
    ctx.aws("s3").delete_bucket_encryption(Bucket=bucket.id)
    assert setting.changed()["rules"][0]["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}, "S3 falls back to its own key"
    setting.update({"bucket": bucket.id, "rules": plain})
    bucket.delete()


def test_policy(make: Any, ctx: Any) -> None:
    bucket = make("aws:s3/bucket:Bucket")

    def document(sid: str) -> dict[str, Any]:
        partner = {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
            "Action": "s3:GetObject",
            "Resource": f"{bucket.state['arn']}/*",
        }
        return {"Version": "2012-10-17", "Statement": [partner]}

    policy = make("aws:s3/bucketPolicy:BucketPolicy", bucket=bucket.id, policy=document("one"))
    assert policy.imported() == {}
    policy.update({"bucket": bucket.id, "policy": document("two")})
    ctx.aws("s3").delete_bucket_policy(Bucket=bucket.id)
    assert policy.refreshed() is None
    bucket.delete()


def test_versioning_and_lock(make: Any, ctx: Any) -> None:
    bucket = make("aws:s3/bucket:Bucket", objectLockEnabled=True)
    versioning = make("aws:s3/bucketVersioning:BucketVersioning", bucket=bucket.id, versioningConfiguration={"status": "Enabled"})
    lock = make(
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", bucket=bucket.id, rule={"defaultRetention": {"mode": "GOVERNANCE", "days": 1}}
    )
    assert (versioning.imported(), lock.imported()) == ({}, {})
    lock.update({"bucket": bucket.id, "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 2}}})
    assert ctx.aws("s3").get_object_lock_configuration(Bucket=bucket.id)["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Mode"] == "COMPLIANCE"
    bucket.delete()


def test_setting_that_is_left_behind_on_purpose(make: Any, ctx: Any) -> None:
    from handoff.lab.provider import lifecycle

    bucket = make("aws:s3/bucket:Bucket")
    kept = make("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", bucket=bucket.id, blockPublicAcls=True, skipDestroy=True)
    lifecycle.delete(ctx, kept.record, kept.id, kept.state)
    assert kept.refreshed() is not None
    bucket.delete()
