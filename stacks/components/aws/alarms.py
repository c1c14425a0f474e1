"""Who is told, and of what: the few events that come first when somebody takes an account over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import cloudwatch, sns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATTERNS = {
    "root": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
    "refused": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "policies": "{ ($.eventName = PutRolePolicy) || ($.eventName = AttachRolePolicy) || ($.eventName = CreatePolicyVersion)"
    " || ($.eventName = UpdateAssumeRolePolicy) || ($.eventName = PutUserPolicy) || ($.eventName = AttachUserPolicy) }",
    "keys": "{ ($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion) || ($.eventName = PutKeyPolicy) || ($.eventName = CreateGrant) }",
}
"""Name -> what the trail's events are searched for.

source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html (read 2026-11-22)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsArgs:
    """Which log group is watched, and who hears of it."""

    base_name: str
    log_group_name: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    emails: Sequence[str]
    """The client's own: alarms tell of the provider, too."""
    tags: Mapping[str, str]


class Alarms(pulumi.ComponentResource):
    """A topic under the client's key, a metric for each pattern, and an alarm on its first match in five minutes."""

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:Alarms", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        topic = sns.Topic(name, name=args.base_name, kms_master_key_id=args.key_arn, tags=args.tags, opts=inside)
        for number, email in enumerate(args.emails):
            sns.TopicSubscription(f"{name}-{number}", topic=topic.arn, protocol="email", endpoint=email, opts=inside)
        for what, pattern in PATTERNS.items():
            metric = f"{args.base_name}-{what}"
            cloudwatch.LogMetricFilter(
                f"{name}-{what}",
                name=metric,
                log_group_name=args.log_group_name,
                pattern=pattern,
                metric_transformation={"name": metric, "namespace": "handoff", "value": "1"},
                opts=inside,
            )
            cloudwatch.MetricAlarm(
                f"{name}-{what}",
                name=metric,
                alarm_description=f"The audit log shows: {what}",
                metric_name=metric,
                namespace="handoff",
                statistic="Sum",
                period=300,
                evaluation_periods=1,
                threshold=1,
                comparison_operator="GreaterThanOrEqualToThreshold",
                treat_missing_data="notBreaching",
                alarm_actions=[topic.arn],
                tags=args.tags,
                opts=inside,
            )
        self.topic_arn: pulumi.Output[str] = topic.arn
        self.register_outputs({"topicArn": self.topic_arn})
