from __future__ import annotations

from typing import Any


def test_metric_filter(make: Any, ctx: Any) -> None:
    ctx.aws("logs").create_log_group(logGroupName="/counted")
    counted = {"name": "Refused", "namespace": "Security", "value": "1"}
    one = make("aws:cloudwatch/logMetricFilter:LogMetricFilter", logGroupName="/counted", name="refused", pattern="{ $.x = 1 }", metricTransformation=counted)
    assert one.imported() == {}
    one.update({"logGroupName": "/counted", "name": "refused", "pattern": "{ $.x = 2 }", "metricTransformation": counted})
    ctx.aws("logs").put_metric_filter(
        logGroupName="/counted",
        filterName="refused",
        filterPattern="{ $.x = 3 }",
        metricTransformations=[{"metricName": "Refused", "metricNamespace": "Security", "metricValue": "1"}],
    )
    assert one.changed()["pattern"] == "{ $.x = 3 }"
    one.delete()


def test_alarm(make: Any, ctx: Any) -> None:
    watched = {"metricName": "Refused", "namespace": "Security", "statistic": "Sum", "period": 300, "evaluationPeriods": 1}
    given = {**watched, "name": "refused", "threshold": 1, "comparisonOperator": "GreaterThanOrEqualToThreshold"}
    one = make("aws:cloudwatch/metricAlarm:MetricAlarm", **given, alarmActions=["arn:aws:sns:eu-west-1:111111111111:told"], tags={"a": "1"})
    assert one.imported() == {}
    one.update({**given, "alarmActions": ["arn:aws:sns:eu-west-1:111111111111:told"], "threshold": 2, "tags": {"b": "2"}})
    ctx.aws("cloudwatch").disable_alarm_actions(AlarmNames=["refused"])
    assert one.changed()["actionsEnabled"] is False
    one.delete()


def test_topic_and_subscription(make: Any, ctx: Any) -> None:
    topic = make("aws:sns/topic:Topic", name="told", kmsMasterKeyId="alias/one", tags={"a": "1"})
    assert topic.imported() == {}
    topic.update({"name": "told", "kmsMasterKeyId": "alias/two", "tags": {"b": "2"}})
    ctx.aws("sns").set_topic_attributes(TopicArn=topic.id, AttributeName="KmsMasterKeyId", AttributeValue="alias/three")
    assert topic.changed()["kmsMasterKeyId"] == "alias/three"
    told = make("aws:sns/topicSubscription:TopicSubscription", topic=topic.id, protocol="email", endpoint="a@acme.example")
    assert told.imported() == {}
    told.delete()
    topic.delete()
