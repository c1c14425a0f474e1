"""Redshift data shares that other accounts may read, or write to."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _clues
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_OPEN = frozenset({"ACTIVE", "AUTHORIZED", "AVAILABLE"})
_ACCOUNT_DIGITS = 12
_EXCHANGE = "ADX"


class RedshiftDataShare(Item):
    """One account, or AWS Data Exchange, that one data share of the account is authorized for."""

    id = KindId("aws.redshift_data_share")
    title = "Redshift data share"
    row = "A24"
    source = "https://docs.aws.amazon.com/redshift/latest/dg/writes-adx-data-sharing.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/redshift/latest/APIReference/API_DeauthorizeDataShare.html (read 2026-11-22)")
    reads = frozenset({"redshift:DescribeDataShares"})
    writes = frozenset({"redshift:AuthorizeDataShare", "redshift:DeauthorizeDataShare"})
    fences = frozenset({"redshift:AuthorizeDataShare"})
    creates = frozenset({"aws:redshift/dataShareAuthorization:DataShareAuthorization"})
    blind = "Consumers inside the account (SQL grants alone decide on them), shares that Lake Formation manages, and what a consumer has copied out already."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every consumer that may use a data share of the account's own now."""
        for share in reader.read("redshift:DescribeDataShares"):
            arn = str(share["DataShareArn"])
            if f":{reader.scope.id}:" not in arn:
                continue
            for consumer in cast("list[Json]", share.get("DataShareAssociations") or ()):
                name = str(consumer.get("ConsumerIdentifier", ""))
                if _is_outside(name) and consumer.get("Status") in _OPEN:
                    yield AccessPath(
                        kind=self.id,
                        id=f"{arn}#{name}",
                        scope=reader.scope,
                        holder=name,
                        allows=f"{'read and write' if consumer.get('ProducerAllowedWrites') else 'read'} data share {arn.rsplit('/', 1)[-1]}",
                        clues=((Clue.AWS_SERVICE, "dataexchange.amazonaws.com"),) if name == _EXCHANGE else tuple(_clues.of_arn(name)),
                        detail={"data_share": arn, "consumer": name},
                    )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whether it may write."""
        # Asked by its ARN, a share that is gone is an error whose code says other things too: the whole list says it without a doubt.
        for share in reader.read("redshift:DescribeDataShares"):
            if share["DataShareArn"] != path.detail["data_share"]:
                continue
            for consumer in cast("list[Json]", share.get("DataShareAssociations") or ()):
                if consumer.get("ConsumerIdentifier") == path.detail["consumer"] and consumer.get("Status") in _OPEN:
                    return {"writes": bool(consumer.get("ProducerAllowedWrites"))}
        return None

    def disable_effect(self, path: AccessPath, /) -> str:
        """The authorization is taken back."""
        return f"{path.holder} may no longer use data share {path.detail['data_share']}; what it copied out stays with it; undone by authorizing it again"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Deauthorized."""
        yield writer.write("redshift:DeauthorizeDataShare", **_named(path))

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Authorized again."""
        writes = {"AllowWrites": True} if before["writes"] else {}
        yield writer.write("redshift:AuthorizeDataShare", **_named(path), **writes)


def _is_outside(consumer: str) -> bool:
    return consumer == _EXCHANGE or (len(consumer) == _ACCOUNT_DIGITS and consumer.isdigit())


def _named(path: AccessPath) -> Json:
    return {"DataShareArn": path.detail["data_share"], "ConsumerIdentifier": path.detail["consumer"]}


KIND: Kind = RedshiftDataShare()
