"""Authorizations of Route 53 by which another account's network may be put into a private zone; the zones are ministack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class ZoneAuthorizations(StandIn):
    """Not enforced: ministack lets an account associate any network with a zone of its own, and none with another's."""

    service = "route53"
    regional = False

    def CreateVPCAssociationAuthorization(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Authorizing twice is authorizing once."""
        listed = self._listed(p)
        if p["VPC"] not in listed:
            listed.append(p["VPC"])
        return {"HostedZoneId": p["HostedZoneId"], "VPC": p["VPC"]}

    def ListVPCAssociationAuthorizations(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of a zone."""
        return {"HostedZoneId": p["HostedZoneId"], "VPCs": self._listed(p)}

    def DeleteVPCAssociationAuthorization(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Not-found when there is none."""
        listed = self._listed(p)
        if p["VPC"] not in listed:
            raise Fault(
                "VPCAssociationAuthorizationNotFound", "The VPC that you specified is not authorized to be associated with the hosted zone.", status=404
            )
        listed.remove(p["VPC"])
        return {}

    def _listed(self, p: Mapping[str, Any]) -> list[Any]:
        from ministack.services import route53

        zone = str(p["HostedZoneId"]).rsplit("/", 1)[-1]
        if route53._zones.get(zone) is None:
            raise Fault("NoSuchHostedZone", f"No hosted zone found with ID: {zone}", status=404)
        found: list[Any] = self.table("authorizations").setdefault(zone, [])
        return found


STAND_IN = ZoneAuthorizations
