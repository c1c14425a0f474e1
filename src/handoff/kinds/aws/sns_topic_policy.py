"""Policies of SNS topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy, keeper
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SnsTopicPolicy(ResourcePolicy):
    """One principal of one Allow statement of one topic's policy."""

    id = KindId("aws.sns_topic_policy")
    title = "SNS topic policy"
    source = "https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # SNS gives no figure for how soon a changed policy holds everywhere; one minute is our own margin.
    lag = Lag(
        settle_s=60,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"sns:GetTopicAttributes", "sns:ListTopics"}
    writes = frozenset({"sns:SetTopicAttributes"})
    fences = frozenset({"sns:AddPermission", "sns:SetTopicAttributes"})
    creates = frozenset({"aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"})
    blind = "Subscriptions that the policy let somebody make: they go on receiving."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every topic of the region."""
        for topic in reader.read("sns:ListTopics"):
            arn = str(topic["TopicArn"])
            yield Held(id=arn, name=f"topic {arn.rsplit(':', 1)[-1]}", params={"TopicArn": arn})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The attribute `Policy`."""
        answer = reader.get("sns:GetTopicAttributes", **held.params)
        return cast("Json", answer.get("Attributes") or {}).get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The attribute, replaced."""
        return writer.write("sns:SetTopicAttributes", **held.params, AttributeName="Policy", AttributeValue=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """A topic always has a policy, so its own account keeps the place."""
        actions = [f"sns:{name}" for name in ("GetTopicAttributes", "ListSubscriptionsByTopic", "Publish", "SetTopicAttributes", "Subscribe")]
        return self.write_policy(writer, held, keeper(writer, actions, held.id))


KIND: Kind = SnsTopicPolicy()
