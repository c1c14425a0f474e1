"""CloudWatch logs: kept long enough, under the client's key, and watched for what nobody should do unseen."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, passed, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, as_number, own_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

GROUP = "aws:cloudwatch/logGroup:LogGroup"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TRAIL = "aws:cloudtrail/trail:Trail"
METRIC, SPACE = "metricTransformation.name", "metricTransformation.namespace"
TOPICS = {
    "the use of root": (r'useridentity\.type\s*=\s*"?root',),
    "refused calls": (r'errorcode\s*=\s*"?\*?unauthorizedoperation', r'errorcode\s*=\s*"?accessdenied'),
    "changes of IAM policies": tuple(rf'eventname\s*=\s*"?{one}' for one in ("putrolepolicy", "attachrolepolicy", "createpolicyversion")),
    "keys that are disabled or deleted": tuple(rf'eventname\s*=\s*"?{one}' for one in ("disablekey", "schedulekeydeletion")),
}
"""What each filter's pattern has to speak of, in lower case.

source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html (read 2026-11-22)
"""


def kept(resource: Resource, context: Context) -> Iterator[Finding]:
    """As long as the spec asks for; a group that is told nothing keeps its logs for ever."""
    asked = math.ceil(context.engagement.requirements.log_retention / timedelta(days=1))
    kind, value = resource.get("logGroupClass"), resource.get("retentionInDays")
    days = 0 if value is None else as_number(value)
    if kind == "DELIVERY":
        yield not_applicable("a group of class DELIVERY, which only hands logs on")
    elif days is not None and (days == 0 or days >= asked):
        return
    elif value is UNKNOWN or kind is UNKNOWN:
        yield unknown(f"how long it keeps logs {LATER}", "retentionInDays")
    else:
        yield fail(f"deletes logs after {value} days, and log_retention is {asked}", "retentionInDays")


def watched(stack: Stack, context: Context) -> Iterator[Finding]:
    """For each topic a metric filter, and an alarm on its metric that tells somebody."""
    del context
    if not stack.of(TRAIL):
        yield not_applicable("this stack makes no trail, whose log group the filters would belong to")
        return
    said: list[Finding] = []
    for topic, marks in TOPICS.items():
        filters = [one for one in stack.of(FILTER) if _speaks(one, marks)]
        alarms = [_told(one, stack) for one in filters]
        if True in alarms:
            continue
        if None in alarms or any(one.get("pattern") is UNKNOWN for one in stack.of(FILTER)):
            said.append(unknown(f"whether somebody is told of {topic} {LATER}"))
        elif filters:
            said.append(fail(f"counts {topic} and tells nobody: no alarm with an action looks at the metric", METRIC, urn=filters[0].urn))
        else:
            said.append(fail(f"tells nobody of {topic}: no metric filter has them in its pattern"))
    yield from said or [passed(f"tells of {', '.join(TOPICS)}")]


def _speaks(found: Resource, marks: tuple[str, ...]) -> bool:
    pattern = found.get("pattern")
    return isinstance(pattern, str) and all(re.search(one, pattern.lower()) for one in marks)


def _told(found: Resource, stack: Stack) -> bool | None:
    """Whether an alarm with an action looks at a filter's metric; None when that is not known."""
    told: bool | None = False
    for one in stack.of(ALARM):
        if one.get("actionsEnabled") in (False, "false") or one.get("alarmActions") in (None, []):
            continue
        pairs = ((one.get("metricName"), found.get(METRIC)), (one.get("namespace"), found.get(SPACE)))
        linked = found.urn in one.links.get("metricName", ())
        unsure = any(value is UNKNOWN for pair in pairs for value in pair)
        if not linked and not unsure and any(mine != its for mine, its in pairs):
            continue
        if (linked or not unsure) and one.get("alarmActions") is not UNKNOWN and one.get("actionsEnabled") is not UNKNOWN:
            return True
        told = None
    return told


