"""Policies of SQS queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SqsQueuePolicy(ResourcePolicy):
    """One principal of one Allow statement of one queue's policy."""

    id = KindId("aws.sqs_queue_policy")
    title = "SQS queue policy"
    source = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-using-identity-based-policies.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # "Changes to a queue's attributes can take up to 60 seconds to propagate."
    lag = Lag(
        settle_s=60, survives_s=0, source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html (read 2026-11-22)"
    )
    reads = _people.MARK_READS | {"sqs:GetQueueAttributes", "sqs:ListQueues"}
    writes = frozenset({"sqs:SetQueueAttributes"})
    fences = frozenset({"sqs:AddPermission", "sqs:SetQueueAttributes"})
    creates = frozenset({"aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"})
    blind = "Messages that were received already."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every queue of the region."""
        for item in reader.read("sqs:ListQueues"):
            url = str(item["QueueUrls"])
            name = url.rsplit("/", 1)[-1]
            yield Held(id=f"arn:aws:sqs:{reader.scope.region}:{reader.scope.id}:{name}", name=f"queue {name}", params={"QueueUrl": url})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The attribute `Policy`."""
        answer = reader.get("sqs:GetQueueAttributes", **held.params, AttributeNames=["Policy"])
        return cast("Json", answer.get("Attributes") or {}).get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The attribute, replaced."""
        return writer.write("sqs:SetQueueAttributes", **held.params, Attributes={"Policy": text})

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """An empty attribute is no policy."""
        return writer.write("sqs:SetQueueAttributes", **held.params, Attributes={"Policy": ""}, missing_ok=True)


KIND: Kind = SqsQueuePolicy()
