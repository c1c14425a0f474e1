"""Access policies of CloudWatch Logs destinations: whose log groups may send to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy, keeper
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class LogDestinationPolicy(ResourcePolicy):
    """One principal of one Allow statement of one destination's access policy."""

    id = KindId("aws.log_destination_policy")
    title = "CloudWatch Logs destination policy"
    source = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestinationPolicy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # CloudWatch Logs gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"logs:DescribeDestinations"}
    writes = frozenset({"logs:PutDestinationPolicy"})
    fences = frozenset({"logs:PutDestinationPolicy"})
    creates = frozenset({"aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy"})
    blind = "Subscription filters that were made under the policy: CloudWatch Logs checks the policy when one is made, and delivers on."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every destination of the region."""
        for destination in reader.read("logs:DescribeDestinations"):
            name = destination["destinationName"]
            yield Held(
                id=f"{destination['arn']}@{destination.get('creationTime') or ''}",
                name=f"log destination {name}",
                params={"destinationName": name, "arn": destination["arn"]},
            )

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The access policy, from the listing: CloudWatch Logs has no call that shows one destination."""
        found = (item for item in reader.read("logs:DescribeDestinations") if item["destinationName"] == held.params["destinationName"])
        return next((item.get("accessPolicy") for item in found), None)

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The access policy, replaced; subscription filters that it still allows go on."""
        return writer.write("logs:PutDestinationPolicy", destinationName=held.params["destinationName"], accessPolicy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """An access policy can be replaced but not removed, so its own account keeps the place."""
        return self.write_policy(writer, held, keeper(writer, "logs:PutSubscriptionFilter", str(held.params["arn"])))


KIND: Kind = LogDestinationPolicy()
