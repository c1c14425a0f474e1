"""Firehose streams that deliver to a host, a bucket or a warehouse of somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_PAGE = 1000
_BUCKETS = ("ExtendedS3DestinationDescription", "IcebergDestinationDescription", "S3DestinationDescription")


class FirehoseDestination(Item):
    """One stream that leads elsewhere. A destination cannot be taken off or switched off, only replaced; so the stream is deleted."""

    id = KindId("aws.firehose_destination")
    title = "Firehose stream to another account or host"
    row = "A35"
    source = "https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeleteDeliveryStream.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    # What is in the buffer may still be delivered: at most 900 seconds.
    lag = Lag(settle_s=900, survives_s=900, source="https://docs.aws.amazon.com/firehose/latest/dev/create-configure-backup.html (read 2026-11-22)")
    reads = frozenset({"firehose:DescribeDeliveryStream", "firehose:ListDeliveryStreams", "s3:ListBuckets"})
    writes = frozenset({"firehose:DeleteDeliveryStream"})
    fences = frozenset({"cloudwatch:PutMetricStream", "firehose:CreateDeliveryStream", "firehose:UpdateDestination"})
    creates = frozenset({"aws:cloudwatch/metricStream:MetricStream", "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"})
    after = frozenset({KindId("aws.log_subscription")})
    blind = "Which account a bucket is of; what a transforming function does with the records; who writes to the stream (log groups, metric streams, rules): that then fails."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every stream with an end elsewhere."""
        names = list(_names(reader))
        own = _ends.own_buckets(reader) if names else frozenset()
        for stream in fan.each(lambda name: _stream(reader, name), names):
            ends = dict(_elsewhere(stream, reader.scope.id, own)) if stream else {}
            if stream is None or not ends:
                continue
            name = str(stream["DeliveryStreamName"])
            yield AccessPath(
                kind=self.id,
                # The ARN is made of the name.
                id=f"{stream['DeliveryStreamARN']}#{stream.get('CreateTimestamp', '')}",
                scope=reader.scope,
                holder=", ".join(ends),
                allows=f"get what is written to stream {name}",
                clues=tuple(dict.fromkeys(clue for clues in ends.values() for clue in clues)),
                detail={"name": name, "arn": stream["DeliveryStreamARN"], "ends": sorted(ends)},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Where it leads, by host and bucket; never keys or tokens."""
        stream = _stream(reader, str(path.detail["name"]))
        if (
            stream is None
            or f"{stream['DeliveryStreamARN']}#{stream.get('CreateTimestamp', '')}" != path.id
            or stream.get("DeliveryStreamStatus") == "DELETING"
        ):
            return None
        return {"ends": path.detail["ends"]}

    def delete_effect(self, path: AccessPath, /) -> str:
        """Its keys and tokens are shown to nobody."""
        return (
            f"stream {path.detail['name']} is deleted, so that nothing more goes to {path.holder}; what writes to it fails from then on. To keep the stream, give it another "
            f"destination before (firehose UpdateDestination): it is then no longer listed"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("firehose:DeleteDeliveryStream", DeliveryStreamName=path.detail["name"], missing_ok=True)


def _names(reader: Reader) -> Iterator[str]:
    """By name: this listing goes on after the last name that it gave, and has no token."""
    onward: dict[str, str] = {}
    while True:
        answer = reader.get("firehose:ListDeliveryStreams", Limit=_PAGE, **onward) or {}
        names = cast("list[str]", answer.get("DeliveryStreamNames") or [])
        yield from names
        if not names or not answer.get("HasMoreDeliveryStreams"):
            return
        onward = {"ExclusiveStartDeliveryStreamName": names[-1]}


def _stream(reader: Reader, name: str) -> Json | None:
    answer = reader.get("firehose:DescribeDeliveryStream", DeliveryStreamName=name)
    return cast("Json", answer["DeliveryStreamDescription"]) if answer else None


def _elsewhere(stream: Json, account: str, own: frozenset[str]) -> Iterator[tuple[str, tuple[tuple[Clue, str], ...]]]:
    for destination in cast("list[Json]", stream.get("Destinations") or []):
        for name in _BUCKETS:
            bucket = _ends.bucket_of(str(_part(destination, name).get("BucketARN") or ""))
            if bucket and bucket not in own:
                yield f"bucket {bucket}", ((Clue.NAME, bucket),)
        urls = (
            str(_part(_part(destination, "HttpEndpointDestinationDescription"), "EndpointConfiguration").get("Url") or ""),
            str(_part(destination, "SplunkDestinationDescription").get("HECEndpoint") or ""),
            str(_part(destination, "SnowflakeDestinationDescription").get("AccountUrl") or ""),
        )
        for url in urls:
            if url:
                yield f"host {_ends.host_of(url)}", _ends.of_url(url)
        for name in ("AmazonopensearchserviceDestinationDescription", "ElasticsearchDestinationDescription"):
            domain = str(_part(destination, name).get("DomainARN") or "")
            if _ends.is_elsewhere(domain, account):
                yield domain, _ends.of_arn(domain)


def _part(value: Json, name: str) -> Json:
    return cast("Json", value.get(name) or {})


KIND: Kind = FirehoseDestination()
