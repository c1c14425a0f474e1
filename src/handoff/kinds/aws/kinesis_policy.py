"""Policies of Kinesis data streams and their consumers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class KinesisPolicy(ResourcePolicy):
    """One principal of one Allow statement of the policy of one stream or registered consumer."""

    id = KindId("aws.kinesis_policy")
    title = "Kinesis stream or consumer policy"
    source = "https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # Kinesis gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"kinesis:GetResourcePolicy", "kinesis:ListStreamConsumers", "kinesis:ListStreams"}
    writes = frozenset({"kinesis:DeleteResourcePolicy", "kinesis:PutResourcePolicy"})
    fences = frozenset({"kinesis:PutResourcePolicy"})
    creates = frozenset({"aws:kinesis/resourcePolicy:ResourcePolicy"})
    blind = "Records that were read already, and shard iterators that were given out: they live for five minutes."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every stream of the region, and every consumer that is registered with it."""
        arns = (f"arn:aws:kinesis:{reader.scope.region}:{reader.scope.id}:stream/{item['StreamNames']}" for item in _named(reader))
        for arn, consumers in fan.each(lambda arn: (arn, list(reader.read("kinesis:ListStreamConsumers", StreamARN=arn))), arns):
            name = arn.rsplit("/", 1)[-1]
            yield Held(id=arn, name=f"stream {name}", params={"ResourceARN": arn})
            for consumer in consumers:
                made = consumer["ConsumerARN"]
                yield Held(id=str(made), name=f"consumer {consumer['ConsumerName']} of stream {name}", params={"ResourceARN": made})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy; Kinesis answers `{}` where there is none."""
        answer = reader.get("kinesis:GetResourcePolicy", **held.params)
        found = answer.get("Policy") if answer else None
        return None if found == "{}" else found

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("kinesis:PutResourcePolicy", **held.params, Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """No policy."""
        return writer.write("kinesis:DeleteResourcePolicy", **held.params, missing_ok=True)


def _named(reader: Reader) -> Iterator[Json]:
    # The listing gives each stream twice: by name and as a summary.
    return (item for item in reader.read("kinesis:ListStreams") if "StreamNames" in item)


KIND: Kind = KinesisPolicy()
