"""S3 Access Grants: the instance, locations and grants of an account in a region."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class AccessGrants(StandIn):
    """Kept, and used by nothing: the lab vends no credentials for a grant."""

    service = "s3control"

    def CreateAccessGrantsInstance(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One in a region."""
        if self.table("instances"):
            raise Fault("AccessGrantsInstanceAlreadyExists", "an Access Grants instance exists", status=409)
        self.table("instances")["default"] = {
            "AccessGrantsInstanceId": "default",
            "AccessGrantsInstanceArn": f"{self._root()}/default",
            "CreatedAt": _now(),
        }
        found: Mapping[str, Any] = self.table("instances")["default"]
        return found

    def ListAccessGrantsInstances(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """None or one."""
        return {"AccessGrantsInstancesList": list(self.table("instances").values())}

    def CreateAccessGrantsLocation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A bucket or prefix with the role by which it is reached."""
        self._instance()
        made = str(uuid.uuid4())
        location = {
            "AccessGrantsLocationId": made,
            "AccessGrantsLocationArn": f"{self._root()}/default/location/{made}",
            "LocationScope": p["LocationScope"],
            "IAMRoleArn": p["IAMRoleArn"],
            "CreatedAt": _now(),
        }
        self.table("locations")[made] = location
        return location

    def CreateAccessGrant(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One grantee on one prefix of a location."""
        self._instance()
        location = self.table("locations").get(p["AccessGrantsLocationId"])
        if location is None:
            raise Fault("NoSuchAccessGrantsLocationError", "no such location", status=404)
        made = str(uuid.uuid4())
        grant = {
            "AccessGrantId": made,
            "AccessGrantArn": f"{self._root()}/default/grant/{made}",
            "Grantee": p["Grantee"],
            "Permission": p["Permission"],
            "AccessGrantsLocationId": p["AccessGrantsLocationId"],
            "GrantScope": location["LocationScope"] + (p.get("AccessGrantsLocationConfiguration") or {}).get("S3SubPrefix", "*"),
            "CreatedAt": _now(),
        }
        self.table("grants")[made] = grant
        return grant

    def ListAccessGrants(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the instance; an error without one."""
        self._instance()
        return {"AccessGrantsList": list(self.table("grants").values())}

    def GetAccessGrant(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One."""
        self._instance()
        found: Mapping[str, Any] | None = self.table("grants").get(p["AccessGrantId"])
        if found is None:
            raise Fault("NoSuchAccessGrantError", "no such grant", status=404)
        return found

    def DeleteAccessGrant(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One, for good."""
        self.GetAccessGrant(p)
        del self.table("grants")[p["AccessGrantId"]]
        return {}

    def _instance(self) -> None:
        if not self.table("instances"):
            raise Fault("AccessGrantsInstanceNotExistsError", "Access Grants Instance does not exist", status=404)

    def _root(self) -> str:
        return f"arn:aws:s3:{self.account.region}:{self.account.id}:access-grants"


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


STAND_IN = AccessGrants
