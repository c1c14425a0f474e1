"""VPC Lattice as far as its policies go: services, networks and resource configurations are there, and carry nothing."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class VpcLattice(StandIn):
    """Not enforced: no request goes over a network of the lab."""

    service = "vpc-lattice"

    def CreateService(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A service."""
        return self._made("services", "service", "svc", p)

    def CreateServiceNetwork(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A service network."""
        return self._made("networks", "servicenetwork", "sn", p)

    def CreateResourceConfiguration(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A resource configuration."""
        return self._made("configurations", "resourceconfiguration", "rcfg", p)

    def ListServices(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account."""
        del p
        return {"items": list(self.table("services").values())}

    def ListServiceNetworks(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account."""
        del p
        return {"items": list(self.table("networks").values())}

    def ListResourceConfigurations(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account."""
        del p
        return {"items": list(self.table("configurations").values())}

    def GetAuthPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy; without one, an answer without one."""
        found = self.table("auth").get(self._arn(p["resourceIdentifier"]))
        return {"policy": found, "state": "Active"} if found else {}

    def PutAuthPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it."""
        self.table("auth")[self._arn(p["resourceIdentifier"])] = p["policy"]
        return {"policy": p["policy"], "state": "Active"}

    def DeleteAuthPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it."""
        if self.table("auth").pop(self._arn(p["resourceIdentifier"]), None) is None:
            raise Fault("ResourceNotFoundException", "no auth policy", status=404, resourceId=p["resourceIdentifier"], resourceType="AUTH_POLICY")
        return {}

    def GetResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy; not-found when there is none."""
        return {"policy": self._policy(p)}

    def PutResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it."""
        self.table("policies")[self._arn(p["resourceArn"])] = p["policy"]
        return {}

    def DeleteResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it."""
        self._policy(p)
        del self.table("policies")[p["resourceArn"]]
        return {}

    def _made(self, table: str, type_: str, prefix: str, p: Mapping[str, Any]) -> Mapping[str, Any]:
        name = f"{prefix}-0{secrets.token_hex(8)}"
        arn = f"arn:aws:vpc-lattice:{self.account.region}:{self.account.id}:{type_}/{name}"
        made = {"id": name, "name": p["name"], "arn": arn}
        self.table(table)[arn] = made
        return made

    def _policy(self, p: Mapping[str, Any]) -> str:
        if p["resourceArn"] not in self.table("policies"):
            raise Fault("ResourceNotFoundException", "no resource policy", status=404, resourceId=p["resourceArn"], resourceType="RESOURCE_POLICY")
        return str(self.table("policies")[p["resourceArn"]])

    def _arn(self, identifier: str) -> str:
        tables = (self.table(name) for name in ("services", "networks", "configurations"))
        found = next((one["arn"] for table in tables for one in table.values() if identifier in (one["arn"], one["id"])), None)
        if found is None:
            raise Fault("ResourceNotFoundException", f"{identifier} is not there", status=404, resourceId=identifier, resourceType="SERVICE")
        return str(found)


STAND_IN = VpcLattice
