"""Schedules of EventBridge that call something in another account."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

# What UpdateSchedule takes of what GetSchedule gives: it replaces the whole schedule.
_KEPT = (
    "ActionAfterCompletion",
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "GroupName",
    "KmsKeyArn",
    "Name",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
    "Target",
)


class EventSchedule(Item):
    """One schedule whose target is elsewhere. It is switched off and left as it is; its input goes through no image."""

    id = KindId("aws.event_schedule")
    title = "EventBridge schedule that calls another account"
    row = "A35"
    source = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    # A call that failed is tried again for up to 24 hours.
    lag = Lag(settle_s=300, survives_s=86400, source="https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html (read 2026-11-22)")
    reads = frozenset({"scheduler:GetSchedule", "scheduler:ListSchedules"})
    writes = frozenset({"scheduler:UpdateSchedule"})
    fences = frozenset({"scheduler:CreateSchedule", "scheduler:UpdateSchedule"})
    creates = frozenset({"aws:scheduler/schedule:Schedule"})
    blind = (
        "Schedules that call AWS's API by a role (`arn:aws:scheduler:::aws-sdk:...`): what they then do is what the role may do; older scheduled rules, which are rules "
        "(aws.event_rule_target)."
    )
    recurs = True

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every schedule that is on and leads elsewhere."""
        for one in reader.read("scheduler:ListSchedules"):
            end = str(cast("Json", one.get("Target") or {}).get("Arn") or "")
            if one.get("State") == "DISABLED" or not _ends.is_elsewhere(end, reader.scope.id):
                continue
            yield AccessPath(
                kind=self.id,
                # The ARN is made of the name. To the second, for fractions are not written alike everywhere.
                id=f"{one['Arn']}#{str(one.get('CreationDate', ''))[:19]}",
                scope=reader.scope,
                holder=end,
                allows=f"be called by schedule {one['Name']} with what it hands over",
                clues=_ends.of_arn(end),
                detail={"name": one["Name"], "group": one.get("GroupName") or "default", "end": end},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it is on; one with another target by now is none of this path."""
        one = _schedule(reader, path)
        if one is None or cast("Json", one["Target"])["Arn"] != path.detail["end"]:
            return None
        return {"state": one["State"]}

    def disable_effect(self, path: AccessPath, /) -> str:
        """Schedules have a switch."""
        return f"schedule {path.detail['name']} is disabled, so that {path.holder} is not called any more; undone by enabling it"

    def is_off(self, state: Json, /) -> bool:
        """Disabled."""
        return state["state"] == "DISABLED"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Switch off."""
        yield from _switch(writer, path, "DISABLED")

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Switch on; a schedule that is gone meanwhile stays gone."""
        yield from _switch(writer, path, "ENABLED")


def _schedule(reader: Reader, path: AccessPath) -> Json | None:
    return reader.get("scheduler:GetSchedule", Name=path.detail["name"], GroupName=path.detail["group"])


def _switch(writer: Writer, path: AccessPath, state: str) -> Iterator[Receipt]:
    one = _schedule(writer, path)
    if one is not None:
        yield writer.write("scheduler:UpdateSchedule", **{name: one[name] for name in _KEPT if one.get(name) is not None} | {"State": state})


KIND: Kind = EventSchedule()
