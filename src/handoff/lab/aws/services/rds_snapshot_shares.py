"""With whom snapshots of database instances and clusters are shared; the snapshots are ministack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

_INSTANCE, _CLUSTER = "DBSnapshot", "DBClusterSnapshot"


class RdsSnapshotShares(StandIn):
    """Not enforced: ministack restores no snapshot of another account."""

    service = "rds"

    def DescribeDBSnapshotAttributes(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The only attribute that there is: who may restore."""
        return self._result(_INSTANCE, p)

    def ModifyDBSnapshotAttribute(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Adds and removes accounts."""
        return self._modified(_INSTANCE, p)

    def DescribeDBClusterSnapshotAttributes(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The only attribute that there is: who may restore."""
        return self._result(_CLUSTER, p)

    def ModifyDBClusterSnapshotAttribute(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Adds and removes accounts."""
        return self._modified(_CLUSTER, p)

    def _modified(self, what: str, p: Mapping[str, Any]) -> Mapping[str, Any]:
        values = [one for one in self._values(what, p) if one not in p.get("ValuesToRemove", ())]
        self.table(what)[p[f"{what}Identifier"]] = list(dict.fromkeys([*values, *p.get("ValuesToAdd", ())]))
        return self._result(what, p)

    def _result(self, what: str, p: Mapping[str, Any]) -> Mapping[str, Any]:
        attribute = {"AttributeName": "restore", "AttributeValues": self._values(what, p)}
        return {f"{what}AttributesResult": {f"{what}Identifier": p[f"{what}Identifier"], f"{what}Attributes": [attribute]}}

    def _values(self, what: str, p: Mapping[str, Any]) -> list[str]:
        from ministack.services import rds

        name = p[f"{what}Identifier"]
        if name not in (rds._snapshots if what == _INSTANCE else rds._db_cluster_snapshots):
            raise Fault("DBSnapshotNotFound" if what == _INSTANCE else "DBClusterSnapshotNotFoundFault", f"{what} {name} not found.", status=404)
        values: list[str] = self.table(what).get(name, [])
        return values


STAND_IN = RdsSnapshotShares
