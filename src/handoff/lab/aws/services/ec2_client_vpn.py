"""Client VPN, which ministack lacks. Nobody connects to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class ClientVpn(StandIn):
    """Endpoints and their authorization rules; changes hold at once."""

    service = "ec2"

    def CreateClientVpnEndpoint(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The certificates are not looked up."""
        made = _parts.new_id("cvpn-endpoint")
        options = [{"Type": one["Type"], **_told(one)} for one in p["AuthenticationOptions"]]
        self.table("client-vpns")[made] = {
            "ClientVpnEndpointId": made,
            "Description": p.get("Description", ""),
            "Status": {"Code": "available"},
            "CreationTime": _parts.now(),
            "AuthenticationOptions": options,
            "ServerCertificateArn": p["ServerCertificateArn"],
            "Tags": _parts.tags(p, "client-vpn-endpoint"),
        }
        return {"ClientVpnEndpointId": made, "Status": {"Code": "available"}}

    def DescribeClientVpnEndpoints(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All, or those that are named."""
        named = p.get("ClientVpnEndpointIds") or list(self.table("client-vpns"))
        return {"ClientVpnEndpoints": [self._endpoint(name) for name in named]}

    def DeleteClientVpnEndpoint(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """With its rules."""
        del self.table("client-vpns")[self._endpoint(p["ClientVpnEndpointId"])["ClientVpnEndpointId"]]
        self.table("client-vpn-rules").pop(p["ClientVpnEndpointId"], None)
        return {"Status": {"Code": "deleting"}}

    def AuthorizeClientVpnIngress(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A network for one group or for all."""
        rules = self._rules(p)
        if any(_same(one, p) for one in rules):
            raise Fault("InvalidClientVpnDuplicateAuthorizationRule", "This authorization rule exists already")
        rules.append(
            {
                "ClientVpnEndpointId": p["ClientVpnEndpointId"],
                "Description": p.get("Description", ""),
                "GroupId": p.get("AccessGroupId", ""),
                "AccessAll": bool(p.get("AuthorizeAllGroups")),
                "DestinationCidr": p["TargetNetworkCidr"],
                "Status": {"Code": "active"},
            }
        )
        return {"Status": {"Code": "authorizing"}}

    def RevokeClientVpnIngress(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one group, or of all."""
        rules = self._rules(p)
        found = next((one for one in rules if _same(one, p)), None)
        if found is None:
            raise Fault("InvalidClientVpnAuthorizationRuleNotFound", "There is no such authorization rule")
        rules.remove(found)
        return {"Status": {"Code": "revoking"}}

    def DescribeClientVpnAuthorizationRules(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one endpoint."""
        return {"AuthorizationRules": self._rules(p)}

    def _endpoint(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self.table("client-vpns").get(name)
        if found is None:
            raise Fault("InvalidClientVpnEndpointId.NotFound", f"Endpoint {name} does not exist")
        return found

    def _rules(self, p: Mapping[str, Any]) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = self.table("client-vpn-rules").setdefault(self._endpoint(p["ClientVpnEndpointId"])["ClientVpnEndpointId"], [])
        return rules


def _same(rule: Mapping[str, Any], p: Mapping[str, Any]) -> bool:
    return (rule["DestinationCidr"], rule["GroupId"]) == (p["TargetNetworkCidr"], p.get("AccessGroupId", ""))


def _told(option: Mapping[str, Any]) -> dict[str, Any]:
    """Requests and answers name the same things differently."""
    told: dict[str, Any] = {}
    if mutual := option.get("MutualAuthentication"):
        told["MutualAuthentication"] = {"ClientRootCertificateChain": mutual["ClientRootCertificateChainArn"]}
    if saml := option.get("FederatedAuthentication"):
        told["FederatedAuthentication"] = {"SamlProviderArn": saml["SAMLProviderArn"]}
    if directory := option.get("ActiveDirectory"):
        told["ActiveDirectory"] = {"DirectoryId": directory["DirectoryId"]}
    return told


STAND_IN = ClientVpn
