"""The resource policy of a Glue Data Catalog, which ministack lacks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class GluePolicy(StandIn):
    """One policy for each account and region; not enforced."""

    service = "glue"

    def GetResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The catalog's policy, or that there is none."""
        if "policy" not in self.table("catalog"):
            raise Fault("EntityNotFoundException", "Policy not found")
        text = self.table("catalog")["policy"]
        return {"PolicyInJson": text, "PolicyHash": hashlib.sha256(text.encode()).hexdigest()}

    def PutResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it."""
        self.table("catalog")["policy"] = p["PolicyInJson"]
        return {"PolicyHash": self.GetResourcePolicy(p)["PolicyHash"]}

    def DeleteResourcePolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it, or says that there was none."""
        self.GetResourcePolicy(p)
        del self.table("catalog")["policy"]
        return {}


STAND_IN = GluePolicy
