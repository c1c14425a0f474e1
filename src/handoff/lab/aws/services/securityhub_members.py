"""Security Hub as a member sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class SecurityhubMembers(StandIn):
    """An invitation is taken as it comes: nobody has to have sent it, and it switches Security Hub on."""

    service = "securityhub"

    def AcceptAdministratorInvitation(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """From then on the account is a member."""
        found = {"AccountId": p["AdministratorId"], "InvitationId": p["InvitationId"], "InvitedAt": _parts.now(), "MemberStatus": "Enabled"}
        self.table("hub")["administrator"] = found
        return {}

    def GetAdministratorAccount(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Nothing when there is none; refused where Security Hub is off."""
        if "administrator" not in self.table("hub"):
            raise Fault("InvalidAccessException", f"Account {self.account.id} is not subscribed to AWS Security Hub", status=401)
        found = self.table("hub")["administrator"]
        return {"Administrator": found} if found else {}

    def DisassociateFromAdministratorAccount(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Says nothing when there is none."""
        self.table("hub")["administrator"] = None
        return {}


STAND_IN = SecurityhubMembers
