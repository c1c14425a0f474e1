"""Sending authorization policies of SES identities; the identities are ministack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class SesIdentityPolicies(StandIn):
    """Not enforced: ministack lets nobody send for another account's identity."""

    service = "sesv2"

    def GetEmailIdentityPolicies(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Every policy of an identity by its name."""
        return {"Policies": dict(self._policies(p))}

    def CreateEmailIdentityPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One more."""
        if p["PolicyName"] in self._policies(p):
            raise Fault("AlreadyExistsException", "there is a policy of this name")
        self._policies(p)[p["PolicyName"]] = p["Policy"]
        return {}

    def UpdateEmailIdentityPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces one."""
        if p["PolicyName"] not in self._policies(p):
            raise Fault("NotFoundException", "there is no policy of this name", status=404)
        self._policies(p)[p["PolicyName"]] = p["Policy"]
        return {}

    def DeleteEmailIdentityPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes one, if it is there."""
        self._policies(p).pop(p["PolicyName"], None)
        return {}

    def _policies(self, p: Mapping[str, Any]) -> dict[str, Any]:
        from ministack.services import ses_v2

        if p["EmailIdentity"] not in ses_v2._identities:
            raise Fault("NotFoundException", f"Email identity {p['EmailIdentity']} does not exist.", status=404)
        policies: dict[str, Any] = self.table("policies").setdefault(p["EmailIdentity"], {})
        return policies


STAND_IN = SesIdentityPolicies
