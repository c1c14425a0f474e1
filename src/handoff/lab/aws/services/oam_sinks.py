"""CloudWatch's observability sinks and their policies."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sinks(StandIn):
    """AWS allows one sink in a region; the lab does not count."""

    service = "oam"

    def CreateSink(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A sink without a policy."""
        made = str(uuid.uuid4())
        sink = {"Arn": f"arn:aws:oam:{self.account.region}:{self.account.id}:sink/{made}", "Id": made, "Name": p["Name"]}
        self.table("sinks")[made] = sink
        return {**sink, "Tags": p.get("Tags") or {}}

    def ListSinks(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region."""
        return {"Items": list(self.table("sinks").values())}

    def PutSinkPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces the policy; there is no call that removes it."""
        sink = self._sink(p)
        self.table("policies")[sink["Id"]] = p["Policy"]
        return {"SinkArn": sink["Arn"], "SinkId": sink["Id"], "Policy": p["Policy"]}

    def GetSinkPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy, or that there is none."""
        sink = self._sink(p)
        if sink["Id"] not in self.table("policies"):
            raise Fault("ResourceNotFoundException", "the sink has no policy", status=404)
        return {"SinkArn": sink["Arn"], "SinkId": sink["Id"], "Policy": self.table("policies")[sink["Id"]]}

    def _sink(self, p: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a record of the table
        found = self.table("sinks").get(p["SinkIdentifier"].rsplit("/", 1)[-1])
        if found is None:
            raise Fault("ResourceNotFoundException", "no such sink", status=404)
        return found


STAND_IN = Sinks
