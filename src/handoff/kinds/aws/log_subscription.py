"""Log groups whose lines are sent on to another account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

# What PutSubscriptionFilter takes of what DescribeSubscriptionFilters gives.
_KEPT = (
    "applyOnTransformedLogs",
    "destinationArn",
    "distribution",
    "emitSystemFields",
    "fieldSelectionCriteria",
    "filterName",
    "filterPattern",
    "logGroupName",
    "roleArn",
)


class LogSubscription(Item):
    """One subscription filter of one log group. One that leads to the account's own stream or function is no way out as such."""

    id = KindId("aws.log_subscription")
    title = "Log group subscription of another account"
    row = "A35"
    source = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteSubscriptionFilter.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    # A delivery that failed is tried again for up to 24 hours.
    lag = Lag(settle_s=300, survives_s=86400, source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html (read 2026-11-22)")
    reads = frozenset({"logs:DescribeLogGroups", "logs:DescribeSubscriptionFilters"})
    writes = frozenset({"logs:DeleteSubscriptionFilter", "logs:PutSubscriptionFilter"})
    fences = frozenset({"logs:PutSubscriptionFilter"})
    creates = frozenset({"aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"})
    blind = (
        "Where a stream, a function or a Firehose of the account's own sends the lines on (aws.firehose_destination); vended log deliveries; policies of the whole "
        "account (aws.log_account_subscription); what was sent before."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every filter of every log group that leads elsewhere."""
        groups = (str(group["logGroupName"]) for group in reader.read("logs:DescribeLogGroups"))
        for found in fan.each(lambda group: list(reader.read("logs:DescribeSubscriptionFilters", logGroupName=group)), groups):
            for one in found:
                end = str(one["destinationArn"])
                if not _ends.is_elsewhere(end, reader.scope.id):
                    continue
                group, name = str(one["logGroupName"]), str(one["filterName"])
                yield AccessPath(
                    kind=self.id,
                    id=f"arn:aws:logs:{reader.scope.region}:{reader.scope.id}:log-group:{group}#{name}#{end}",
                    scope=reader.scope,
                    holder=end,
                    allows=f"get the lines of log group {group}",
                    clues=_ends.of_arn(end),
                    detail={"group": group, "name": name, "end": end},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The filter, as it is put back."""
        found = reader.read("logs:DescribeSubscriptionFilters", logGroupName=path.detail["group"], filterNamePrefix=path.detail["name"])
        one = next((one for one in found if one["filterName"] == path.detail["name"]), None)
        return {name: one[name] for name in _KEPT if one.get(name)} if one and one["destinationArn"] == path.detail["end"] else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Deleting can be undone in full."""
        return f"filter {path.detail['name']} of log group {path.detail['group']} is deleted, so that no line goes to {path.holder}; undone by putting it back"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("logs:DeleteSubscriptionFilter", logGroupName=path.detail["group"], filterName=path.detail["name"], missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Put back."""
        yield writer.write("logs:PutSubscriptionFilter", **{"filterPattern": "", **before})


KIND: Kind = LogSubscription()
