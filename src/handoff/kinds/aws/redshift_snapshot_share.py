"""Redshift snapshots that other accounts may restore."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class RedshiftSnapshotShare(Share):
    """One account on the list of those who may restore a snapshot of a cluster."""

    id = KindId("aws.redshift_snapshot_share")
    title = "Shared Redshift snapshot"
    row = "A22"
    source = "https://docs.aws.amazon.com/redshift/latest/mgmt/managing-snapshots-share-snapshot.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/redshift/latest/APIReference/API_RevokeSnapshotAccess.html (read 2026-11-22)")
    reads = frozenset({"redshift:DescribeClusterSnapshots"})
    writes = frozenset({"redshift:AuthorizeSnapshotAccess", "redshift:RevokeSnapshotAccess"})
    fences = frozenset({"redshift:AuthorizeSnapshotAccess"})
    creates: frozenset[str] = frozenset()
    blind = "Clusters that a member has restored already (a restore that runs is let finish), and snapshots of Redshift Serverless."
    use = "restore"
    copies = "Clusters that were restored from it already stay with whoever restored them: have them declared destroyed."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every manual snapshot of the account in the region; automated ones cannot be shared."""
        for item in reader.read("redshift:DescribeClusterSnapshots", SnapshotType="manual", OwnerAccount=reader.scope.id):
            name, cluster = str(item["SnapshotIdentifier"]), str(item["ClusterIdentifier"])
            made = f"@{item['SnapshotCreateTime']}" if item.get("SnapshotCreateTime") else ""
            yield Held(
                id=f"arn:aws:redshift:{reader.scope.region}:{reader.scope.id}:snapshot:{cluster}/{name}{made}",
                name=f"snapshot {name} of cluster {cluster}",
                params={"SnapshotIdentifier": name, "SnapshotClusterIdentifier": cluster},
            )

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The accounts with restore access."""
        wanted = {"SnapshotIdentifier": held.params["SnapshotIdentifier"], "ClusterIdentifier": held.params["SnapshotClusterIdentifier"]}
        answer = reader.get("redshift:DescribeClusterSnapshots", **wanted) or {}
        for snapshot in cast("list[Json]", answer.get("Snapshots") or ()):
            for account in cast("list[Json]", snapshot.get("AccountsWithRestoreAccess") or ()):
                yield str(account["AccountId"])

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Off the list."""
        return writer.write("redshift:RevokeSnapshotAccess", **held.params, AccountWithRestoreAccess=member, missing_ok=True)

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """On the list."""
        return writer.write("redshift:AuthorizeSnapshotAccess", **held.params, AccountWithRestoreAccess=member)


KIND: Kind = RedshiftSnapshotShare()
