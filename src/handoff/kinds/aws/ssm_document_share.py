"""Systems Manager documents that other accounts may read and run."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._share import Share
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import AccessPath, Json, Kind, Reader, Receipt, Verb, Writer

_SHARE = {"PermissionType": "Share"}


class SsmDocumentShare(Share):
    """One account, or everyone, on the list of those who may use a document."""

    id = KindId("aws.ssm_document_share")
    title = "Shared Systems Manager document"
    row = "A24"
    source = "https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(
        settle_s=300, survives_s=0, source="https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ModifyDocumentPermission.html (read 2026-11-22)"
    )
    reads = frozenset({"ssm:DescribeDocumentPermission", "ssm:GetDocument", "ssm:ListDocuments"})
    writes = frozenset({"ssm:ModifyDocumentPermission"})
    fences = frozenset({"ssm:ModifyDocumentPermission"})
    creates = frozenset({"aws:ssm/document:Document"})
    blind = "Copies of a document that a member has made already, and associations that go on using it in the member's account."
    use = "read and run"
    copies = "Copies that were made already stay with whoever made them."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every document that the account owns in the region."""
        for item in reader.read("ssm:ListDocuments", Filters=[{"Key": "Owner", "Values": ["Self"]}]):
            name = str(item["Name"])
            made = f"@{item['CreatedDate']}" if item.get("CreatedDate") else ""
            arn = f"arn:aws:ssm:{reader.scope.region}:{reader.scope.id}:document/{name}"
            yield Held(id=f"{arn}{made}", name=f"document {name}", params={"Name": name})

    def members(self, reader: Reader, held: Held, /) -> Iterator[str]:
        """The accounts; `all` for a public document."""
        for item in reader.read("ssm:DescribeDocumentPermission", **held.params, **_SHARE):
            if "AccountIds" in item:
                yield str(item["AccountIds"])

    def is_held(self, reader: Reader, held: Held, /) -> bool:
        """A document that is shared cannot be deleted, but its last share may have gone first."""
        return reader.get("ssm:GetDocument", **held.params) is not None

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The member, and the version of the document that it may use."""
        found = super().image(reader, path)
        if found is None:
            return None
        for item in reader.read("ssm:DescribeDocumentPermission", **cast("Json", path.detail["params"]), **_SHARE):
            info = cast("Json", item.get("AccountSharingInfoList") or {})
            if info.get("AccountId") == path.detail["member"] and info.get("SharedDocumentVersion"):
                return {**found, "version": info["SharedDocumentVersion"]}
        return found

    def remove(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """Off the list."""
        return writer.write("ssm:ModifyDocumentPermission", **held.params, **_SHARE, AccountIdsToRemove=[member], missing_ok=True)

    def add(self, writer: Writer, held: Held, member: str, /) -> Receipt:
        """On the list."""
        return writer.write("ssm:ModifyDocumentPermission", **held.params, **_SHARE, AccountIdsToAdd=[member])

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """On the list again, for the version that it was there for."""
        params = cast("Json", path.detail["params"])
        version = {"SharedDocumentVersion": before["version"]} if before.get("version") else {}
        if self.image(writer, path) is None:
            yield writer.write("ssm:ModifyDocumentPermission", **params, **_SHARE, AccountIdsToAdd=[path.detail["member"]], **version)


KIND: Kind = SsmDocumentShare()
