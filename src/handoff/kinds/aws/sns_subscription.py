"""Subscriptions by which topics write to mailboxes, addresses, telephones and other accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff import fan
from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_PENDING = frozenset({"PendingConfirmation", "Deleted"})


class SnsSubscription(Item):
    """One confirmed subscription. One that leads to a queue or a function of the account's own is no way out as such."""

    id = KindId("aws.sns_subscription")
    title = "SNS subscription (mail, HTTPS, telephone, another account)"
    row = "A35"
    source = "https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    # A delivery over HTTPS that failed is tried again for up to an hour by default, by other ways for up to 23 days.
    lag = Lag(settle_s=60, survives_s=23 * 86400, source="https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html (read 2026-11-22)")
    reads = frozenset({"sns:GetSubscriptionAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTopics"})
    writes = frozenset({"sns:Unsubscribe"})
    fences = frozenset({"sns:ConfirmSubscription", "sns:Subscribe"})
    creates = frozenset({"aws:sns/topicSubscription:TopicSubscription"})
    blind = (
        "Subscriptions that nobody has confirmed yet, which AWS ends after 48 hours and which have no id to end them by; who is behind a mailing list or an address; "
        "subscriptions of the account's own to topics of others, by which nothing leaves."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every subscription of every topic of the account, whoever made it."""
        topics = (str(topic["TopicArn"]) for topic in reader.read("sns:ListTopics"))
        for found in fan.each(lambda topic: list(reader.read("sns:ListSubscriptionsByTopic", TopicArn=topic)), topics):
            for one in found:
                arn, end = str(one["SubscriptionArn"]), str(one["Endpoint"])
                owner = str(one.get("Owner") or reader.scope.id)
                leads_home = end.startswith("arn:") and not _ends.is_elsewhere(end, reader.scope.id)
                if arn in _PENDING or (leads_home and owner == reader.scope.id):
                    continue
                shown = _shown(end)
                yield AccessPath(
                    kind=self.id,
                    id=arn,
                    scope=reader.scope,
                    holder=shown,
                    allows=f"get what is published to topic {str(one['TopicArn']).rpartition(':')[2]}",
                    clues=(*_clues(end), *(((Clue.AWS_ACCOUNT, owner),) if owner != reader.scope.id else ())),
                    detail={"topic": one["TopicArn"], "protocol": one.get("Protocol"), "end": shown},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """That it is there, and where it leads."""
        answer = reader.get("sns:GetSubscriptionAttributes", SubscriptionArn=path.id)
        if answer is None:
            return None
        return {"protocol": path.detail["protocol"], "end": path.detail["end"], "topic": cast("Json", answer["Attributes"]).get("TopicArn")}

    def delete_effect(self, path: AccessPath, /) -> str:
        """A new one has to be confirmed at the other end."""
        return f"the subscription of {path.holder} is ended; a new one has another id and has to be confirmed by whoever gets the messages"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Unsubscribe."""
        yield writer.write("sns:Unsubscribe", SubscriptionArn=path.id, missing_ok=True)


def _shown(end: str) -> str:
    """An address by its host alone: the path of a chat's webhook is its secret."""
    return f"an address at {_ends.host_of(end)}" if end.startswith(("http://", "https://")) else end


def _clues(end: str) -> tuple[tuple[Clue, str], ...]:
    if end.startswith("arn:"):
        return _ends.of_arn(end)
    if end.startswith(("http://", "https://")):
        return _ends.of_url(end)
    return _ends.of_mail(end) if "@" in end else ((Clue.NAME, end),)


KIND: Kind = SnsSubscription()
