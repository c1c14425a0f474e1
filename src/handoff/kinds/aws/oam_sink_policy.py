"""Policies of CloudWatch's observability sinks: which accounts may link their telemetry to the client's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy, keeper
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class OamSinkPolicy(ResourcePolicy):
    """One principal of one Allow statement of one sink's policy."""

    id = KindId("aws.oam_sink_policy")
    title = "Observability (OAM) sink policy"
    source = "https://docs.aws.amazon.com/OAM/latest/APIReference/API_PutSinkPolicy.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # CloudWatch gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"oam:GetSinkPolicy", "oam:ListSinks"}
    writes = frozenset({"oam:PutSinkPolicy"})
    fences = frozenset({"oam:PutSinkPolicy"})
    creates = frozenset({"aws:oam/sinkPolicy:SinkPolicy"})
    blind = "Links that were made under the policy, and the client's own links to sinks of others."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """The sinks of the region; a sink's ARN holds an id that is never used again."""
        for sink in reader.read("oam:ListSinks"):
            yield Held(id=str(sink["Arn"]), name=f"sink {sink['Name']}", params={"SinkIdentifier": sink["Arn"]})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy of the sink."""
        answer = reader.get("oam:GetSinkPolicy", **held.params)
        return answer.get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("oam:PutSinkPolicy", **held.params, Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """A sink's policy can be replaced but not removed, so its own account keeps the place."""
        return self.write_policy(writer, held, keeper(writer, "oam:CreateLink", "*"))


KIND: Kind = OamSinkPolicy()
