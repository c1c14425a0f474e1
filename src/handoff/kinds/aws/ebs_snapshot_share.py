"""EBS snapshots that other accounts may copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class EbsSnapshotShare(Share):
    """One account, or everyone, on the list of those who may make volumes from a snapshot."""

    id = KindId("aws.ebs_snapshot_share")
    title = "Shared EBS snapshot"
    row = "A22"
    source = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # EC2's API is eventually consistent and AWS gives no figure; five minutes is its own advice for how long to go on asking.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html (read 2026-11-22)")
    reads = frozenset({"ec2:DescribeSnapshotAttribute", "ec2:DescribeSnapshots"})
    writes = frozenset({"ec2:ModifySnapshotAttribute"})
    fences = frozenset({"ec2:ModifySnapshotAttribute"})
    creates = frozenset({"aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission"})
    blind = "Copies that a member has made already, and who may use the key of an encrypted snapshot (see the key's policy and grants)."
    use = "make volumes from"
    copies = "Copies that were made already stay with whoever made them: re-encrypt with a key of the client's, and have the copies declared destroyed."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every snapshot of the account in the region."""
        for item in reader.read("ec2:DescribeSnapshots", OwnerIds=["self"]):
            name = str(item["SnapshotId"])
            yield Held(id=f"arn:aws:ec2:{reader.scope.region}::snapshot/{name}", name=f"snapshot {name}", params={"SnapshotId": name})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The create-volume permission."""
        answer = reader.get("ec2:DescribeSnapshotAttribute", **held.params, Attribute="createVolumePermission") or {}
        for one in cast("list[Json]", answer.get("CreateVolumePermissions") or ()):
            yield str(one.get("UserId") or one["Group"])

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Off the list."""
        return writer.write("ec2:ModifySnapshotAttribute", **held.params, Attribute="createVolumePermission", OperationType="remove", **_named(member))

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """On the list."""
        return writer.write("ec2:ModifySnapshotAttribute", **held.params, Attribute="createVolumePermission", OperationType="add", **_named(member))


def _named(member: str) -> Json:
    return {"GroupNames": [member]} if member == "all" else {"UserIds": [member]}


KIND: Kind = EbsSnapshotShare()
