"""Logs, metrics and events on AWS: which sinks, buses and accounts they are sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control

from ._aws_reach import ALSO, MAPS, REACH_MAPS, addressed, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

FILTER = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"
DESTINATION = "aws:cloudwatch/logDestination:LogDestination"
METRICS = "aws:cloudwatch/metricStream:MetricStream"
LINK = "aws:oam/link:Link"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
API_DESTINATION = "aws:cloudwatch/eventApiDestination:EventApiDestination"
ENDPOINT = "aws:cloudwatch/eventEndpoint:EventEndpoint"
BUS = "aws:cloudwatch/eventBus:EventBus"
SINKS = {FILTER: "destinationArn", DESTINATION: "targetArn", METRICS: "firehoseArn", LINK: "sinkIdentifier"}
"""The property that names where each sends to."""
_ROUTE = "routingConfig.failoverConfig.secondary.route"


def telemetry(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The stream, function, log destination or sink that it sends to."""
    yield from sent(resource, stack, context, "sends what it records to", (SINKS[resource.type],))


def events(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The target or the web address that events go to."""
    if resource.type == API_DESTINATION:
        yield from addressed(resource, stack, context, "posts events to", "invocationEndpoint")
    else:
        yield from sent(resource, stack, context, "sends events to", ("arn", "deadLetterConfig.arn"))


def replicated(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Both buses and the second region of a global endpoint."""
    yield from sent(resource, stack, context, "copies events to", ("eventBuses[*].eventBusArn",), BUS, is_copy=True)
    for at, region in resource.each(_ROUTE):
        yield from judged(resource, context, region, at, "moves events on a failure to")


CONTROLS = (
    Control(
        id="residency-aws-log-egress",
        title="Logs and metrics are sent to the client's accounts in allowed regions only",
        why="Log lines carry addresses, names and payloads, and a subscription copies them as they are written.",
        fix="Set destinationArn, targetArn, firehoseArn or sinkIdentifier to a sink in an allowed region of a client account.",
        blind="What the sink does with the lines, and exports that somebody starts by hand.",
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R033",),
        maps=REACH_MAPS,
        also=ALSO,
        reads={token: (path,) for token, path in SINKS.items()},
        evaluate_linked=telemetry,
        snippet="""\
import pulumi_aws as aws

aws.cloudwatch.LogSubscriptionFilter(
    "audit",
    log_group="/acme/audit",
    filter_pattern="",
    destination_arn="arn:aws:kinesis:eu-west-1:111111111111:stream/audit",
    role_arn="arn:aws:iam::111111111111:role/audit",
)
""",
    ),
    Control(
        id="residency-aws-event-targets",
        title="Events are sent to the client's accounts in allowed regions, and to no third party",
        why="An event bus in another region or account, or an API destination, gets the whole event.",
        fix="Set arn to a target in an allowed region of a client account, or name the receiver of invocationEndpoint in environments[].elsewhere of the spec.",
        blind="What a target does with the event, and rules on the buses of other accounts.",
        source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html (read 2026-11-22)",
        category=Category.REACH,
        rows=("R034",),
        maps=REACH_MAPS,
        also=ALSO,
        reads={TARGET: ("arn", "deadLetterConfig.arn"), API_DESTINATION: ("invocationEndpoint",)},
        evaluate_linked=events,
        snippet="""\
import pulumi_aws as aws

rule = aws.cloudwatch.EventRule("uploads", event_pattern='{"source": ["aws.s3"]}')
aws.cloudwatch.EventTarget("uploads", rule=rule.name, arn="arn:aws:sqs:eu-west-1:111111111111:uploads")
""",
    ),
    Control(
        id="residency-aws-event-endpoint",
        title="Global event endpoints span allowed regions only",
        why="A global endpoint copies events to the bus of a second region and moves all traffic there on a failure.",
        fix="Set eventBuses[].eventBusArn and routingConfig.failoverConfig.secondary.route to regions inside residency or dr_residency.",
        blind="The global DNS name through which senders reach the endpoint.",
        source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-global-endpoints.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R034",),
        maps=MAPS,
        also=ALSO,
        reads={ENDPOINT: ("eventBuses[*].eventBusArn", _ROUTE)},
        looks_at={BUS: ("region",)},
        evaluate_linked=replicated,
        snippet="""\
import pulumi_aws as aws

aws.cloudwatch.EventEndpoint(
    "orders",
    event_buses=[
        {"event_bus_arn": "arn:aws:events:eu-west-1:111111111111:event-bus/orders"},
        {"event_bus_arn": "arn:aws:events:eu-central-1:111111111111:event-bus/orders"},
    ],
    routing_config={
        "failover_config": {
            "primary": {"health_check": "arn:aws:route53:::healthcheck/0a1b2c3d"},
            "secondary": {"route": "eu-central-1"},
        },
    },
)
""",
    ),
)
