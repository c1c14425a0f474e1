from __future__ import annotations

from typing import Any

DATA = [{"readWriteType": "All", "includeManagementEvents": True, "dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}]


def test_trail(make: Any, ctx: Any) -> None:
    bucket = make("aws:s3/bucket:Bucket", forceDestroy=True)
    trail = make(
        "aws:cloudtrail/trail:Trail", s3BucketName=bucket.id, isMultiRegionTrail=True, enableLogFileValidation=True, eventSelectors=DATA, tags={"a": "1"}
    )
    assert trail.imported() == {}
    trail.update({"s3BucketName": bucket.id, "isMultiRegionTrail": True, "enableLogging": False, "eventSelectors": DATA, "tags": {"b": "2"}})
    assert ctx.aws("cloudtrail").get_trail_status(Name=trail.id)["IsLogging"] is False
    ctx.aws("cloudtrail").start_logging(Name=trail.id)
    assert trail.changed() == {"enableLogging": True}
    trail.delete()
    bucket.delete()


def test_plain_trail_has_no_selectors(make: Any) -> None:
    bucket = make("aws:s3/bucket:Bucket", forceDestroy=True)
    trail = make("aws:cloudtrail/trail:Trail", s3BucketName=bucket.id)
    assert trail.imported() == {}
    trail.delete()
    bucket.delete()
