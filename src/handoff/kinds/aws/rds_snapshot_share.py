"""RDS snapshots that other accounts may copy and restore."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_ATTRIBUTE = "restore"


class RdsSnapshotShare(Share):
    """One account, or everyone, on the list of those who may restore a snapshot of a database instance."""

    id = KindId("aws.rds_snapshot_share")
    title = "Shared RDS snapshot"
    row = "A22"
    source = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(
        settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSnapshotAttribute.html (read 2026-11-22)"
    )
    reads = frozenset({"rds:DescribeDBSnapshotAttributes", "rds:DescribeDBSnapshots"})
    writes = frozenset({"rds:ModifyDBSnapshotAttribute"})
    fences = frozenset({"rds:ModifyDBSnapshotAttribute"})
    creates = frozenset({"aws:rds/snapshot:Snapshot", "aws:rds/snapshotCopy:SnapshotCopy"})
    blind = "Copies that a member has made already, who may use the key of an encrypted snapshot, and automated snapshots (they cannot be shared)."
    use = "copy and restore"
    copies = "Copies and databases that were made from it already stay with whoever made them: have them declared destroyed, and change what the data lets in."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every manual snapshot of the account in the region."""
        for item in reader.read("rds:DescribeDBSnapshots", SnapshotType="manual"):
            name = str(item["DBSnapshotIdentifier"])
            made = f"@{item['SnapshotCreateTime']}" if item.get("SnapshotCreateTime") else ""
            yield Held(id=f"{item['DBSnapshotArn']}{made}", name=f"snapshot {name}", params={"DBSnapshotIdentifier": name})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The values of the attribute `restore`."""
        answer = reader.get("rds:DescribeDBSnapshotAttributes", **held.params) or {}
        result = cast("Json", answer.get("DBSnapshotAttributesResult") or {})
        for attribute in cast("list[Json]", result.get("DBSnapshotAttributes") or ()):
            if attribute.get("AttributeName") == _ATTRIBUTE:
                yield from cast("list[str]", attribute.get("AttributeValues") or ())

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Off the list."""
        return writer.write("rds:ModifyDBSnapshotAttribute", **held.params, AttributeName=_ATTRIBUTE, ValuesToRemove=[member])

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """On the list."""
        return writer.write("rds:ModifyDBSnapshotAttribute", **held.params, AttributeName=_ATTRIBUTE, ValuesToAdd=[member])


KIND: Kind = RdsSnapshotShare()
