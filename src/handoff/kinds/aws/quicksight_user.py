"""Users of QuickSight."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _marks
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer

_NAMESPACE = "default"


class QuicksightUser(Item):
    """One user. It sees the data of every dashboard that is shared with it, and an author or admin that of the data sources too."""

    id = KindId("aws.quicksight_user")
    title = "QuickSight user"
    row = "A34"
    source = "https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DeleteUser.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = Lag(settle_s=60, survives_s=12 * 3600, source="https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DeleteUser.html (read 2026-11-22)")
    reads = frozenset({"quicksight:DescribeUser", "quicksight:ListUsers"})
    writes = frozenset({"quicksight:DeleteUser"})
    fences = frozenset({"quicksight:CreateGroupMembership", "quicksight:CreateUser", "quicksight:RegisterUser", "quicksight:UpdateUser"})
    creates = frozenset({"aws:quicksight/groupMembership:GroupMembership", "aws:quicksight/user:User"})
    blind = (
        "Namespaces other than the default one; users are listed in one region alone, the account's identity region: in every other AWS refuses the listing, which is "
        "taken for just that; dashboards that are public; embedded sessions."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every user of the default namespace."""
        for user in reader.read("quicksight:ListUsers", AwsAccountId=reader.scope.id, Namespace=_NAMESPACE):
            name, mail = str(user["UserName"]), str(user.get("Email") or "")
            yield AccessPath(
                kind=self.id,
                id=f"{user['Arn']}#{user.get('PrincipalId', '')}",
                scope=reader.scope,
                holder=f"user {name}" + (f" ({mail})" if mail else ""),
                allows=f"use QuickSight as {user.get('Role', 'a user')}",
                clues=(*_marks.of_texts(mail, name), (Clue.NAME, name)),
                detail={"name": name, "principal": user.get("PrincipalId", "")},
            )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The user; one made anew under the name is another."""
        answer = reader.get("quicksight:DescribeUser", AwsAccountId=reader.scope.id, Namespace=_NAMESPACE, UserName=path.detail["name"])
        user = cast("Json", answer["User"]) if answer else {}
        return {"role": user.get("Role"), "type": user.get("IdentityType")} if user and user.get("PrincipalId", "") == path.detail["principal"] else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """What is the user's goes with it."""
        return f"{path.holder} is deleted; what only it owns is then nobody's, and an administrator has to take it over before"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("quicksight:DeleteUser", AwsAccountId=writer.scope.id, Namespace=_NAMESPACE, UserName=path.detail["name"], missing_ok=True)


KIND: Kind = QuicksightUser()
