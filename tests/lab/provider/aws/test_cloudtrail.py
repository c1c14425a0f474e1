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


def test_advanced_selectors(make: Any, ctx: Any) -> None:
    ctx.aws("s3").create_bucket(Bucket="advanced", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    given = {"s3BucketName": "advanced"}
    objects = [{"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.ARN", "startsWiths": ["arn:aws:s3:::records/"]}]
    trail = make("aws:cloudtrail/trail:Trail", name="advanced", **given, advancedEventSelectors=[{"name": "stores", "fieldSelectors": objects}])
    assert trail.imported() == {}
    managed = [{"field": "eventCategory", "equals": ["Management"]}]
    trail.update({"name": "advanced", **given, "advancedEventSelectors": [{"name": "management", "fieldSelectors": managed}]})
    ctx.aws("cloudtrail").put_event_selectors(
        TrailName="advanced", AdvancedEventSelectors=[{"Name": "other", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]
    )
    assert trail.changed()["advancedEventSelectors"] == [{"name": "other", "fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}]
    trail.delete()
