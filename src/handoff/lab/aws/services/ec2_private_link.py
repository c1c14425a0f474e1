"""Endpoint services: ministack has endpoints only, and lets them name any service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class PrivateLink(StandIn):
    """Services of an account, who may connect, and the endpoints of ministack that name them, whichever account's they are."""

    service = "ec2"

    def CreateVpcEndpointServiceConfiguration(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A service by its load balancers, which are not looked up."""
        made = _parts.new_id("vpce-svc")
        self.table("endpoint-services")[made] = {
            "ServiceId": made,
            "ServiceName": f"com.amazonaws.vpce.{self.account.region}.{made}",
            "ServiceState": "Available",
            "AcceptanceRequired": bool(p.get("AcceptanceRequired", True)),
            "NetworkLoadBalancerArns": list(p.get("NetworkLoadBalancerArns") or ()),
            "Tags": _parts.tags(p, "vpc-endpoint-service"),
        }
        return {"ServiceConfiguration": self.table("endpoint-services")[made]}

    def DescribeVpcEndpointServiceConfigurations(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All, or those that are named."""
        return {"ServiceConfigurations": [self._service(name) for name in p.get("ServiceIds") or self.table("endpoint-services")]}

    def DescribeVpcEndpointServicePermissions(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The list of one service."""
        allowed = self.table("endpoint-principals").get(self._service(p["ServiceId"])["ServiceId"], [])
        return {"AllowedPrincipals": [{"Principal": one, "PrincipalType": "All" if one == "*" else "Account", "ServiceId": p["ServiceId"]} for one in allowed]}

    def ModifyVpcEndpointServicePermissions(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Adding what is there and removing what is not are no errors."""
        allowed = self.table("endpoint-principals").setdefault(self._service(p["ServiceId"])["ServiceId"], [])
        for one in p.get("AddAllowedPrincipals") or ():
            if one not in allowed:
                allowed.append(one)
        for one in p.get("RemoveAllowedPrincipals") or ():
            if one in allowed:
                allowed.remove(one)
        return {"ReturnValue": True}

    def DescribeVpcEndpointConnections(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Every endpoint that names a service of the account."""
        services = _parts.wanted(p, "service-id")
        return {"VpcEndpointConnections": [one for one in self._connections() if not services or one["ServiceId"] in services]}

    def AcceptVpcEndpointConnections(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lets them in."""
        return self._decide(p, "Available")

    def RejectVpcEndpointConnections(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Turns them away, whether they were let in or not."""
        return self._decide(p, "Rejected")

    def _service(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self.table("endpoint-services").get(name)
        if found is None:
            raise Fault("InvalidVpcEndpointServiceId.NotFound", f"The VpcEndpointService Id '{name}' does not exist")
        return found

    def _connections(self) -> Iterator[dict[str, Any]]:
        from ministack.services import ec2

        services = {one["ServiceName"]: one for one in self.table("endpoint-services").values()}
        for (owner, region, name), endpoint in list(ec2._vpc_endpoints._data.items()):
            service = services.get(endpoint["ServiceName"])
            if service is not None and region == self.account.region:
                first = "PendingAcceptance" if service["AcceptanceRequired"] else "Available"
                yield {
                    "ServiceId": service["ServiceId"],
                    "VpcEndpointId": name,
                    "VpcEndpointOwner": owner,
                    "VpcEndpointState": self.table("endpoint-decisions").get(name, first),
                }

    def _decide(self, p: Mapping[str, Any], state: str) -> Mapping[str, Any]:
        known = {one["VpcEndpointId"] for one in self._connections() if one["ServiceId"] == self._service(p["ServiceId"])["ServiceId"]}
        failed = []
        for name in p["VpcEndpointIds"]:
            if name in known:
                self.table("endpoint-decisions")[name] = state
            else:
                failed.append({"ResourceId": name, "Error": {"Code": "InvalidVpcEndpoint.NotFound", "Message": f"The Vpc Endpoint Id '{name}' does not exist"}})
        return {"Unsuccessful": failed}


STAND_IN = PrivateLink
