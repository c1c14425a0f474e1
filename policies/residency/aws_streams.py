"""Delivery streams and topics on AWS: where records and messages are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, not_applicable, unknown

from ._aws_reach import ALSO, BUCKET, BUCKETS, REACH_MAPS, addressed, is_clients, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

FIREHOSE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
SEARCH = ("aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain")
_BUCKETS = (
    "extendedS3Configuration.bucketArn",
    "extendedS3Configuration.s3BackupConfiguration.bucketArn",
    "httpEndpointConfiguration.s3Configuration.bucketArn",
    "splunkConfiguration.s3Configuration.bucketArn",
    "snowflakeConfiguration.s3Configuration.bucketArn",
    "redshiftConfiguration.s3Configuration.bucketArn",
    "redshiftConfiguration.s3BackupConfiguration.bucketArn",
    "opensearchConfiguration.s3Configuration.bucketArn",
    "opensearchserverlessConfiguration.s3Configuration.bucketArn",
    "elasticsearchConfiguration.s3Configuration.bucketArn",
    "icebergConfiguration.s3Configuration.bucketArn",
)
_DOMAINS = ("opensearchConfiguration.domainArn", "elasticsearchConfiguration.domainArn")
_CATALOGUES = ("icebergConfiguration.catalogArn",)
_ADDRESSES = (
    "httpEndpointConfiguration.url",
    "splunkConfiguration.hecEndpoint",
    "snowflakeConfiguration.accountUrl",
    "redshiftConfiguration.clusterJdbcurl",
    "opensearchConfiguration.clusterEndpoint",
    "opensearchserverlessConfiguration.collectionEndpoint",
    "elasticsearchConfiguration.clusterEndpoint",
)


def sinks(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every bucket, search domain and catalogue that the stream writes to."""
    what = "delivers records to"
    yield from sent(resource, stack, context, what, _BUCKETS, *BUCKETS, is_copy=True)
    yield from sent(resource, stack, context, what, _DOMAINS, *SEARCH, is_copy=True)
    yield from sent(resource, stack, context, what, _CATALOGUES, "aws:glue/catalogDatabase:CatalogDatabase", is_copy=True)


def receivers(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Every address that the stream posts to."""
    if not any(True for path in _ADDRESSES for _ in resource.each(path)):
        yield not_applicable("delivers to no web address")
    for path in _ADDRESSES:
        yield from addressed(resource, stack, context, "delivers records to", path)


def subscriber(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A queue or function by its ARN, a web address, a mailbox or a telephone."""
    what = "sends messages to"
    for at, value in resource.each("endpoint"):
        if not isinstance(value, str) or value.startswith("arn:"):
            yield from sent(resource, stack, context, what, (at,))
        elif "://" in value:
            yield from addressed(resource, stack, context, what, at)
        elif "@" in value and is_clients(context, value.rpartition("@")[2].lower()):
            yield unknown("sends messages to a mailbox of the client: where its mail is kept, environments[].elsewhere of the spec does not tell", at)
        elif "@" in value:
            yield from addressed(resource, stack, context, what, at)
        else:
            yield unknown("sends messages to a telephone or a device: no region tells where", at)


CONTROLS = (
    Control(
        id="residency-aws-firehose-sinks",
        title="Delivery streams write to buckets, search domains and catalogues of the client in allowed regions",
        why="A stream copies every record to its destination, and what it cannot deliver to its backup bucket.",
        fix="Point extendedS3Configuration.bucketArn, and the other destinations and backup buckets, to resources of the client in an allowed region.",
        blind="What the destination does with the records. Buckets outside the stack count by environments[].elsewhere of the spec.",
        source="https://docs.aws.amazon.com/firehose/latest/dev/create-destination.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R032",),
        maps=REACH_MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={FIREHOSE: (*_BUCKETS, *_DOMAINS, *_CATALOGUES)},
        looks_at={BUCKET: ("bucket", "region"), SEARCH[0]: ("region",)},
        evaluate_linked=sinks,
        snippet="""\
import pulumi_aws as aws

aws.s3.Bucket("records", bucket="acme-records", region="eu-west-1")
aws.kinesis.FirehoseDeliveryStream(
    "records",
    destination="extended_s3",
    extended_s3_configuration={"bucket_arn": "arn:aws:s3:::acme-records", "role_arn": "arn:aws:iam::111111111111:role/records"},
)
""",
    ),
    Control(
        id="residency-aws-firehose-endpoints",
        title="Delivery streams post records to no third party and to no other region",
        why="A web endpoint takes the records out of the client's accounts, and nothing but the receiver decides where they stay.",
        fix="Deliver to a resource of the client in an allowed region, or let the client name the receiver and its region in environments[].elsewhere.",
        blind="Where a receiver that the spec names really keeps the records.",
        source="https://docs.aws.amazon.com/firehose/latest/dev/create-destination.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R032",),
        maps=REACH_MAPS,
        also=ALSO,
        severity=Severity.CRITICAL,
        reads={FIREHOSE: _ADDRESSES},
        evaluate_linked=receivers,
        snippet="""\
import pulumi_aws as aws

aws.kinesis.FirehoseDeliveryStream(
    "audit",
    destination="http_endpoint",
    http_endpoint_configuration={
        "url": "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/audit",
        "role_arn": "arn:aws:iam::111111111111:role/audit",
        "s3_configuration": {"bucket_arn": "arn:aws:s3:::acme-audit", "role_arn": "arn:aws:iam::111111111111:role/audit"},
    },
)
""",
    ),
    Control(
        id="residency-aws-sns-subscribers",
        title="Topics send messages to subscribers of the client in allowed regions",
        why="A subscriber gets every message of the topic, in another region or at a third party as well.",
        fix="Set endpoint to a queue, function or address of the client in an allowed region, or name it in environments[].elsewhere of the spec.",
        blind="Subscribers that are added by hand or by another account, and what is in a message.",
        source="https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R035",),
        maps=REACH_MAPS,
        also=ALSO,
        reads={SUBSCRIPTION: ("endpoint",)},
        evaluate_linked=subscriber,
        snippet="""\
import pulumi_aws as aws

topic = aws.sns.Topic("alarms")
aws.sns.TopicSubscription("alarms", topic=topic.arn, protocol="sqs", endpoint="arn:aws:sqs:eu-west-1:111111111111:alarms")
""",
    ),
)
