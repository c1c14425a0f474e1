"""Account Management: alternate contacts, and root mailboxes as an organization's management account sees and changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class AccountContacts(StandIn):
    """The code that AWS would send to a new mailbox is the last six digits of the account's id."""

    service = "account"
    regional = False

    def PutAlternateContact(self, p: Mapping[str, Any]) -> None:
        """One of each type."""
        self.table("contacts")[p["AlternateContactType"]] = {name: p[name] for name in ("AlternateContactType", "EmailAddress", "Name", "PhoneNumber", "Title")}

    def GetAlternateContact(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The one of a type."""
        found = self.table("contacts").get(p["AlternateContactType"])
        if found is None:
            raise Fault("ResourceNotFoundException", "No contact of the inputted alternate contact type found.", status=404)
        return {"AlternateContact": found}

    def DeleteAlternateContact(self, p: Mapping[str, Any]) -> None:
        """Gone."""
        self.GetAlternateContact(p)
        del self.table("contacts")[p["AlternateContactType"]]

    def GetPrimaryEmail(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A member's root mailbox."""
        return {"PrimaryEmail": self._member(p)["Email"]}

    def StartPrimaryEmailUpdate(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A code goes to the new mailbox."""
        self._member(p)
        self.table("updates")[p["AccountId"]] = p["PrimaryEmail"]
        return {"Status": "PENDING"}

    def AcceptPrimaryEmailUpdate(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Whoever has the code decides."""
        if self.table("updates").get(p["AccountId"]) != p["PrimaryEmail"] or p["Otp"] != p["AccountId"][-6:]:
            raise Fault("ValidationException", "the code is not the one that was sent", status=400)
        self._member(p)["Email"] = self.table("updates").pop(p["AccountId"])
        return {"Status": "ACCEPTED"}

    def _member(self, p: Mapping[str, Any]) -> dict[str, Any]:
        from ministack.services import organizations

        if p["AccountId"] == self.account.id:
            raise Fault("AccessDeniedException", "a management account cannot name itself", status=403)
        found: dict[str, Any] | None = organizations._accounts.get(p["AccountId"])
        if found is None:
            raise Fault("AccessDeniedException", "the account is no member of the caller's organization", status=403)
        return found


STAND_IN = AccountContacts
