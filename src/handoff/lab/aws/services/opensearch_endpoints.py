"""Who may make endpoints to OpenSearch domains; the domains are ministack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class OpensearchEndpoints(StandIn):
    """Not enforced: nothing in the lab makes endpoints."""

    service = "opensearch"

    def ListVpcEndpointAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Everybody who may."""
        return {"AuthorizedPrincipalList": list(self._principals(p).values()), "NextToken": ""}

    def AuthorizeVpcEndpointAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lets an account or a service."""
        principal = _principal(p)
        made = {"PrincipalType": "AWS_ACCOUNT" if "Account" in p else "AWS_SERVICE", "Principal": principal}
        if "ServiceOptions" in p:
            made["ServiceOptions"] = p["ServiceOptions"]
        self._principals(p)[principal] = made
        return {"AuthorizedPrincipal": made}

    def RevokeVpcEndpointAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lets it no more; AWS takes it for wrong when it was not let."""
        if self._principals(p).pop(_principal(p), None) is None:
            raise Fault("ValidationException", "the principal is not authorized for the domain")
        return {}

    def _principals(self, p: Mapping[str, Any]) -> dict[str, Any]:
        from ministack.services import opensearch

        domain = opensearch._domains.get(p["DomainName"])
        if domain is None:
            raise Fault("ResourceNotFoundException", f"Domain not found: {p['DomainName']}", status=409)
        if not domain.get("VPCOptions"):
            raise Fault("DisabledOperationException", "the domain is not in a VPC", status=409)
        principals: dict[str, Any] = self.table("principals").setdefault(p["DomainName"], {})
        return principals


def _principal(p: Mapping[str, Any]) -> str:
    found = p.get("Account") or p.get("Service")
    if not found:
        raise Fault("ValidationException", "neither an account nor a service")
    return str(found)


STAND_IN = OpensearchEndpoints
