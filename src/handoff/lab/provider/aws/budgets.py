"""Cost budgets with their notifications."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import given, tag_change, tag_list, tag_map, tagged
from handoff.lab.provider.record import Created, EmulatorError, Naming, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

_TIME = "%Y-%m-%d_%H:%M"
"""How Pulumi writes a time here: 2026-01-01_00:00."""
_REGION = "us-east-1"
"""Budgets has one endpoint. source: https://docs.aws.amazon.com/general/latest/gr/billing.html (read 2026-11-22)"""


def create(ctx: Context, inputs: Properties) -> Created:
    """The budget; its id is ACCOUNT:NAME."""
    account = inputs.get("accountId") or ctx.aws("sts").get_caller_identity()["Account"]
    notices = [{"Notification": _notification(notice), "Subscribers": _subscribers(notice)} for notice in inputs.get("notifications") or ()]
    tags = tag_list(inputs.get("tagsAll"))
    ctx.aws("budgets", _REGION).create_budget(
        AccountId=account, Budget=_budget(inputs), NotificationsWithSubscribers=notices, **({"ResourceTags": tags} if tags else {})
    )
    return Created(id=f"{account}:{inputs['name']}")


def read(ctx: Context, budget_id: str, _state: Properties) -> Properties | None:
    """Limits, filters, notices and tags."""
    account, _, name = budget_id.partition(":")
    budgets = ctx.aws("budgets", _REGION)
    budget = budgets.describe_budget(AccountId=account, BudgetName=name)["Budget"]
    arn = f"arn:aws:budgets::{account}:budget/{name}"
    limit, period = budget.get("BudgetLimit", {}), budget.get("TimePeriod", {})
    return {
        "arn": arn,
        "accountId": account,
        "name": name,
        "budgetType": budget["BudgetType"],
        "timeUnit": budget["TimeUnit"],
        **given(limitAmount=limit.get("Amount"), limitUnit=limit.get("Unit")),
        **given(timePeriodStart=_moment(period.get("Start")), timePeriodEnd=_moment(period.get("End"))),
        "costFilters": [{"name": key, "values": values} for key, values in sorted(budget.get("CostFilters", {}).items())],
        "notifications": [_notice(budgets, account, name, found) for found in _notices(budgets, account, name)],
        "tags": tag_map(budgets.list_tags_for_resource(ResourceARN=arn).get("ResourceTags")),
    }


def update(ctx: Context, budget_id: str, old: Properties, new: Properties) -> None:
    """Limits in place; notices that changed go and come again."""
    account, _, name = budget_id.partition(":")
    budgets = ctx.aws("budgets", _REGION)
    budgets.update_budget(AccountId=account, NewBudget=_budget({**new, "name": name}))
    before, after = old.get("notifications") or [], new.get("notifications") or []
    for notice in before:
        if notice not in after:
            budgets.delete_notification(AccountId=account, BudgetName=name, Notification=_notification(notice))
    for notice in after:
        if notice not in before:
            budgets.create_notification(AccountId=account, BudgetName=name, Notification=_notification(notice), Subscribers=_subscribers(notice))
    arn = f"arn:aws:budgets::{account}:budget/{name}"
    added, removed = tag_change(old, new)
    if removed:
        budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=removed)
    if added:
        budgets.tag_resource(ResourceARN=arn, ResourceTags=tag_list(added))


def delete(ctx: Context, budget_id: str, _state: Properties) -> None:
    """With its notices."""
    account, _, name = budget_id.partition(":")
    ctx.aws("budgets", _REGION).delete_budget(AccountId=account, BudgetName=name)


def _budget(inputs: Properties) -> dict[str, Any]:
    period = given(Start=_instant(inputs.get("timePeriodStart")), End=_instant(inputs.get("timePeriodEnd")))
    limit = {"Amount": str(inputs["limitAmount"]), "Unit": inputs.get("limitUnit", "USD")} if inputs.get("limitAmount") else None
    filters = {item["name"]: item["values"] for item in inputs.get("costFilters") or ()}
    return {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        **given(BudgetLimit=limit, CostFilters=filters or None, TimePeriod=period or None),
    }


def _notification(notice: Properties) -> dict[str, Any]:
    return {
        "NotificationType": notice["notificationType"],
        "ComparisonOperator": notice["comparisonOperator"],
        "Threshold": float(notice["threshold"]),
        "ThresholdType": notice["thresholdType"],
    }


def _subscribers(notice: Properties) -> list[dict[str, str]]:
    mail = [{"SubscriptionType": "EMAIL", "Address": address} for address in notice.get("subscriberEmailAddresses") or ()]
    return mail + [{"SubscriptionType": "SNS", "Address": arn} for arn in notice.get("subscriberSnsTopicArns") or ()]


def _notices(budgets: Any, account: str, name: str) -> list[Any]:  # noqa: ANN401 - boto3 clients have no static type
    pages = budgets.get_paginator("describe_notifications_for_budget").paginate(AccountId=account, BudgetName=name)
    return [notice for page in pages for notice in page.get("Notifications", ())]


def _notice(budgets: Any, account: str, name: str, found: Properties) -> Properties:  # noqa: ANN401 - boto3 clients have no static type
    asked = {key: found[key] for key in ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType") if key in found}
    people = budgets.describe_subscribers_for_notification(AccountId=account, BudgetName=name, Notification=asked).get("Subscribers", ())
    return {
        "notificationType": found["NotificationType"],
        "comparisonOperator": found["ComparisonOperator"],
        "threshold": found["Threshold"],
        "thresholdType": found.get("ThresholdType", "PERCENTAGE"),
        "subscriberEmailAddresses": sorted(person["Address"] for person in people if person["SubscriptionType"] == "EMAIL"),
        "subscriberSnsTopicArns": sorted(person["Address"] for person in people if person["SubscriptionType"] == "SNS"),
    }


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise EmulatorError("InvalidTime", f"{text!r} is not of the form 2026-01-31_00:00") from error


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).strftime(_TIME) if value else None


RECORDS = (
    tagged(
        Record(
            token="aws:budgets/budget:Budget",
            create=create,
            read=read,
            update=update,
            delete=delete,
            handled=frozenset(
                {"accountId", "name", "budgetType", "limitAmount", "limitUnit", "timeUnit", "timePeriodStart", "timePeriodEnd", "costFilters", "notifications"}
            ),
            computed=frozenset({"arn", "accountId", "timePeriodStart", "timePeriodEnd"}),
            required=frozenset({"budgetType", "timeUnit"}),
            replace_on=frozenset({"accountId", "name", "budgetType"}),
            unordered=frozenset({"notifications", "costFilters"}),
            name_property="name",
            naming=Naming(max_length=100),
        )
    ),
)
