"""Users of Identity Center: who can sign in at the access portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _directory
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SsoUser(Item):
    """One user of an identity store. What the user may do is taken away before, assignment by assignment; the store has no call to disable a user."""

    id = KindId("aws.sso_user")
    title = "Identity Center user"
    row = "A14"
    source = "https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_DeleteUser.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = Lag(settle_s=60, survives_s=12 * 3600, source=_directory.LAG_SOURCE)
    reads = _directory.READS | {"identitystore:DescribeUser", "identitystore:ListUsers"}
    writes = frozenset({"identitystore:DeleteUser"})
    fences = frozenset({"identitystore:CreateUser", "identitystore:UpdateUser"})
    creates = frozenset({"aws:identitystore/user:User"})
    after = frozenset({KindId("aws.sso_assignment"), KindId("aws.sso_group_membership")})
    blind = f"{_directory.ELSEWHERE} Users whom an external identity provider has not handed over yet, or hands over again at its next synchronisation."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every user of every instance of the region."""
        for instance in _directory.instances(reader):
            for user_id, user in _directory.users(reader, instance.store).items():
                name = _directory.name_of(user, user_id)
                yield AccessPath(
                    kind=self.id,
                    id=f"{instance.store}#{user_id}",
                    scope=reader.scope,
                    holder=f"user {name}",
                    allows=f"sign in at the access portal of {instance.arn}",
                    clues=_directory.clues(user, user_id),
                    detail={
                        "store": instance.store,
                        "user_id": user_id,
                        "name": name,
                        "issuers": [one["Issuer"] for one in cast("list[Json]", user.get("ExternalIds") or [])],
                    },
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The user, as the store describes one."""
        user = reader.get("identitystore:DescribeUser", IdentityStoreId=path.detail["store"], UserId=path.detail["user_id"])
        return {"user_id": user["UserId"], "name": user.get("UserName")} if user else None

    def delete_effect(self, path: AccessPath, /) -> str:
        """Ids are never given again."""
        return f"user {path.detail['name']} is deleted from the identity store; one made anew has another id, which no assignment or policy knows"

    def delete(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Delete."""
        yield writer.write("identitystore:DeleteUser", IdentityStoreId=path.detail["store"], UserId=path.detail["user_id"], missing_ok=True)


KIND: Kind = SsoUser()
