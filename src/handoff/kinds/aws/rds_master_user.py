"""Master users of databases whose password somebody set by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader


class RdsMasterUser(Item):
    """One instance's or cluster's master user. A password that Secrets Manager keeps is no path of its own: whoever may read the secret has it (A19)."""

    id = KindId("aws.rds_master_user")
    title = "Database master user with a password set by hand"
    row = "A34"
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = Lag(settle_s=600, survives_s=0, source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html (read 2026-11-22)")
    reads = frozenset({"rds:DescribeDBClusters", "rds:DescribeDBInstances"})
    writes: frozenset[str] = frozenset()
    fences = frozenset(
        {"rds:ModifyDBCluster", "rds:ModifyDBInstance", "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBInstanceFromDBSnapshot", "rds-db:connect"}
    )
    creates = frozenset({"aws:rds/cluster:Cluster", "aws:rds/instance:Instance"})
    blind = (
        "Every other user inside a database, and what the master user left there: no AWS call shows them, so the database itself has to be asked "
        "(`pg_roles`, `mysql.user`); Redshift's and DocumentDB's users; whether a password that is still set by hand was changed since; sessions that are open."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every cluster, and every instance outside of one, whose password AWS does not keep."""
        for cluster in reader.read("rds:DescribeDBClusters"):
            if not cluster.get("MasterUserSecret"):
                yield self._path(reader, cluster, "cluster", str(cluster["DBClusterArn"]), str(cluster["DBClusterIdentifier"]))
        for instance in reader.read("rds:DescribeDBInstances"):
            if not instance.get("DBClusterIdentifier") and not instance.get("MasterUserSecret"):
                yield self._path(reader, instance, "instance", str(instance["DBInstanceArn"]), str(instance["DBInstanceIdentifier"]))

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The name, while the password is one that somebody set."""
        if path.detail["what"] == "cluster":
            found = list(reader.read("rds:DescribeDBClusters", Filters=[{"Name": "db-cluster-id", "Values": [path.detail["name"]]}]))
        else:
            found = list(reader.read("rds:DescribeDBInstances", Filters=[{"Name": "db-instance-id", "Values": [path.detail["name"]]}]))
        for one in found:
            name = one.get("DBClusterIdentifier") if path.detail["what"] == "cluster" else one.get("DBInstanceIdentifier")
            if name == path.detail["name"] and not one.get("MasterUserSecret"):
                return {"user": path.detail["user"]}
        return None

    def manual_effect(self, path: AccessPath, /) -> str:
        """Applications may use the password too, so a person does it."""
        what, name = path.detail["what"], path.detail["name"]
        return (
            f"the client looks which applications sign in as {path.detail['user']}, asks the {what} {name} itself for further users and drops the provider's, and has "
            f"Secrets Manager keep a new master password (aws rds modify-db-{what} --manage-master-user-password); the {what} then shows its MasterUserSecret"
        )

    def _path(self, reader: Reader, one: Json, what: str, arn: str, name: str) -> AccessPath:
        user = str(one.get("MasterUsername") or "the master user")
        resource = str(one.get("DbiResourceId") or one.get("DbClusterResourceId") or "")
        return AccessPath(
            kind=self.id,
            # The ARN is made of the name; the resource id is never given again.
            id=f"{arn}#{resource}" if resource else arn,
            scope=reader.scope,
            holder=f"whoever knows the password of {user} at {what} {name}",
            allows=f"do everything in the {one.get('Engine', '')} {what} {name}",
            clues=(*_marks.of_tags(one.get("TagList")), (Clue.SHARED_SECRET, "whoever set the database up chose the password"), (Clue.NAME, user)),
            detail={"what": what, "name": name, "user": user},
        )


KIND: Kind = RdsMasterUser()
