"""GuardDuty as a member sees it; moto has the detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class GuarddutyMembers(StandIn):
    """An invitation is taken as it comes: nobody has to have sent it."""

    service = "guardduty"

    def AcceptAdministratorInvitation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """From then on the account is a member."""
        known = {"AccountId": p["AdministratorId"], "InvitationId": p["InvitationId"], "RelationshipStatus": "Enabled", "InvitedAt": _parts.now()}
        self.table("administrators")[p["DetectorId"]] = known
        return {}

    def GetAdministratorAccount(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """An empty one when there is none."""
        return {"Administrator": self.table("administrators").get(p["DetectorId"]) or {}}

    def DisassociateFromAdministratorAccount(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Says nothing when there is none."""
        self.table("administrators").pop(p["DetectorId"], None)
        return {}


STAND_IN = GuarddutyMembers
