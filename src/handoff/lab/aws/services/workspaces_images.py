"""Images of WorkSpaces and with whom they are shared."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class WorkspacesImages(StandIn):
    """Not enforced: nothing in the lab copies an image. An image can be made of any WorkSpace that one names."""

    service = "workspaces"

    def CreateWorkspaceImage(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """An image that is ready at once."""
        name = f"wsi-{secrets.token_hex(5)[:9]}"
        made = {"ImageId": name, "Name": p["Name"], "State": "AVAILABLE", "Created": datetime.now(UTC).isoformat(), "OwnerAccountId": self.account.id}
        self.table("images")[name] = made
        return made

    def DescribeWorkspaceImages(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account."""
        images = [] if p.get("ImageType") == "SHARED" else self.table("images").values()
        return {"Images": [one for one in images if one["ImageId"] in (p.get("ImageIds") or [one["ImageId"]])]}

    def DescribeWorkspaceImagePermissions(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """With whom an image is shared."""
        return {"ImageId": p["ImageId"], "ImagePermissions": [{"SharedAccountId": one} for one in self._shared(p)]}

    def UpdateWorkspaceImagePermission(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Shares it with an account, or no more."""
        rest = [one for one in self._shared(p) if one != p["SharedAccountId"]]
        self.table("shared")[p["ImageId"]] = [*rest, p["SharedAccountId"]] if p["AllowCopyImage"] else rest
        return {}

    def _shared(self, p: Mapping[str, Any]) -> list[str]:
        if p["ImageId"] not in self.table("images"):
            raise Fault("ResourceNotFoundException", "The image does not exist.")
        shared: list[str] = self.table("shared").get(p["ImageId"], [])
        return shared


STAND_IN = WorkspacesImages
