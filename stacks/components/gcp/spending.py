"""A monthly budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_gcp import billing

if TYPE_CHECKING:
    from handoff.spec.model import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingArgs:
    """How much, and of what."""

    display_name: str
    billing_account: str
    number: pulumi.Output[str]
    budget: Budget


class Spending(pulumi.ComponentResource):
    """Warns the billing account's administrators at each threshold of what was spent, and when the forecast passes the whole."""

    def __init__(self, name: str, args: SpendingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("handoff:gcp:Spending", name, None, opts)
        rules: list[dict[str, object]] = [{"threshold_percent": percent / 100, "spend_basis": "CURRENT_SPEND"} for percent in args.budget.thresholds_percent]
        made = billing.Budget(
            name,
            billing_account=args.billing_account,
            display_name=args.display_name,
            amount={"specified_amount": {"currency_code": args.budget.currency, "units": f"{args.budget.amount:.0f}"}},
            budget_filter={"projects": [pulumi.Output.concat("projects/", args.number)]},
            threshold_rules=[*rules, {"threshold_percent": 1.0, "spend_basis": "FORECASTED_SPEND"}],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.budget_name: pulumi.Output[str] = made.name
        self.register_outputs({"budgetName": self.budget_name})
