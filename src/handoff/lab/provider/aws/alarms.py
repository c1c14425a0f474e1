"""What is counted in a log group, alarms on what was counted, and topics that tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import client, given, regional, tag_change, tag_list, tag_map, tagged
from handoff.lab.provider.record import Created, Missing, Naming, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

_ALARM = {
    "name": "AlarmName",
    "alarmDescription": "AlarmDescription",
    "alarmActions": "AlarmActions",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "statistic": "Statistic",
    "period": "Period",
    "evaluationPeriods": "EvaluationPeriods",
    "threshold": "Threshold",
    "comparisonOperator": "ComparisonOperator",
    "treatMissingData": "TreatMissingData",
    "actionsEnabled": "ActionsEnabled",
}
"""Pulumi's name -> the request's."""
_TOPIC = {"kmsMasterKeyId": "KmsMasterKeyId", "displayName": "DisplayName"}


def _put_filter(ctx: Context, inputs: Properties) -> Created:
    client(ctx, "logs", inputs).put_metric_filter(
        logGroupName=inputs["logGroupName"],
        filterName=inputs["name"],
        filterPattern=inputs["pattern"],
        metricTransformations=[_transformation(inputs["metricTransformation"])],
    )
    return Created(id=f"{inputs['logGroupName']}:{inputs['name']}")


def _transformation(wanted: Properties) -> dict[str, Any]:
    names = {"name": "metricName", "namespace": "metricNamespace", "value": "metricValue"}
    return {names.get(key, key): value for key, value in wanted.items()}


def _read_filter(ctx: Context, filter_id: str, state: Properties) -> Properties | None:
    group, _, name = filter_id.rpartition(":")
    found = client(ctx, "logs", state).describe_metric_filters(logGroupName=group, filterNamePrefix=name)["metricFilters"]
    one = next((each for each in found if each["filterName"] == name), None)
    if one is None:
        return None
    names = {"metricName": "name", "metricNamespace": "namespace", "metricValue": "value"}
    counted = {names.get(key, key): value for key, value in one["metricTransformations"][0].items()}
    return {"logGroupName": group, "name": name, "pattern": one["filterPattern"], "metricTransformation": counted}


def _update_filter(ctx: Context, _id: str, _old: Properties, new: Properties) -> None:
    _put_filter(ctx, new)


def _delete_filter(ctx: Context, filter_id: str, state: Properties) -> None:
    group, _, name = filter_id.rpartition(":")
    client(ctx, "logs", state).delete_metric_filter(logGroupName=group, filterName=name)


def _put_alarm(ctx: Context, inputs: Properties) -> Created:
    fields = given(**{theirs: inputs.get(ours) for ours, theirs in _ALARM.items()})
    client(ctx, "cloudwatch", inputs).put_metric_alarm(**fields, **given(Tags=tag_list(inputs.get("tagsAll")) or None))
    return Created(id=inputs["name"])


def _read_alarm(ctx: Context, name: str, state: Properties) -> Properties | None:
    alarms = client(ctx, "cloudwatch", state)
    found = alarms.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if not found:
        return None
    arn = found[0]["AlarmArn"]
    shown = given(**{ours: found[0].get(theirs) for ours, theirs in _ALARM.items()})
    return {**shown, "arn": arn, "tags": tag_map(alarms.list_tags_for_resource(ResourceARN=arn)["Tags"])}


def _update_alarm(ctx: Context, _name: str, old: Properties, new: Properties) -> None:
    _put_alarm(ctx, new)
    alarms = client(ctx, "cloudwatch", new)
    added, removed = tag_change(old, new)
    if removed:
        alarms.untag_resource(ResourceARN=old["arn"], TagKeys=removed)
    if added:
        alarms.tag_resource(ResourceARN=old["arn"], Tags=tag_list(added))


def _delete_alarm(ctx: Context, name: str, state: Properties) -> None:
    client(ctx, "cloudwatch", state).delete_alarms(AlarmNames=[name])


def _create_topic(ctx: Context, inputs: Properties) -> Created:
    topics = client(ctx, "sns", inputs)
    attributes = {theirs: str(inputs[ours]) for ours, theirs in _TOPIC.items() if inputs.get(ours)}
    made = topics.create_topic(Name=inputs["name"], Attributes=attributes, Tags=tag_list(inputs.get("tagsAll")))
    return Created(id=made["TopicArn"])


def _read_topic(ctx: Context, arn: str, state: Properties) -> Properties | None:
    topics = client(ctx, "sns", state)
    found = topics.get_topic_attributes(TopicArn=arn)["Attributes"]
    shown = {ours: found[theirs] for ours, theirs in _TOPIC.items() if found.get(theirs)}
    tags = tag_map(topics.list_tags_for_resource(ResourceArn=arn)["Tags"])
    return {"name": arn.rpartition(":")[2], "arn": arn, "owner": found["Owner"], **shown, "tags": tags}


def _update_topic(ctx: Context, arn: str, old: Properties, new: Properties) -> None:
    topics = client(ctx, "sns", new)
    for ours, theirs in _TOPIC.items():
        if old.get(ours) != new.get(ours):
            topics.set_topic_attributes(TopicArn=arn, AttributeName=theirs, AttributeValue=str(new.get(ours) or ""))
    added, removed = tag_change(old, new)
    if removed:
        topics.untag_resource(ResourceArn=arn, TagKeys=removed)
    if added:
        topics.tag_resource(ResourceArn=arn, Tags=tag_list(added))


def _delete_topic(ctx: Context, arn: str, state: Properties) -> None:
    client(ctx, "sns", state).delete_topic(TopicArn=arn)


def _subscribe(ctx: Context, inputs: Properties) -> Created:
    made = client(ctx, "sns", inputs).subscribe(TopicArn=inputs["topic"], Protocol=inputs["protocol"], Endpoint=inputs["endpoint"], ReturnSubscriptionArn=True)
    return Created(id=made["SubscriptionArn"])


def _read_subscription(ctx: Context, arn: str, state: Properties) -> Properties | None:
    found = client(ctx, "sns", state).get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return {"topic": found["TopicArn"], "protocol": found["Protocol"], "endpoint": found["Endpoint"], "arn": arn, "ownerId": found["Owner"]}


def _unsubscribe(ctx: Context, arn: str, state: Properties) -> None:
    if _read_subscription(ctx, arn, state) is None:
        raise Missing("NotFound", arn)
    client(ctx, "sns", state).unsubscribe(SubscriptionArn=arn)


FILTER = Record(
    token="aws:cloudwatch/logMetricFilter:LogMetricFilter",
    create=_put_filter,
    read=_read_filter,
    update=_update_filter,
    delete=_delete_filter,
    handled=frozenset({"logGroupName", "name", "pattern", "metricTransformation"}),
    required=frozenset({"logGroupName", "pattern", "metricTransformation"}),
    replace_on=frozenset({"logGroupName", "name"}),
    name_property="name",
    naming=Naming(max_length=512),
)
ALARM = Record(
    token="aws:cloudwatch/metricAlarm:MetricAlarm",
    create=_put_alarm,
    read=_read_alarm,
    update=_update_alarm,
    delete=_delete_alarm,
    handled=frozenset(_ALARM),
    computed=frozenset({"arn"}),
    required=frozenset({"comparisonOperator", "evaluationPeriods"}),
    defaults={"actionsEnabled": True, "treatMissingData": "missing"},
    replace_on=frozenset({"name"}),
    name_property="name",
    naming=Naming(max_length=255),
)
TOPIC = Record(
    token="aws:sns/topic:Topic",
    create=_create_topic,
    read=_read_topic,
    update=_update_topic,
    delete=_delete_topic,
    handled=frozenset({"name", *_TOPIC}),
    computed=frozenset({"arn", "owner"}),
    replace_on=frozenset({"name"}),
    name_property="name",
    naming=Naming(max_length=256),
)
SUBSCRIPTION = Record(
    token="aws:sns/topicSubscription:TopicSubscription",
    create=_subscribe,
    read=_read_subscription,
    delete=_unsubscribe,
    handled=frozenset({"topic", "protocol", "endpoint"}),
    computed=frozenset({"arn", "ownerId"}),
    required=frozenset({"topic", "protocol", "endpoint"}),
    replace_on=frozenset({"topic", "protocol", "endpoint"}),
)

RECORDS = (regional(FILTER), tagged(regional(ALARM)), tagged(regional(TOPIC)), regional(SUBSCRIPTION))
