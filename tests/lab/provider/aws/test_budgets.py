from __future__ import annotations

from typing import Any

import pytest

from handoff.lab.provider import lifecycle
from handoff.lab.provider.record import EmulatorError


def notice(threshold: int, *people: str) -> dict[str, Any]:
    return {
        "comparisonOperator": "GREATER_THAN",
        "threshold": threshold,
        "thresholdType": "PERCENTAGE",
        "notificationType": "ACTUAL",
        "subscriberEmailAddresses": list(people),
    }


def test_budget(make: Any, ctx: Any) -> None:
    plain = {"budgetType": "COST", "limitUnit": "USD", "timeUnit": "MONTHLY", "timePeriodStart": "2026-01-01_00:00"}
    budget = make(
        "aws:budgets/budget:Budget",
        **plain,
        limitAmount="1000",
        notifications=[notice(80, "b@acme.example", "a@acme.example"), notice(50, "a@acme.example")],
        costFilters=[{"name": "Service", "values": ["Amazon S3"]}],
        tags={"a": "1"},
    )
    budget.update({**plain, "limitAmount": "900", "notifications": [notice(50, "c@acme.example"), notice(100, "a@acme.example")], "tags": {"b": "2"}})
    account, _, name = budget.id.partition(":")
    ctx.aws("budgets", "us-east-1").delete_notification(
        AccountId=account,
        BudgetName=name,
        Notification={"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 100.0, "ThresholdType": "PERCENTAGE"},
    )
    assert [item["threshold"] for item in budget.changed()["notifications"]] == [50]
    budget.delete()


def test_bad_time_is_named(ctx: Any, make: Any) -> None:
    record = make("aws:budgets/budget:Budget", budgetType="COST", timeUnit="MONTHLY", limitAmount="1", limitUnit="USD").record
    with pytest.raises(EmulatorError, match="2026-01-31_00:00"):
        lifecycle.create(ctx, record, {"name": "x", "budgetType": "COST", "timeUnit": "MONTHLY", "timePeriodStart": "soon"})