CONTROLS = (
    Control(
        id="aws-logs-retention",
        title="Log groups keep their logs as long as the spec asks for",
        why="What happened months ago can only be told from logs that are still there.",
        fix="Set retentionInDays to the spec's log_retention or more, or leave it out to keep logs for ever.",
        blind="Logs that are moved elsewhere before they expire. Whoever may delete the group.",
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("A52",),
        maps=Maps(nist="AU-9 AU-9(2) AU-9(3)", hipaa="312(b)", pci="10.3.3 10.3.4", soc2="CC7.3 C1.2", iso="A.8.15"),
        severity=Severity.MEDIUM,
        reads={GROUP: ("retentionInDays", "logGroupClass")},
        evaluate=kept,
        snippet="""\
import pulumi_aws as aws

aws.cloudwatch.LogGroup("records", retention_in_days=731)
""",
    ),
    Control(
        id="aws-logs-key",
        title="Log groups are encrypted with a key of the client's",
        why="Logs hold names, addresses and sometimes data. Only with a key of the client's can reading them be ended.",
        fix="Set kmsKeyId to a key of the client's whose policy lets CloudWatch Logs of the region use it.",
        blind="Copies of the logs in subscriptions and exports.",
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="LGP",
        rows=("A52",),
        maps=Maps(nist="AU-9 AU-9(2) AU-9(3)", hipaa="312(b)", pci="10.3.3 10.3.4", soc2="CC7.3 C1.2", iso="A.8.15"),
        severity=Severity.MEDIUM,
        reads={GROUP: ("kmsKeyId",)},
        evaluate_linked=own_key("kmsKeyId", "is not encrypted with a key of the client's"),
        snippet="""\
import pulumi_aws as aws

key = aws.kms.Key("logs", description="Logs", enable_key_rotation=True)
aws.cloudwatch.LogGroup("records", kms_key_id=key.arn, retention_in_days=731)
""",
    ),
    Control(
        id="aws-logs-alarms",
        title="Somebody is told when root is used, calls are refused, IAM policies change or keys are disabled",
        why="These few events come first in nearly every takeover. A log that nobody reads shows them too late.",
        fix="Add a LogMetricFilter per topic on the trail's log group, and a MetricAlarm with alarmActions on each metric.",
        blind="Alarms through EventBridge, Security Hub or a SIEM, metric math, patterns written in other ways, which log group a filter is of, and whether anybody reads the messages.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="MON",
        rows=("A53",),
        maps=Maps(nist="~SI-4 IR-4", hipaa="308(a)(6)(ii)", pci="~10.4.1 10.4.1.1", soc2="~CC7.2 CC7.3", iso="A.8.16"),
        severity=Severity.MEDIUM,
        looks_at={
            TRAIL: (),
            FILTER: ("pattern", METRIC, SPACE),
            ALARM: ("metricName", "namespace", "alarmActions", "actionsEnabled"),
        },
        evaluate_stack=watched,
        snippet="""\
import pulumi_aws as aws

logs = aws.cloudwatch.LogGroup("trail", name="trail", retention_in_days=731)
aws.cloudtrail.Trail("trail", s3_bucket_name="acme-trail", cloud_watch_logs_group_arn="arn:aws:logs:eu-west-1:111111111111:log-group:trail:*")
topic = aws.sns.Topic("security", name="security", kms_master_key_id="alias/security")
patterns = {
    "Root": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS }',
    "Refused": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "Policies": "{ ($.eventName = PutRolePolicy) || ($.eventName = AttachRolePolicy) || ($.eventName = CreatePolicyVersion) }",
    "Keys": "{ ($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion) }",
}
for name, pattern in patterns.items():
    aws.cloudwatch.LogMetricFilter(
        name,
        log_group_name=logs.name,
        pattern=pattern,
        metric_transformation={"name": name, "namespace": "Security", "value": "1"},
    )
    aws.cloudwatch.MetricAlarm(
        name,
        metric_name=name,
        namespace="Security",
        statistic="Sum",
        period=300,
        evaluation_periods=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=1,
        alarm_actions=["arn:aws:sns:eu-west-1:111111111111:security"],
    )
""",
    ),
)
