"""Policies of CloudWatch Logs delivery destinations: which accounts may deliver vended logs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class LogDeliveryDestinationPolicy(ResourcePolicy):
    """One principal of one Allow statement of one delivery destination's policy."""

    id = KindId("aws.log_delivery_destination_policy")
    title = "CloudWatch Logs delivery destination policy"
    source = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestinationPolicy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # CloudWatch Logs gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"logs:DescribeDeliveryDestinations", "logs:GetDeliveryDestinationPolicy"}
    writes = frozenset({"logs:DeleteDeliveryDestinationPolicy", "logs:PutDeliveryDestinationPolicy"})
    fences = frozenset({"logs:PutDeliveryDestinationPolicy"})
    creates = frozenset({"aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy"})
    blind = "Deliveries that were made under the policy."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every delivery destination of the region."""
        for destination in reader.read("logs:DescribeDeliveryDestinations"):
            name = destination["name"]
            yield Held(id=str(destination["arn"]), name=f"delivery destination {name}", params={"deliveryDestinationName": name})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy of the delivery destination."""
        answer = reader.get("logs:GetDeliveryDestinationPolicy", **held.params)
        return cast("Json", answer.get("policy") or {}).get("deliveryDestinationPolicy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("logs:PutDeliveryDestinationPolicy", **held.params, deliveryDestinationPolicy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy."""
        return writer.write("logs:DeleteDeliveryDestinationPolicy", **held.params, missing_ok=True)


KIND: Kind = LogDeliveryDestinationPolicy()
