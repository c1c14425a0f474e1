from __future__ import annotations

from typing import Any

import pytest

from handoff.lab.provider import lifecycle
from handoff.lab.provider.connect import Connections
from handoff.lab.provider.record import EmulatorError

BUCKET = "aws:s3/bucket:Bucket"


def test_bucket(make: Any, ctx: Any) -> None:
    bucket = make(BUCKET, tags={"a": "1"}, objectLockEnabled=True)
    assert bucket.imported() == {}
    bucket.update({"tags": {}, "objectLockEnabled": True})
    bucket.update({"tags": {"b": "2"}, "objectLockEnabled": True})
    assert bucket.replaces({"bucket": "another-name", "objectLockEnabled": True}) == {"bucket"}
    ctx.aws("s3").put_bucket_tagging(Bucket=bucket.id, Tagging={"TagSet": [{"Key": "hand", "Value": "made"}]})
    assert bucket.changed()["tags"] == {"hand": "made"}
    bucket.delete()


def test_region_of_its_own(make: Any) -> None:
    bucket = make(BUCKET, region="eu-central-1")
    assert (bucket.state["region"], bucket.state["bucketRegion"]) == ("eu-central-1", "eu-central-1")
    assert bucket.replaces({}) == {"region"}
    bucket.delete()


def test_full_bucket_stays_unless_forced(make: Any, ctx: Any) -> None:
    bucket, forced = make(BUCKET), make(BUCKET, forceDestroy=True)
    for name in (bucket.id, forced.id):
        ctx.aws("s3").put_object(Bucket=name, Key="a", Body=b"a")
    with pytest.raises(EmulatorError, match="BucketNotEmpty"):
        lifecycle.delete(ctx, bucket.record, bucket.id, bucket.state)
    assert bucket.refreshed() is not None
    forced.delete()
    ctx.aws("s3").delete_object(Bucket=bucket.id, Key="a")
    bucket.delete()


def test_default_tags_of_the_provider(ctx: Any, endpoint: str) -> None:
    tagging = Connections({**ctx.config, "defaultTags": {"tags": {"owner": "client", "a": "default"}}}, environ={"AWS_ENDPOINT_URL": endpoint})
    record = lifecycle_record()
    inputs = lifecycle.check(tagging, record, lifecycle.Draft(name="tagged", news={"tags": {"a": "own"}}, olds={})).inputs
    name, state = lifecycle.create(tagging, record, inputs)
    assert (state["tags"], state["tagsAll"]) == ({"a": "own"}, {"a": "own", "owner": "client"})
    assert lifecycle.read(tagging, record, name, inputs, state) == (inputs, state)
    lifecycle.delete(tagging, record, name, state)


def lifecycle_record() -> Any:
    from handoff.lab.provider import known

    return known.package("aws").records[BUCKET]
