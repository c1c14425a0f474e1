"""Rules of EventBridge that send events to another account or to an address on the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType, Step, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

# Fixed input and headers may hold tokens, which no image may: a target that has them cannot be put back by us.
_SECRETIVE = ("HttpParameters", "Input", "InputTransformer", "RedshiftDataParameters", "SageMakerPipelineParameters")
_DESTINATION = ":api-destination/"


class EventRuleTarget(Item):
    """One target of one rule. A rule can call back whatever opens a path anew, so it is looked at again until it stays quiet."""

    id = KindId("aws.event_rule_target")
    title = "EventBridge target in another account or on the internet"
    row = "A35"
    source = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    # "When you remove a target, when the associated rule triggers, removed targets might continue to be invoked. Allow a short period of time";
    # a delivery that failed is tried again for up to 24 hours.
    lag = Lag(settle_s=300, survives_s=86400, source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html (read 2026-11-22)")
    reads = frozenset({"events:DescribeApiDestination", "events:DescribeRule", "events:ListEventBuses", "events:ListRules", "events:ListTargetsByRule"})
    writes = frozenset({"events:PutTargets", "events:RemoveTargets"})
    fences = frozenset({"events:CreateApiDestination", "events:EnableRule", "events:PutRule", "events:PutTargets", "events:UpdateApiDestination"})
    creates = frozenset({"aws:cloudwatch/eventApiDestination:EventApiDestination", "aws:cloudwatch/eventTarget:EventTarget"})
    blind = "Targets of the account's own that send events on; pipes (aws.event_pipe) and schedules (aws.event_schedule); archives; partner event sources, by which events come in."
    recurs = True

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every target of every rule of every bus that leads elsewhere."""
        buses = (str(bus["Name"]) for bus in reader.read("events:ListEventBuses"))
        rules = [rule for bus in buses for rule in reader.read("events:ListRules", EventBusName=bus)]
        for rule, targets in fan.each(lambda rule: (rule, _targets(reader, str(rule["EventBusName"]), str(rule["Name"]))), rules):
            for target in targets:
                end = str(target["Arn"])
                if _DESTINATION in end or _ends.is_elsewhere(end, reader.scope.id):
                    yield self._path(reader, rule, target, end)

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take it off; undone by putting it back, where everything of it may be kept."""
        what = f"{path.holder} is no longer a target of rule {path.detail['rule']}"
        if path.detail["whole"]:
            return (Step(verb=Verb.DISABLE, reversible=True, effect=f"{what}; undone by putting the same target back"),)
        return (
            Step(
                verb=Verb.DELETE, reversible=False, effect=f"{what}; it has fixed input or headers, which may be secret and are not kept, so it is not put back"
            ),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The target, as it is put back; without what may be secret."""
        bus, rule = str(path.detail["bus"]), str(path.detail["rule"])
        # A rule can only be deleted when it has no target; then its targets are refused as not found.
        if reader.get("events:DescribeRule", Name=rule, EventBusName=bus) is None:
            return None
        for target in _targets(reader, bus, rule):
            if (target["Id"], target["Arn"]) == (path.detail["target"], path.detail["end"]):
                return {name: value for name, value in target.items() if name not in _SECRETIVE}
        return None

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Remove."""
        yield self._remove(writer, path)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Put back."""
        yield writer.write("events:PutTargets", Rule=path.detail["rule"], EventBusName=path.detail["bus"], Targets=[before])

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Remove."""
        yield self._remove(writer, path)

    def _remove(self, writer: Writer, path: AccessPath) -> Receipt:
        given = {"Rule": path.detail["rule"], "EventBusName": path.detail["bus"], "Ids": [path.detail["target"]]}
        return writer.write("events:RemoveTargets", **given, missing_ok=True)

    def _path(self, reader: Reader, rule: Json, target: Json, end: str) -> AccessPath:
        clues: tuple[tuple[Clue, str], ...] = _ends.of_arn(end)
        holder = end
        if _DESTINATION in end:
            found = reader.get("events:DescribeApiDestination", Name=end.split(_DESTINATION)[1].split("/")[0])
            url = str((found or {}).get("InvocationEndpoint") or "")
            clues, holder = _ends.of_url(url), f"an address at {_ends.host_of(url) or 'an unknown host'}"
        bus, name = str(rule["EventBusName"]), str(rule["Name"])
        return AccessPath(
            kind=self.id,
            id=f"{rule['Arn']}#{target['Id']}#{end}",
            scope=reader.scope,
            holder=holder,
            allows=f"get the events that rule {name} of bus {bus} picks",
            clues=clues,
            detail={"bus": bus, "rule": name, "target": target["Id"], "end": end, "whole": not any(target.get(one) for one in _SECRETIVE)},
        )


def _targets(reader: Reader, bus: str, rule: str) -> list[Json]:
    return list(reader.read("events:ListTargetsByRule", Rule=rule, EventBusName=bus))


KIND: Kind = EventRuleTarget()
