"""Links by which an account's metrics, logs and traces are shown in a monitoring account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff import fan
from handoff.kinds.aws import _ends, _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class OamLink(Item):
    """One link to one sink; there is at most one for each sink."""

    id = KindId("aws.oam_link")
    title = "Observability link to a monitoring account"
    row = "A35"
    source = "https://docs.aws.amazon.com/OAM/latest/APIReference/API_DeleteLink.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 1
    lag = Lag(
        settle_s=300,
        survives_s=0,
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html (read 2026-11-22)",
    )
    reads = frozenset({"oam:GetLink", "oam:ListLinks"})
    writes = frozenset({"oam:CreateLink", "oam:DeleteLink"})
    fences = frozenset({"oam:CreateLink", "oam:UpdateLink"})
    creates = frozenset({"aws:oam/link:Link"})
    blind = "Sharing of CloudWatch with other accounts by the older role (CloudWatch-CrossAccountSharingRole), which is a role's trust (A8)."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every link of the region."""
        for link in reader.read("oam:ListLinks"):
            sink = str(link["SinkArn"])
            yield AccessPath(
                kind=self.id,
                # A link that is put back has another ARN; the sink is what it is for.
                id=sink,
                scope=reader.scope,
                holder=sink,
                allows=f"see {', '.join(str(one).removeprefix('AWS::') for one in _types(link))} of the region",
                clues=_ends.of_arn(sink),
                detail={"sink": sink},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The link, as it is made again."""
        arns = (str(link["Arn"]) for link in reader.read("oam:ListLinks") if link["SinkArn"] == path.detail["sink"])
        link = next(iter(fan.each(lambda arn: reader.get("oam:GetLink", Identifier=arn, IncludeTags=True), arns)), None)
        if link is None:
            return None
        made = {"LabelTemplate": link["LabelTemplate"], "ResourceTypes": sorted(map(str, _types(link))), "SinkIdentifier": link["SinkArn"]}
        tags = dict(_marks.pairs(link.get("Tags")))
        return {**made, **({"LinkConfiguration": link["LinkConfiguration"]} if link.get("LinkConfiguration") else {}), **({"Tags": tags} if tags else {})}

    def disable_effect(self, path: AccessPath, /) -> str:
        """Deleting can be undone, as long as the sink still takes the account."""
        return f"the link to {path.holder} is deleted; undone by making it again, for as long as the sink's policy lets the account in. Its ARN is then another"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Delete."""
        for link in list(writer.read("oam:ListLinks")):
            if link["SinkArn"] == path.detail["sink"]:
                yield writer.write("oam:DeleteLink", Identifier=link["Arn"], missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Make it again."""
        yield writer.write("oam:CreateLink", **before)


def _types(link: Json) -> list[object]:
    listed = link.get("ResourceTypes")
    return list(listed) if isinstance(listed, list | tuple) else []


KIND: Kind = OamLink()
