"""Links to CloudWatch's observability sinks."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Links(StandIn):
    """Not enforced: a sink's policy; nothing is shown in the monitoring account."""

    service = "oam"

    def CreateLink(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One for each sink."""
        if any(one["SinkArn"] == p["SinkIdentifier"] for one in self.table("links").values()):
            raise Fault("ConflictException", "there is a link to this sink")
        made = str(uuid.uuid4())
        arn = f"arn:aws:oam:{self.account.region}:{self.account.id}:link/{made}"
        same = {name: p[name] for name in ("LabelTemplate", "LinkConfiguration", "ResourceTypes") if name in p}
        self.table("links")[arn] = {"Arn": arn, "Id": made, "Label": self.account.id, "SinkArn": p["SinkIdentifier"], "Tags": p.get("Tags") or {}, **same}
        return self.table("links")[arn]  # type: ignore[no-any-return]

    def ListLinks(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region."""
        shown = ("Arn", "Id", "Label", "ResourceTypes", "SinkArn")
        return {"Items": [{name: one[name] for name in shown} for one in self.table("links").values()]}

    def GetLink(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """With its tags when they are asked for."""
        found = self._link(p)
        return {name: value for name, value in found.items() if name != "Tags" or p.get("IncludeTags")}

    def DeleteLink(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Not-found when it is gone."""
        del self.table("links")[self._link(p)["Arn"]]
        return {}

    def _link(self, p: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a record of the table
        if p["Identifier"] not in self.table("links"):
            raise Fault("ResourceNotFoundException", "no such link", status=404)
        return self.table("links")[p["Identifier"]]


STAND_IN = Links
