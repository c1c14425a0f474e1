"""With whom snapshots of database instances are shared; the snapshots are ministack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class RdsSnapshotShares(StandIn):
    """Not enforced: ministack restores no snapshot of another account."""

    service = "rds"

    def DescribeDBSnapshotAttributes(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The only attribute that there is: who may restore."""
        return {"DBSnapshotAttributesResult": self._result(p)}

    def ModifyDBSnapshotAttribute(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Adds and removes accounts."""
        values = [one for one in self._values(p) if one not in p.get("ValuesToRemove", ())]
        self.table("restore")[p["DBSnapshotIdentifier"]] = list(dict.fromkeys([*values, *p.get("ValuesToAdd", ())]))
        return {"DBSnapshotAttributesResult": self._result(p)}

    def _result(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        attribute = {"AttributeName": "restore", "AttributeValues": self._values(p)}
        return {"DBSnapshotIdentifier": p["DBSnapshotIdentifier"], "DBSnapshotAttributes": [attribute]}

    def _values(self, p: Mapping[str, Any]) -> list[str]:
        from ministack.services import rds

        if p["DBSnapshotIdentifier"] not in rds._snapshots:
            raise Fault("DBSnapshotNotFound", f"DBSnapshot {p['DBSnapshotIdentifier']} not found.", status=404)
        values: list[str] = self.table("restore").get(p["DBSnapshotIdentifier"], [])
        return values


STAND_IN = RdsSnapshotShares
