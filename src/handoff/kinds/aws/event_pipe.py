"""Pipes of EventBridge that hand messages to another account or to an address on the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_DESTINATION = ":api-destination/"


class EventPipe(Item):
    """One pipe. It can be stopped and started as it is."""

    id = KindId("aws.event_pipe")
    title = "EventBridge pipe to another account or the internet"
    row = "A35"
    source = "https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_StopPipe.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    # What was read from the source before is still delivered; a stopping pipe takes a few minutes.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-start-stop.html (read 2026-11-22)")
    reads = frozenset({"events:DescribeApiDestination", "pipes:DescribePipe", "pipes:ListPipes"})
    writes = frozenset({"pipes:StartPipe", "pipes:StopPipe"})
    fences = frozenset({"pipes:CreatePipe", "pipes:StartPipe", "pipes:UpdatePipe"})
    creates = frozenset({"aws:pipes/pipe:Pipe"})
    blind = "What an enriching function of the account's own does with the messages, and where a target of the account's own sends them on."
    recurs = True

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every pipe that runs, or is told to, and leads elsewhere."""
        for pipe in reader.read("pipes:ListPipes"):
            ends = [end for end in (str(pipe.get("Target") or ""), str(pipe.get("Enrichment") or "")) if _leads_away(end, reader.scope.id)]
            if not ends or pipe.get("DesiredState") == "STOPPED":
                continue
            told = dict(_told(reader, end) for end in ends)
            yield AccessPath(
                kind=self.id,
                # The ARN is made of the name.
                id=f"{pipe['Arn']}#{pipe.get('CreationTime', '')}",
                scope=reader.scope,
                holder=", ".join(told),
                allows=f"get what pipe {pipe['Name']} reads from {pipe.get('Source')}",
                clues=tuple(dict.fromkeys(clue for clues in told.values() for clue in clues)),
                detail={"name": pipe["Name"], "arn": pipe["Arn"], "created": pipe.get("CreationTime", "")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it is to run."""
        pipe = reader.get("pipes:DescribePipe", Name=path.detail["name"])
        if pipe is None or (pipe["Arn"], pipe.get("CreationTime", "")) != (path.detail["arn"], path.detail["created"]):
            return None
        return {"runs": pipe.get("DesiredState") != "STOPPED"}

    def disable_effect(self, path: AccessPath, /) -> str:
        """Pipes have a switch."""
        return f"pipe {path.detail['name']} is stopped, so that nothing more goes to {path.holder}; undone by starting it: what its source kept meanwhile is then delivered"

    def is_off(self, state: Json, /) -> bool:
        """Told to stop."""
        return not state["runs"]

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Stop."""
        yield writer.write("pipes:StopPipe", Name=path.detail["name"], missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Start; a pipe that is gone meanwhile stays gone."""
        if self.image(writer, path) is not None:
            yield writer.write("pipes:StartPipe", Name=path.detail["name"])


def _leads_away(end: str, account: str) -> bool:
    return _DESTINATION in end or _ends.is_elsewhere(end, account)


def _told(reader: Reader, end: str) -> tuple[str, tuple[tuple[Clue, str], ...]]:
    if _DESTINATION not in end:
        return end, _ends.of_arn(end)
    found = reader.get("events:DescribeApiDestination", Name=end.split(_DESTINATION)[1].split("/")[0])
    url = str((found or {}).get("InvocationEndpoint") or "")
    return f"an address at {_ends.host_of(url) or 'an unknown host'}", _ends.of_url(url)


KIND: Kind = EventPipe()
