"""Schema registries of EventBridge, and their policies; schemas there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class SchemaRegistries(StandIn):
    """Not enforced: the API names a registry without its account."""

    service = "schemas"

    def CreateRegistry(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A registry of the account."""
        arn = f"arn:aws:schemas:{self.account.region}:{self.account.id}:registry/{p['RegistryName']}"
        self.table("registries")[p["RegistryName"]] = {"RegistryArn": arn, "RegistryName": p["RegistryName"]}
        return {"RegistryArn": arn, "RegistryName": p["RegistryName"]}

    def ListRegistries(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account, and unless asked for those alone, one of AWS."""
        own = list(self.table("registries").values())
        arn = f"arn:aws:schemas:{self.account.region}::registry/aws.events"
        return {"Registries": own if p.get("Scope") == "LOCAL" else [*own, {"RegistryArn": arn, "RegistryName": "aws.events"}]}

    def GetResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy and its revision."""
        self._registry(p)
        if p["RegistryName"] not in self.table("policies"):
            raise Fault("NotFoundException", "the registry has no policy", status=404)
        found: Mapping[str, Any] = self.table("policies")[p["RegistryName"]]
        return found

    def PutResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it, unless the revision is another."""
        self._registry(p)
        now = self.table("policies").get(p["RegistryName"], {}).get("RevisionId")
        if p.get("RevisionId", now) != now:
            raise Fault("PreconditionFailedException", "the policy was changed in the meantime", status=412)
        made = {"Policy": p["Policy"], "RevisionId": str(uuid4())}
        self.table("policies")[p["RegistryName"]] = made
        return made

    def DeleteResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it."""
        self._registry(p)
        if self.table("policies").pop(p["RegistryName"], None) is None:
            raise Fault("NotFoundException", "the registry has no policy", status=404)
        return {}

    def _registry(self, p: Mapping[str, Any]) -> None:
        if p["RegistryName"] not in self.table("registries"):
            raise Fault("NotFoundException", "no such registry", status=404)


STAND_IN = SchemaRegistries
