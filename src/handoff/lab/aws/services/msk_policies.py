"""Cluster policies of MSK, and the listing that knows both types of clusters; the clusters are ministack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class MskPolicies(StandIn):
    """Not enforced: nothing in the lab connects to a cluster."""

    service = "kafka"

    def ListClustersV2(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Every cluster; ministack makes provisioned ones only."""
        from ministack.services import msk

        names = ("ClusterArn", "ClusterName", "State")
        found = [{"ClusterType": "PROVISIONED", **{name: one[name] for name in names if name in one}} for one in _pascal(msk._clusters.values())]
        wanted = str(p.get("ClusterNameFilter") or "")
        return {"ClusterInfoList": [one for one in found if str(one["ClusterName"]).startswith(wanted)]}

    def GetClusterPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy and its version."""
        found = self._policies(p).get(p["ClusterArn"])
        if found is None:
            raise Fault("NotFoundException", "the cluster has no policy", status=404)
        return {"CurrentVersion": found["version"], "Policy": found["policy"]}

    def PutClusterPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replaces it, unless the version is another."""
        policies = self._policies(p)
        now = policies.get(p["ClusterArn"], {}).get("version")
        if p.get("CurrentVersion", now) != now:
            raise Fault("BadRequestException", "the policy was changed in the meantime")
        policies[p["ClusterArn"]] = {"version": uuid4().hex[:14].upper(), "policy": p["Policy"]}
        return {"CurrentVersion": policies[p["ClusterArn"]]["version"]}

    def DeleteClusterPolicy(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Removes it."""
        if self._policies(p).pop(p["ClusterArn"], None) is None:
            raise Fault("NotFoundException", "the cluster has no policy", status=404)
        return {}

    def _policies(self, p: Mapping[str, Any]) -> dict[str, Any]:
        from ministack.services import msk

        if p["ClusterArn"] not in msk._clusters:
            raise Fault("NotFoundException", "no such cluster", status=404)
        return self.table("policies")


def _pascal(clusters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - ministack's records
    return [{name[0].upper() + name[1:]: value for name, value in one.items()} for one in clusters]


STAND_IN = MskPolicies
