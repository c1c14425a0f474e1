"""Policies of EventBridge event buses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class EventBusPolicy(ResourcePolicy):
    """One principal of one Allow statement of one event bus's policy."""

    id = KindId("aws.event_bus_policy")
    title = "EventBridge event bus policy"
    source = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # EventBridge gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"events:DescribeEventBus", "events:ListEventBuses"}
    writes = frozenset({"events:PutPermission", "events:RemovePermission"})
    fences = frozenset({"events:PutPermission"})
    creates = frozenset({"aws:cloudwatch/eventBusPolicy:EventBusPolicy", "aws:cloudwatch/eventPermission:EventPermission"})
    blind = "Rules and targets that somebody made under the policy: they stay. Partner event sources and schema registries."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every event bus of the region."""
        for bus in reader.read("events:ListEventBuses"):
            made = str(bus.get("CreationTime") or "")[: len("2026-11-22T00:00:00")]
            yield Held(id=f"{bus['Arn']}@{made}", name=f"event bus {bus['Name']}", params={"Name": bus["Name"]})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy of the bus."""
        answer = reader.get("events:DescribeEventBus", **held.params)
        return answer.get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("events:PutPermission", EventBusName=held.params["Name"], Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy."""
        return writer.write("events:RemovePermission", EventBusName=held.params["Name"], RemoveAllPermissions=True, missing_ok=True)


KIND: Kind = EventBusPolicy()
