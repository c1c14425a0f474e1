"""Accounts that may gather what AWS Config knows of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class ConfigAuthorization(Item):
    """One account and region that aggregates. The account's own aggregator in another region is the account's."""

    id = KindId("aws.config_authorization")
    title = "AWS Config aggregation authorization"
    row = "A35"
    source = "https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteAggregationAuthorization.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    lag = Lag(
        settle_s=300,
        survives_s=0,
        source="https://docs.aws.amazon.com/config/latest/developerguide/authorize-aggregator-account-console.html (read 2026-11-22)",
    )
    reads = frozenset({"config:DescribeAggregationAuthorizations", "config:ListTagsForResource"})
    writes = frozenset({"config:DeleteAggregationAuthorization", "config:PutAggregationAuthorization"})
    fences = frozenset({"config:PutAggregationAuthorization"})
    creates = frozenset({"aws:cfg/aggregateAuthorization:AggregateAuthorization"})
    blind = "Aggregators of the organization, which need no authorization (aws.delegated_administrator); what was gathered before; delivery channels to a bucket elsewhere."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every authorization of the region."""
        for one in reader.read("config:DescribeAggregationAuthorizations"):
            account, region = str(one["AuthorizedAccountId"]), str(one["AuthorizedAwsRegion"])
            yield AccessPath(
                kind=self.id,
                id=str(one["AggregationAuthorizationArn"]),
                scope=reader.scope,
                holder=account,
                allows=f"gather configuration and compliance of the region in {region}",
                clues=((Clue.AWS_ACCOUNT, account),),
                detail={"account": account, "region": region},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The authorization with its tags, as it is put back."""
        if all(one["AggregationAuthorizationArn"] != path.id for one in reader.read("config:DescribeAggregationAuthorizations")):
            return None
        tags = _marks.wanted(list(reader.read("config:ListTagsForResource", ResourceArn=path.id)))
        return {"AuthorizedAccountId": path.detail["account"], "AuthorizedAwsRegion": path.detail["region"], **({"Tags": tags} if tags else {})}

    def disable_effect(self, path: AccessPath, /) -> str:
        """Deleting can be undone in full."""
        return f"account {path.holder} may no longer gather in {path.detail['region']} what AWS Config knows here; undone by authorizing it again"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Delete."""
        given = {"AuthorizedAccountId": path.detail["account"], "AuthorizedAwsRegion": path.detail["region"]}
        yield writer.write("config:DeleteAggregationAuthorization", **given)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Authorize again."""
        yield writer.write("config:PutAggregationAuthorization", **before)


KIND: Kind = ConfigAuthorization()
