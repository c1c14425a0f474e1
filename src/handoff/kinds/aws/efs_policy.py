"""Policies of EFS file systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws import _people
from handoff.kinds.aws._resource_policy import Held, ResourcePolicy, keeper
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class EfsPolicy(ResourcePolicy):
    """One principal of one Allow statement of one file system's policy.

    A file system without a policy is open to every client that reaches it, so the last statement is never just taken out.
    """

    id = KindId("aws.efs_policy")
    title = "EFS file system policy"
    source = "https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # EFS gives no figure for how soon a changed policy holds for all mount targets; five minutes is our own margin.
    lag = Lag(
        settle_s=300,
        survives_s=0,
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"efs:DescribeFileSystemPolicy", "efs:DescribeFileSystems"}
    writes = frozenset({"efs:PutFileSystemPolicy"})
    fences = frozenset({"elasticfilesystem:DeleteFileSystemPolicy", "elasticfilesystem:PutFileSystemPolicy"})
    creates = frozenset({"aws:efs/fileSystem:FileSystem", "aws:efs/fileSystemPolicy:FileSystemPolicy"})
    blind = "File systems without a policy, which let in whoever reaches a mount target: see the security groups. Clients that have mounted already, until they connect again."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every file system of the region; its id is never used again."""
        for system in reader.read("efs:DescribeFileSystems"):
            name = system["FileSystemId"]
            arn = system.get("FileSystemArn") or f"arn:aws:elasticfilesystem:{reader.scope.region}:{reader.scope.id}:file-system/{name}"
            yield Held(id=str(arn), name=f"file system {name}", params={"FileSystemId": name})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The policy that was set; the open default is not one."""
        answer = reader.get("efs:DescribeFileSystemPolicy", **held.params)
        return answer.get("Policy") if answer else None

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The policy, replaced."""
        return writer.write("efs:PutFileSystemPolicy", **held.params, Policy=text)

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """Its own account keeps the place: without a policy the file system would be open to anonymous clients."""
        return self.write_policy(writer, held, keeper(writer, "elasticfilesystem:ClientMount", held.id))


KIND: Kind = EfsPolicy()
