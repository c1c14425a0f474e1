"""CloudTrail and AWS Config: where audit records are delivered to and gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, Severity, Verdict, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, when

from ._aws_copies import KEPT, NAMED_BUCKETS, SENT, accounts, into_own, own_region, to_bucket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

TRAIL = "aws:cloudtrail/trail:Trail"
EVENT_STORE = "aws:cloudtrail/eventDataStore:EventDataStore"
CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel"
AGGREGATOR = "aws:cfg/configurationAggregator:ConfigurationAggregator"
AUTHORIZATION = "aws:cfg/aggregateAuthorization:AggregateAuthorization"
AGGREGATED = ("accountAggregationSource", "organizationAggregationSource")


def gathered_events(resource: Resource, context: Context) -> Iterator[Finding]:
    """The store of events lies in its own region."""
    yield from into_own(resource, context, "gathers the events of every region in")


def gathered_settings(resource: Resource, context: Context) -> Iterator[Finding]:
    """An aggregator gathers the records of other regions in its own."""
    findings = list(into_own(resource, context, "gathers the records of other regions in"))
    if all(one.verdict is Verdict.PASS for one in findings):
        yield from findings
        return
    own = own_region(resource)
    for block in AGGREGATED:
        every = resource.get(f"{block}.allRegions")
        regions = [value for _, value in resource.each(f"{block}.regions[*]")]
        if every is UNKNOWN or any(value is UNKNOWN for value in regions):
            yield unknown(f"whether it gathers other regions {LATER}", block)
        elif every in (True, "true") or any(value != own for value in regions):
            yield from findings


def authorized(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whoever may gather this account's records is the client, in a region where copies may lie."""
    for at, region in resource.each("authorizedAwsRegion"):
        yield from judged(resource, context, region, at, "lets its records be gathered in")
    yield from accounts(resource, context, "accountId", "lets its records be gathered by")


CONTROLS = (
    Control(
        id="residency-aws-trail-bucket",
        title="Trails deliver to buckets in the allowed regions",
        why="A multi-region trail is wanted, and its bucket is where the events of all regions, with names and addresses in them, come to lie.",
        fix="Set s3BucketName to a bucket inside residency or dr_residency; name the log archive of another account under environments[].elsewhere.",
        blind="The trail's CloudWatch log group and topic, which lie in its own region, and organization trails that another account makes.",
        source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R020",),
        maps=KEPT,
        also=("gdpr 44",),
        reads={TRAIL: ("s3BucketName",)},
        looks_at=NAMED_BUCKETS,
        evaluate_linked=to_bucket("s3BucketName", "delivers events to"),
        snippet="""\
import pulumi_aws as aws

logs = aws.s3.Bucket("trail", bucket="acme-trail")
aws.cloudtrail.Trail("account", s3_bucket_name=logs.bucket, is_multi_region_trail=True, enable_log_file_validation=True)
""",
    ),
    Control(
        id="residency-aws-event-data-store",
        title="Event data stores that gather all regions lie in the allowed regions",
        why="Unless told otherwise, a CloudTrail Lake store copies the events of every region into its own.",
        fix="Set region (or the provider's) to one inside residency or dr_residency, or multiRegionEnabled to false.",
        blind="Queries whose results are written elsewhere, and federation of the store.",
        source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-event-data-store.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R021",),
        maps=KEPT,
        also=("gdpr 44",),
        reads={EVENT_STORE: ("multiRegionEnabled", "region")},
        evaluate=when("multiRegionEnabled", (True, "true"), gathered_events, "gathers the events of its own region only", default=True),
        snippet="""\
import pulumi_aws as aws

aws.cloudtrail.EventDataStore("events", multi_region_enabled=True, retention_period=365)
""",
    ),
    Control(
        id="residency-aws-config-bucket",
        title="AWS Config delivers to buckets in the allowed regions",
        why="Configuration snapshots hold every resource's settings, tags and names, and are delivered to a bucket of any region.",
        fix="Set s3BucketName to a bucket inside residency or dr_residency; name the log archive of another account under environments[].elsewhere.",
        blind="The topic in snsTopicArn, which gets a notice of each change.",
        source="https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R022",),
        maps=KEPT,
        also=("gdpr 44",),
        reads={CHANNEL: ("s3BucketName",)},
        looks_at=NAMED_BUCKETS,
        evaluate_linked=to_bucket("s3BucketName", "delivers snapshots to"),
        snippet="""\
import pulumi_aws as aws

logs = aws.s3.Bucket("config", bucket="acme-config")
aws.cfg.DeliveryChannel("account", s3_bucket_name=logs.bucket)
""",
    ),
    Control(
        id="residency-aws-config-aggregator",
        title="Aggregators of AWS Config that gather other regions lie in the allowed regions",
        why="An aggregator copies the configuration records of its source regions into the region that it lies in.",
        fix="Set region (or the provider's) to one inside residency or dr_residency, or name only the aggregator's own region in regions.",
        blind="Who reads the aggregated records.",
        source="https://docs.aws.amazon.com/config/latest/developerguide/aggregate-data.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R023",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.MEDIUM,
        reads={AGGREGATOR: (*(f"{block}.{name}" for block in AGGREGATED for name in ("allRegions", "regions[*]")), "region")},
        evaluate=gathered_settings,
        snippet="""\
import pulumi_aws as aws

aws.cfg.ConfigurationAggregator("all", account_aggregation_source={"account_ids": ["111111111111"], "all_regions": True})
""",
    ),
    Control(
        id="residency-aws-config-authorization",
        title="Only accounts of the client may gather AWS Config records, in the allowed regions",
        why="An authorization lets an aggregator of another account or region copy this account's configuration records.",
        fix="Set accountId to an account of the client and authorizedAwsRegion to a region inside residency or dr_residency.",
        blind="Aggregators of the organization, which need no authorization.",
        source="https://docs.aws.amazon.com/config/latest/developerguide/authorize-aggregator-account-console.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R023",),
        maps=SENT,
        also=("gdpr 44",),
        reads={AUTHORIZATION: ("authorizedAwsRegion", "accountId")},
        evaluate=authorized,
        snippet="""\
import pulumi_aws as aws

aws.cfg.AggregateAuthorization("audit", account_id="111111111111", authorized_aws_region="eu-west-1")
""",
    ),
)
