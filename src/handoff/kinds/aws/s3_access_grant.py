"""S3 Access Grants: prefixes that were opened to principals and directory users one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _clues, _people
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class S3AccessGrant(Item):
    """One grant. It has no switch, and one made again has another id."""

    id = KindId("aws.s3_access_grant")
    title = "S3 Access Grant"
    row = "A19"
    source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-grants-grant.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 3
    # S3 gives no figure for the grant itself. Credentials that were got by it live for up to twelve hours.
    lag = Lag(settle_s=60, survives_s=43200, source="https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetDataAccess.html (read 2026-11-22)")
    reads = _people.MARK_READS | {"s3control:GetAccessGrant", "s3control:ListAccessGrants", "s3control:ListAccessGrantsInstances"}
    writes = frozenset({"s3control:DeleteAccessGrant"})
    fences = frozenset({"s3:CreateAccessGrant", "s3:CreateAccessGrantsInstance", "s3:PutAccessGrantsInstanceResourcePolicy"})
    creates = frozenset({"aws:s3control/accessGrant:AccessGrant"})
    blind = (
        "Who the members of a directory group are, and whose a directory user is: S3 gives only its id. "
        "The instance's own policy and its shares by Resource Access Manager."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every grant of the region; a region without an instance has none."""
        marks = _people.Marks(reader)
        for _ in reader.read("s3control:ListAccessGrantsInstances", AccountId=reader.scope.id):
            for grant in reader.read("s3control:ListAccessGrants", AccountId=reader.scope.id):
                grantee = cast("Json", grant["Grantee"])
                who = str(grantee["GranteeIdentifier"])
                yield AccessPath(
                    kind=self.id,
                    id=str(grant["AccessGrantArn"]),
                    scope=reader.scope,
                    holder=who,
                    allows=f"{grant['Permission']} on {grant['GrantScope']}",
                    clues=(*_clues.of_arn(who), *marks.of(who)) if grantee["GranteeType"] == "IAM" else ((Clue.NAME, f"{grantee['GranteeType']} {who}"),),
                    detail={"grant": grant["AccessGrantId"], "grantee_type": grantee["GranteeType"], "location": grant.get("AccessGrantsLocationId")},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """Whom the grant lets in, where, and to do what."""
        answer = reader.get("s3control:GetAccessGrant", AccountId=path.scope.id, AccessGrantId=path.detail["grant"])
        return {name: answer.get(name) for name in ("Grantee", "Permission", "GrantScope")} if answer else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """A grant made again is another one."""
        return (
            f"the grant {path.detail['grant']} of {path.holder} is deleted; one made again has another id. "
            "Credentials that it gave live for up to twelve hours more, unless the role of its location refuses older sessions"
        )

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("s3control:DeleteAccessGrant", AccountId=path.scope.id, AccessGrantId=path.detail["grant"], missing_ok=True)


KIND: Kind = S3AccessGrant()
