"""WorkSpaces themselves: moto has them only for directories that it knows, and no state that an administrator sets."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Desktops(StandIn):
    """Not enforced: nobody logs in to a desktop of the lab. Any directory id will do."""

    service = "workspaces"

    def CreateWorkspaces(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Each is available at once."""
        made = []
        for asked in p["Workspaces"]:
            name = f"ws-{secrets.token_hex(5)[:9]}"
            one = {"WorkspaceId": name, "State": "AVAILABLE", **{key: asked[key] for key in ("DirectoryId", "UserName", "BundleId")}}
            self.table("desktops")[name] = one
            made.append(dict(one))
        return {"FailedRequests": [], "PendingRequests": made}

    def DescribeWorkspaces(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the region; an id that is not known is left out."""
        wanted = p.get("WorkspaceIds")
        return {"Workspaces": [one for name, one in self.table("desktops").items() if not wanted or name in wanted]}

    def ModifyWorkspaceState(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """AVAILABLE or ADMIN_MAINTENANCE."""
        if p["WorkspaceId"] not in self.table("desktops"):
            raise Fault("ResourceNotFoundException", "no such WorkSpace")
        self.table("desktops")[p["WorkspaceId"]]["State"] = p["WorkspaceState"]
        return {}


STAND_IN = Desktops
