"""Buckets whose new objects are copied to a bucket of somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class S3Replication(Item):
    """One rule of one bucket. Its other rules are left as they are."""

    id = KindId("aws.s3_replication")
    title = "S3 replication to another account"
    row = "A35"
    source = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 1
    # Most objects arrive within 15 minutes; what is under way or waiting is not called back.
    lag = Lag(settle_s=900, survives_s=86400, source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html (read 2026-11-22)")
    reads = frozenset({"s3:GetBucketReplication", "s3:ListBuckets"})
    writes = frozenset({"s3:PutBucketReplication"})
    fences = frozenset({"s3:CreateJob", "s3:PutReplicationConfiguration"})
    creates = frozenset({"aws:s3/bucketReplicationConfig:BucketReplicationConfig"})
    blind = "Which account a bucket is of, unless the rule names it; copies that are there already; batch jobs, DataSync and whoever copies by reading (A19)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every rule that is on and whose destination is not a bucket of the account's."""
        names = [str(bucket["Name"]) for bucket in reader.read("s3:ListBuckets")]
        own = frozenset(names)
        for name, found in fan.each(lambda name: (name, _configuration(reader, name)), names):
            for rule in _rules(found):
                destination = cast("Json", rule["Destination"])
                end = _ends.bucket_of(str(destination["Bucket"]))
                if end in own or rule.get("Status") != "Enabled":
                    continue
                account = str(destination.get("Account") or "")
                yield AccessPath(
                    kind=self.id,
                    id=f"{name}#{rule.get('ID', '')}#{end}",
                    scope=reader.scope,
                    holder=f"whoever owns bucket {end}",
                    allows=f"get a copy of what is written to bucket {name}",
                    clues=(*(((Clue.AWS_ACCOUNT, account),) if account else ()), (Clue.NAME, end)),
                    detail={"bucket": name, "rule": rule.get("ID", ""), "end": end},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether the rule is on."""
        rule = next((one for one in _rules(_configuration(reader, str(path.detail["bucket"]))) if _is(one, path)), None)
        return {"status": rule["Status"]} if rule else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Rules have a switch."""
        return f"rule {path.detail['rule']} of bucket {path.detail['bucket']} is disabled, so that nothing more is copied to {path.detail['end']}; undone by enabling it"

    def is_off(self, state: Json, /) -> bool:
        """Disabled."""
        return state["status"] == "Disabled"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Switch the rule off."""
        yield _switch(writer, path, "Disabled")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Switch it on; a rule that is gone meanwhile stays gone."""
        if self.image(writer, path) is not None:
            yield _switch(writer, path, "Enabled")


def _configuration(reader: Reader, bucket: str) -> Json | None:
    answer = reader.get("s3:GetBucketReplication", Bucket=bucket)
    return cast("Json", answer["ReplicationConfiguration"]) if answer else None


def _rules(configuration: Json | None) -> list[Json]:
    return cast("list[Json]", (configuration or {}).get("Rules") or [])


def _is(rule: Json, path: AccessPath) -> bool:
    end = _ends.bucket_of(str(cast("Json", rule["Destination"])["Bucket"]))
    return (rule.get("ID", ""), end) == (path.detail["rule"], path.detail["end"])


def _switch(writer: Writer, path: AccessPath, status: str) -> Receipt:
    bucket = str(path.detail["bucket"])
    configuration = _configuration(writer, bucket) or {}
    rules = [{**rule, "Status": status} if _is(rule, path) else rule for rule in _rules(configuration)]
    return writer.write("s3:PutBucketReplication", Bucket=bucket, ReplicationConfiguration={**configuration, "Rules": rules})


KIND: Kind = S3Replication()
