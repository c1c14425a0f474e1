"""What Redshift shares with other accounts: snapshots, endpoints to clusters, data shares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class RedshiftShares(StandIn):
    """Not enforced: nothing in the lab restores a snapshot or queries a cluster. A snapshot can be made of any cluster that one names."""

    service = "redshift"

    def CreateClusterSnapshot(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """A manual snapshot."""
        made = {
            "SnapshotIdentifier": p["SnapshotIdentifier"],
            "ClusterIdentifier": p["ClusterIdentifier"],
            "SnapshotCreateTime": datetime.now(UTC).isoformat(),
            "Status": "available",
            "SnapshotType": "manual",
            "OwnerAccount": self.account.id,
            "AccountsWithRestoreAccess": [],
        }
        self.table("snapshots")[p["SnapshotIdentifier"]] = made
        return {"Snapshot": made}

    def DescribeClusterSnapshots(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account; not-found for one that is named and not there."""
        if "SnapshotIdentifier" in p:
            return {"Snapshots": [self._snapshot(p)]}
        wanted = {"SnapshotType": p.get("SnapshotType"), "ClusterIdentifier": p.get("ClusterIdentifier")}
        found = self.table("snapshots").values()
        return {"Snapshots": [one for one in found if all(value is None or one[name] == value for name, value in wanted.items())]}

    def AuthorizeSnapshotAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lets an account restore."""
        snapshot = self._snapshot(p)
        if any(one["AccountId"] == p["AccountWithRestoreAccess"] for one in snapshot["AccountsWithRestoreAccess"]):
            raise Fault("AuthorizationAlreadyExists", "the account may restore already")
        snapshot["AccountsWithRestoreAccess"].append({"AccountId": p["AccountWithRestoreAccess"]})
        return {"Snapshot": snapshot}

    def RevokeSnapshotAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lets it no more."""
        snapshot = self._snapshot(p)
        rest = [one for one in snapshot["AccountsWithRestoreAccess"] if one["AccountId"] != p["AccountWithRestoreAccess"]]
        if len(rest) == len(snapshot["AccountsWithRestoreAccess"]):
            raise Fault("AuthorizationNotFound", "the account may not restore", status=404)
        snapshot["AccountsWithRestoreAccess"] = rest
        return {"Snapshot": snapshot}

    def DescribeEndpointAuthorization(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the account gave."""
        wanted = {"ClusterIdentifier": p.get("ClusterIdentifier"), "Grantee": p.get("Account")}
        found = self.table("endpoints").values()
        return {"EndpointAuthorizationList": [one for one in found if all(value is None or one[name] == value for name, value in wanted.items())]}

    def AuthorizeEndpointAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lets an account make endpoints to a cluster, from some VPCs or all."""
        key = f"{p['ClusterIdentifier']}/{p['Account']}"
        if key in self.table("endpoints"):
            raise Fault("EndpointAuthorizationAlreadyExists", "the account is authorized already")
        self.table("endpoints")[key] = {
            "Grantor": self.account.id,
            "Grantee": p["Account"],
            "ClusterIdentifier": p["ClusterIdentifier"],
            "AuthorizeTime": datetime.now(UTC).isoformat(),
            "Status": "Authorized",
            "AllowedAllVPCs": not p.get("VpcIds"),
            "AllowedVPCs": list(p.get("VpcIds") or ()),
            "EndpointCount": 0,
        }
        made: Mapping[str, Any] = self.table("endpoints")[key]
        return made

    def CreateEndpointAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """An endpoint in the caller's account to a cluster of the account that let it."""
        there = RedshiftShares(self.account.elsewhere(str(p.get("ResourceOwner") or self.account.id)))
        authorization = there.table("endpoints").get(f"{p['ClusterIdentifier']}/{self.account.id}")
        if authorization is None:
            raise Fault("UnauthorizedOperation", "the cluster's owner has not authorized the account")
        authorization["EndpointCount"] += 1
        return {"ClusterIdentifier": p["ClusterIdentifier"], "ResourceOwner": there.account.id, "EndpointName": p["EndpointName"], "EndpointStatus": "active"}

    def RevokeEndpointAccess(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lets it no more; with force, its endpoints go too."""
        key = f"{p['ClusterIdentifier']}/{p['Account']}"
        found = self.table("endpoints").get(key)
        if found is None:
            raise Fault("EndpointAuthorizationNotFound", "the account is not authorized", status=404)
        if found["EndpointCount"] and not p.get("Force"):
            raise Fault("InvalidEndpointState", "the account has endpoints")
        gone: Mapping[str, Any] = self.table("endpoints").pop(key)
        return {**gone, "Status": "Revoking"}

    def DescribeDataShares(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of the account."""
        del p
        return {"DataShares": list(self.table("data_shares").values())}

    def AuthorizeDataShare(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lets a consumer. In AWS the share is made by SQL in the cluster; here it is made by its first authorization."""
        arn = str(p["DataShareArn"])
        share = self.table("data_shares").setdefault(arn, {"DataShareArn": arn, "ProducerArn": _producer(arn), "DataShareAssociations": []})
        rest = [one for one in share["DataShareAssociations"] if one["ConsumerIdentifier"] != p["ConsumerIdentifier"]]
        allowed = {"ConsumerIdentifier": p["ConsumerIdentifier"], "Status": "AUTHORIZED", "ProducerAllowedWrites": bool(p.get("AllowWrites"))}
        share["DataShareAssociations"] = [*rest, allowed]
        done: Mapping[str, Any] = share
        return done

    def DeauthorizeDataShare(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Lets it no more; it stays listed as deauthorized."""
        share: dict[str, Any] | None = self.table("data_shares").get(p["DataShareArn"])
        found = [one for one in (share or {}).get("DataShareAssociations", ()) if one["ConsumerIdentifier"] == p["ConsumerIdentifier"]]
        if share is None or not found:
            raise Fault("InvalidDataShareFault", "there is no such data share or consumer")
        found[0]["Status"] = "DEAUTHORIZED"
        return share

    def _snapshot(self, p: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] | None = self.table("snapshots").get(p["SnapshotIdentifier"])
        if found is None:
            raise Fault("ClusterSnapshotNotFound", "there is no such snapshot", status=404)
        return found


def _producer(arn: str) -> str:
    start, _, rest = arn.partition(":datashare:")
    return f"{start}:namespace:{rest.split('/', 1)[0] or uuid4()}"


STAND_IN = RedshiftShares
