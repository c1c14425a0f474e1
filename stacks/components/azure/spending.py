"""A monthly budget that warns both parties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import consumption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from handoff.spec.model import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingArgs:
    """How much, until when, and whom to warn."""

    budget_name: str
    subscription: str
    budget: Budget
    month: date
    """The current month: Azure refuses a budget that starts in an earlier one."""
    ends: date
    emails: Sequence[str]


class Spending(pulumi.ComponentResource):
    """Warns at each threshold of what was spent, and when the forecast passes the whole. Azure counts in the currency of the subscription's bill."""

    def __init__(self, name: str, args: SpendingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:azure:Spending", name, None, opts)
        made = consumption.Budget(
            name,
            budget_name=args.budget_name,
            scope=f"/subscriptions/{args.subscription}",
            category="Cost",
            amount=args.budget.amount,
            time_grain="Monthly",
            time_period={"start_date": _midnight(args.month.replace(day=1)), "end_date": _midnight(args.ends)},
            notifications=self._notifications(args),
            # The start is fixed when the budget is made; a later month must not change it.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["timePeriod"]),
        )
        self.budget_name: pulumi.Output[str] = made.name
        self.register_outputs({"budgetName": self.budget_name})

    @staticmethod
    def _notifications(args: SpendingArgs) -> dict[str, dict[str, object]]:
        rules = [("Actual", percent) for percent in args.budget.thresholds_percent] + [("Forecasted", 100)]
        return {
            f"{kind}{percent}": {
                "enabled": True,
                "operator": "GreaterThan",
                "threshold": float(percent),
                "threshold_type": kind,
                "contact_emails": list(args.emails),
            }
            for kind, percent in rules
            if args.emails
        }


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
