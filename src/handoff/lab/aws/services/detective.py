"""Behaviour graphs of Amazon Detective and their members."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Detective(StandIn):
    """Not enforced: no log of the lab goes into a graph."""

    service = "detective"

    def CreateGraph(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """AWS allows one in a region; the lab does not count."""
        arn = f"arn:aws:detective:{self.account.region}:{self.account.id}:graph:{secrets.token_hex(16)}"
        self.table("graphs")[arn] = {"Arn": arn, "CreatedTime": _parts.now()}
        return {"GraphArn": arn}

    def CreateMembers(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Each is invited."""
        if p["GraphArn"] not in self.table("graphs"):
            raise Fault("ResourceNotFoundException", "no such graph", status=404)
        made = []
        for asked in p["Accounts"]:
            one = {**asked, "GraphArn": p["GraphArn"], "AdministratorId": self.account.id, "Status": "INVITED", "InvitedTime": _parts.now()}
            self._members()[f"{p['GraphArn']}#{asked['AccountId']}"] = one
            made.append(one)
        return {"Members": made, "UnprocessedAccounts": []}

    def ListInvitations(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The account's, those that it has accepted among them."""
        return {"Invitations": [one for one in self._members().values() if one["AccountId"] == self.account.id]}

    def AcceptInvitation(self, p: Mapping[str, Any]) -> None:
        """From then on the account's logs go in."""
        self._mine(p)["Status"] = "ENABLED"

    def DisassociateMembership(self, p: Mapping[str, Any]) -> None:
        """Not-found when the account is no member."""
        self._mine(p)
        del self._members()[f"{p['GraphArn']}#{self.account.id}"]

    def _members(self) -> dict[str, Any]:
        return _parts.shared(self.account, self.service, "members")

    def _mine(self, p: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a record of the table
        found = self._members().get(f"{p['GraphArn']}#{self.account.id}")
        if found is None:
            raise Fault("ResourceNotFoundException", "the account is no member of the graph", status=404)
        return found


STAND_IN = Detective
