"""Subscription policies of a whole account: the lines of every log group of a region, sent on to another account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from handoff.errors import CloudError
from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_TYPE = "SUBSCRIPTION_FILTER_POLICY"
_KEPT = ("policyName", "policyDocument", "policyType", "scope", "selectionCriteria")


class LogAccountSubscription(Item):
    """One policy; AWS allows one in each region."""

    id = KindId("aws.log_account_subscription")
    title = "Account-wide log subscription of another account"
    row = "A35"
    source = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteAccountPolicy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    # "it can take up to 5 minutes" for an account's policy to hold; a delivery that failed is tried again for up to 24 hours.
    lag = Lag(
        settle_s=300,
        survives_s=86400,
        source="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html (read 2026-11-22)",
    )
    reads = frozenset({"logs:DescribeAccountPolicies"})
    writes = frozenset({"logs:DeleteAccountPolicy", "logs:PutAccountPolicy"})
    fences = frozenset({"logs:PutAccountPolicy"})
    creates = frozenset({"aws:cloudwatch/logAccountPolicy:LogAccountPolicy"})
    blind = "Where a stream, a function or a Firehose of the account's own sends the lines on (aws.firehose_destination); what was sent before."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every policy that leads elsewhere."""
        for policy in reader.read("logs:DescribeAccountPolicies", policyType=_TYPE):
            end = _end(policy)
            if _ends.is_elsewhere(end, reader.scope.id):
                yield AccessPath(
                    kind=self.id,
                    id=f"{policy['policyName']}#{end}",
                    scope=reader.scope,
                    holder=end,
                    allows="get the lines of every log group of the region"
                    + (f" but {policy['selectionCriteria']}" if policy.get("selectionCriteria") else ""),
                    clues=_ends.of_arn(end),
                    detail={"name": policy["policyName"], "end": end},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The policy, as it is put back."""
        for policy in reader.read("logs:DescribeAccountPolicies", policyType=_TYPE, policyName=path.detail["name"]):
            if policy["policyName"] == path.detail["name"] and _end(policy) == path.detail["end"]:
                return {name: policy[name] for name in _KEPT if policy.get(name)}
        return None

    def disable_effect(self, path: AccessPath, /) -> str:
        """Deleting can be undone in full."""
        return f"policy {path.detail['name']} is deleted, so that no line goes to {path.holder}; undone by putting it back"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("logs:DeleteAccountPolicy", policyName=path.detail["name"], policyType=_TYPE, missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Put back."""
        yield writer.write("logs:PutAccountPolicy", **before)


def _end(policy: Json) -> str:
    try:
        document = json.loads(str(policy["policyDocument"]))
    except ValueError as error:
        raise CloudError(f"account policy {policy['policyName']}: the document is not JSON: {error}") from error
    return str(cast("Json", document).get("DestinationArn") or "")


KIND: Kind = LogAccountSubscription()
