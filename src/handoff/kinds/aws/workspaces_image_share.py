"""WorkSpaces images that other accounts may copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Kind, Reader, Receipt, Writer


class WorkspacesImageShare(Share):
    """One account on the list of those who may copy an image."""

    id = KindId("aws.workspaces_image_share")
    title = "Shared WorkSpaces image"
    row = "A22"
    source = "https://docs.aws.amazon.com/workspaces/latest/adminguide/share-custom-image.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/workspaces/latest/api/API_UpdateWorkspaceImagePermission.html (read 2026-11-22)")
    reads = frozenset({"workspaces:DescribeWorkspaceImagePermissions", "workspaces:DescribeWorkspaceImages"})
    writes = frozenset({"workspaces:UpdateWorkspaceImagePermission"})
    fences = frozenset({"workspaces:UpdateWorkspaceImagePermission"})
    creates: frozenset[str] = frozenset()
    blind = "Copies that a member has made already, and bundles."
    use = "copy"
    copies = "Copies that were made already stay with whoever made them: have them declared destroyed."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every image that the account owns in the region."""
        for item in reader.read("workspaces:DescribeWorkspaceImages", ImageType="OWNED"):
            name = str(item["ImageId"])
            arn = f"arn:aws:workspaces:{reader.scope.region}:{reader.scope.id}:workspaceimage/{name}"
            yield Held(id=arn, name=f"WorkSpaces image {item.get('Name', name)}", params={"ImageId": name})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The accounts that it is shared with."""
        for item in reader.read("workspaces:DescribeWorkspaceImagePermissions", **held.params):
            yield str(item["SharedAccountId"])

    def is_held(self, reader: Reader, held: Held, /) -> bool:
        """An image that is shared cannot be deleted, but its last share may have gone first."""
        answer = reader.get("workspaces:DescribeWorkspaceImages", ImageIds=[held.params["ImageId"]]) or {}
        return bool(answer.get("Images"))

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Off the list."""
        return writer.write("workspaces:UpdateWorkspaceImagePermission", **held.params, AllowCopyImage=False, SharedAccountId=member)

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """On the list."""
        return writer.write("workspaces:UpdateWorkspaceImagePermission", **held.params, AllowCopyImage=True, SharedAccountId=member)


KIND: Kind = WorkspacesImageShare()
