"""The policy of an ECR registry; ministack has those of repositories only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class Registry(StandIn):
    """One policy for each account and region."""

    service = "ecr"

    def GetRegistryPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy, or that there is none."""
        if "policy" not in self.table("registry"):
            raise Fault("RegistryPolicyNotFoundException", f"Registry policy does not exist in the registry with id '{self.account.id}'")
        return self._told()

    def PutRegistryPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it."""
        self.table("registry")["policy"] = p["policyText"]
        return self._told()

    def DeleteRegistryPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it, and gives what was removed."""
        told = self.GetRegistryPolicy(p)
        del self.table("registry")["policy"]
        return told

    def _told(self) -> Mapping[str, Any]:
        return {"registryId": self.account.id, "policyText": self.table("registry")["policy"]}


STAND_IN = Registry
