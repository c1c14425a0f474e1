"""Members of Identity Center's groups: a group's assignments are theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _directory
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from handoff.model import Json, Kind, Reader, Receipt, Writer


class SsoGroupMembership(Item):
    """One user in one group. Put back, it has another membership id, so the path is named by group and user, whose ids are never given again."""

    id = KindId("aws.sso_group_membership")
    title = "Identity Center group membership"
    row = "A14"
    source = "https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_DeleteGroupMembership.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    phase = 5
    lag = Lag(settle_s=60, survives_s=12 * 3600, source=_directory.LAG_SOURCE)
    reads = _directory.READS | _directory.MEMBER_READS | {"identitystore:IsMemberInGroups", "identitystore:ListGroupMembershipsForMember"}
    writes = frozenset({"identitystore:CreateGroupMembership", "identitystore:DeleteGroupMembership"})
    fences = frozenset({"identitystore:CreateGroup", "identitystore:CreateGroupMembership"})
    creates = frozenset({"aws:identitystore/groupMembership:GroupMembership"})
    blind = (
        f"{_directory.ELSEWHERE} An external identity provider that puts the user back at its next synchronisation: the user has to leave the group there too."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every member of every group of every instance of the region."""
        for instance in _directory.instances(reader):
            users = _directory.users(reader, instance.store)
            for group, memberships in _directory.groups(reader, instance.store):
                for membership in memberships:
                    user_id = str(cast("Json", membership["MemberId"])["UserId"])
                    user, name = users.get(user_id), group.get("DisplayName") or group["GroupId"]
                    yield AccessPath(
                        kind=self.id,
                        id=f"{instance.store}#{group['GroupId']}#{user_id}",
                        scope=reader.scope,
                        holder=f"user {_directory.name_of(user, user_id)}",
                        allows=f"whatever group {name} is assigned",
                        clues=_directory.clues(user, user_id),
                        detail={"store": instance.store, "group_id": group["GroupId"], "group": name, "user_id": user_id},
                    )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The membership, asked by user and group."""
        asked = {"IdentityStoreId": path.detail["store"], "MemberId": {"UserId": path.detail["user_id"]}, "GroupIds": [path.detail["group_id"]]}
        answers = reader.read("identitystore:IsMemberInGroups", **asked)
        there = any(answer["GroupId"] == path.detail["group_id"] and answer.get("MembershipExists") for answer in answers)
        return {"group_id": path.detail["group_id"], "user_id": path.detail["user_id"]} if there else None

    def disable_effect(self, path: AccessPath, /) -> str:
        """A membership has nothing but its two ends."""
        return f"{path.holder} leaves group {path.detail['group']}; undone by adding the user again"

    def disable(self, writer: Writer, path: AccessPath, before: Json, at: datetime, /) -> Iterable[Receipt]:
        """Delete the membership, by the id that it has now."""
        member = {"UserId": path.detail["user_id"]}
        listed = writer.read("identitystore:ListGroupMembershipsForMember", IdentityStoreId=path.detail["store"], MemberId=member)
        for membership in [one for one in listed if one.get("GroupId") == path.detail["group_id"]]:
            named = {"IdentityStoreId": path.detail["store"], "MembershipId": membership["MembershipId"]}
            yield writer.write("identitystore:DeleteGroupMembership", **named, missing_ok=True)

    def enable(self, writer: Writer, path: AccessPath, before: Json, /) -> Iterable[Receipt]:
        """Add the user again."""
        named = {"IdentityStoreId": path.detail["store"], "GroupId": path.detail["group_id"]}
        yield writer.write("identitystore:CreateGroupMembership", **named, MemberId={"UserId": path.detail["user_id"]})


KIND: Kind = SsoGroupMembership()
