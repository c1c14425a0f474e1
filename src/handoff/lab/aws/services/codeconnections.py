"""Connections to code hosts and the hosts themselves."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import GLOBAL, Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class CodeConnections(StandIn):
    """Connections are seen in every region, hosts in their own. Not enforced: nothing in the lab fetches code. A connection stays PENDING, for nobody says yes to it in a browser."""

    service = "codeconnections"

    def CreateHost(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A host that is installed on somebody's premises."""
        arn = f"arn:aws:codeconnections:{self.account.region}:{self.account.id}:host/{p['Name']}-{uuid.uuid4().hex[:8]}"
        self.table("hosts")[arn] = {
            "HostArn": arn,
            "Name": p["Name"],
            "ProviderType": p["ProviderType"],
            "ProviderEndpoint": p["ProviderEndpoint"],
            "Status": "PENDING",
        }
        return {"HostArn": arn}

    def ListHosts(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region."""
        return {"Hosts": list(self.table("hosts").values())}

    def CreateConnection(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By provider or by host."""
        host = self.table("hosts").get(p.get("HostArn", ""))
        if "HostArn" in p and host is None:
            raise Fault("ResourceNotFoundException", "no such host")
        arn = f"arn:aws:codeconnections:{self.account.region}:{self.account.id}:connection/{uuid.uuid4()}"
        made = {
            "ConnectionArn": arn,
            "ConnectionName": p["ConnectionName"],
            "ProviderType": host["ProviderType"] if host else p["ProviderType"],
            "OwnerAccountId": self.account.id,
            "ConnectionStatus": "PENDING",
        }
        self._global("connections")[arn] = made | ({"HostArn": host["HostArn"]} if host else {})
        self._global("tags")[arn] = list(p.get("Tags") or ())
        return {"ConnectionArn": arn}

    def ListConnections(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of all regions."""
        return {"Connections": list(self._global("connections").values())}

    def GetConnection(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """By ARN."""
        return {"Connection": self._connection(p["ConnectionArn"])}

    def ListTagsForResource(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of a connection."""
        self._connection(p["ResourceArn"])
        return {"Tags": self._global("tags")[p["ResourceArn"]]}

    def DeleteConnection(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Not-found when it is gone."""
        self._connection(p["ConnectionArn"])
        del self._global("connections")[p["ConnectionArn"]]
        return {}

    def _global(self, name: str) -> dict[str, Any]:
        return self.account.elsewhere(region=GLOBAL).peer(self.service).table(name)

    def _connection(self, arn: str) -> Any:  # noqa: ANN401 - a record of the table
        if arn not in self._global("connections"):
            raise Fault("ResourceNotFoundException", f"Connection not found: {arn}")
        return self._global("connections")[arn]


STAND_IN = CodeConnections
