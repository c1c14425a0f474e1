"""Support cases; moto's change their status each time that they are read."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class SupportCases(StandIn):
    """Every account has a plan that opens the API. Nobody answers a case, and no mail goes out."""

    service = "support"
    regional = False

    def CreateCase(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Open at once."""
        name = f"case-{self.account.id}-2026-{secrets.token_hex(8)}"
        self.table("cases")[name] = {
            "caseId": name,
            "displayId": str(10**9 + secrets.randbelow(10**9)),
            "subject": p["subject"],
            "status": "opened",
            "submittedBy": self.account.caller,
            "timeCreated": _parts.now(),
            "ccEmailAddresses": list(p.get("ccEmailAddresses") or ()),
        }
        return {"caseId": name}

    def DescribeCases(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By id when ids are given; resolved ones only when they are asked for."""
        wanted = p.get("caseIdList")
        shown = [one for name, one in self.table("cases").items() if not wanted or name in wanted]
        return {"cases": [one for one in shown if p.get("includeResolvedCases") or one["status"] != "resolved"]}

    def ResolveCase(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Not-found when there is no such case."""
        one = self.table("cases").get(p.get("caseId", ""))
        if one is None:
            raise Fault("CaseIdNotFound", "no such case")
        before, one["status"] = one["status"], "resolved"
        return {"initialCaseStatus": before, "finalCaseStatus": "resolved"}


STAND_IN = SupportCases
