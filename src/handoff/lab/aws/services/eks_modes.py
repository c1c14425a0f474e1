"""How an EKS cluster lets people in, changed after it was made; ministack sets it once. Changes hold at once."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.services import _parts
from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

_ORDER = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")


class Modes(StandIn):
    """Over ministack's own clusters."""

    service = "eks"

    def UpdateClusterConfig(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The authentication mode, which only goes forward."""
        from ministack.services import eks

        cluster = eks._clusters.get(p["name"])
        if cluster is None:
            raise Fault("ResourceNotFoundException", f"No cluster found for name: {p['name']}.", status=404)
        mode = p.get("accessConfig", {}).get("authenticationMode")
        if mode is None:
            raise Fault("InvalidParameterException", "only the authentication mode can be changed here")
        if _ORDER.index(mode) != _ORDER.index(cluster["accessConfig"].get("authenticationMode", _ORDER[0])) + 1:
            raise Fault("InvalidParameterException", f"Unsupported authentication mode update to {mode}")
        cluster["accessConfig"]["authenticationMode"] = mode
        return {"update": {"id": str(uuid.uuid4()), "status": "InProgress", "type": "AccessConfigUpdate", "createdAt": _parts.now(), "errors": []}}


STAND_IN = Modes
