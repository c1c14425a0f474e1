"""Snapshots of database clusters (Aurora, Multi-AZ RDS, Neptune, DocumentDB) that other accounts may copy and restore."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_ATTRIBUTE = "restore"


class RdsClusterSnapshotShare(Share):
    """One account, or everyone, on the list of those who may restore a snapshot of a database cluster."""

    id = KindId("aws.rds_cluster_snapshot_share")
    title = "Shared snapshot of a database cluster"
    row = "A22"
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-share-snapshot.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(
        settle_s=300,
        survives_s=0,
        source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBClusterSnapshotAttribute.html (read 2026-11-22)",
    )
    reads = frozenset({"rds:DescribeDBClusterSnapshotAttributes", "rds:DescribeDBClusterSnapshots"})
    writes = frozenset({"rds:ModifyDBClusterSnapshotAttribute"})
    fences = frozenset({"rds:ModifyDBClusterSnapshotAttribute"})
    creates = frozenset({"aws:rds/clusterSnapshot:ClusterSnapshot", "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy"})
    blind = "Copies that a member has made already, who may use the key of an encrypted snapshot, and automated snapshots (they cannot be shared)."
    use = "copy and restore"
    copies = "Copies and databases that were made from it already stay with whoever made them: have them declared destroyed, and change what the data lets in."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every manual snapshot of the account in the region."""
        for item in reader.read("rds:DescribeDBClusterSnapshots", SnapshotType="manual"):
            name = str(item["DBClusterSnapshotIdentifier"])
            made = f"@{item['SnapshotCreateTime']}" if item.get("SnapshotCreateTime") else ""
            yield Held(id=f"{item['DBClusterSnapshotArn']}{made}", name=f"cluster snapshot {name}", params={"DBClusterSnapshotIdentifier": name})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The values of the attribute `restore`."""
        answer = reader.get("rds:DescribeDBClusterSnapshotAttributes", **held.params) or {}
        result = cast("Json", answer.get("DBClusterSnapshotAttributesResult") or {})
        for attribute in cast("list[Json]", result.get("DBClusterSnapshotAttributes") or ()):
            if attribute.get("AttributeName") == _ATTRIBUTE:
                yield from cast("list[str]", attribute.get("AttributeValues") or ())

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Off the list."""
        return writer.write("rds:ModifyDBClusterSnapshotAttribute", **held.params, AttributeName=_ATTRIBUTE, ValuesToRemove=[member])

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """On the list."""
        return writer.write("rds:ModifyDBClusterSnapshotAttribute", **held.params, AttributeName=_ATTRIBUTE, ValuesToAdd=[member])


KIND: Kind = RdsClusterSnapshotShare()
