"""A monthly budget that warns both parties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import budgets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from handoff.spec.model import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingArgs:
    """How much, and whom to warn."""

    budget_name: str
    budget: Budget
    starts: date
    emails: Sequence[str]
    tags: Mapping[str, str]


class Spending(pulumi.ComponentResource):
    """Warns at each threshold of what was spent, and when the forecast passes the whole. A budget without anyone to warn only counts."""

    def __init__(self, name: str, args: SpendingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:aws:Spending", name, None, opts)
        made = budgets.Budget(
            name,
            name=args.budget_name,
            budget_type="COST",
            limit_amount=f"{args.budget.amount:g}",
            limit_unit=args.budget.currency,
            time_unit="MONTHLY",
            time_period_start=f"{args.starts.replace(day=1).isoformat()}_00:00",
            notifications=self._notifications(args),
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.budget_name: pulumi.Output[str] = made.name
        self.register_outputs({"budgetName": self.budget_name})

    @staticmethod
    def _notifications(args: SpendingArgs) -> list[dict[str, object]]:
        if not args.emails:
            return []
        rules = [("ACTUAL", percent) for percent in args.budget.thresholds_percent] + [("FORECASTED", 100)]
        return [
            {
                "notification_type": kind,
                "comparison_operator": "GREATER_THAN",
                "threshold": float(percent),
                "threshold_type": "PERCENTAGE",
                "subscriber_email_addresses": list(args.emails),
            }
            for kind, percent in rules
        ]
