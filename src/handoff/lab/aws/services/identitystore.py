"""Identity stores of IAM Identity Center: users, groups, memberships."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class IdentityStore(StandIn):
    """A store is there when an instance of Identity Center has it."""

    service = "identitystore"

    def CreateUser(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One user."""
        kept = {name: p[name] for name in ("UserName", "Name", "DisplayName", "Emails") if name in p}
        return self._add(p, "users", "User", kept)

    def ListUsers(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the store."""
        return {"Users": self._all(p, "users")}

    def DescribeUser(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One."""
        return self._one(p, "users", p["UserId"])

    def DeleteUser(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The user leaves all groups; assignments stay, of nobody."""
        self._one(p, "users", p["UserId"])
        del self.table("users")[p["UserId"]]
        for id_ in [id_ for id_, one in self.table("memberships").items() if one["MemberId"]["UserId"] == p["UserId"]]:
            del self.table("memberships")[id_]
        return {}

    def CreateGroup(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One group."""
        return self._add(p, "groups", "Group", {"DisplayName": p.get("DisplayName", "")})

    def ListGroups(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the store."""
        return {"Groups": self._all(p, "groups")}

    def CreateGroupMembership(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One user in one group, once."""
        self._one(p, "groups", p["GroupId"])
        self._one(p, "users", p["MemberId"]["UserId"])
        if any(_ends(one) == _ends(p) for one in self.table("memberships").values()):
            raise Fault("ConflictException", "the user is a member already", status=400)
        made = self._add(p, "memberships", "Membership", {"GroupId": p["GroupId"], "MemberId": {"UserId": p["MemberId"]["UserId"]}})
        return {name: made[name] for name in ("IdentityStoreId", "MembershipId", "MembershipArn")}

    def ListGroupMemberships(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one group."""
        self._one(p, "groups", p["GroupId"])
        return {"GroupMemberships": [one for one in self._memberships(p) if one["GroupId"] == p["GroupId"]]}

    def ListGroupMembershipsForMember(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of one user."""
        return {"GroupMemberships": [one for one in self._memberships(p) if one["MemberId"] == p["MemberId"]]}

    def IsMemberInGroups(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One user, several groups."""
        ends = [_ends(one) for one in self._memberships(p)]
        user = p["MemberId"]["UserId"]
        return {"Results": [{"GroupId": group, "MemberId": p["MemberId"], "MembershipExists": (group, user) in ends} for group in p["GroupIds"]]}

    def DeleteGroupMembership(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Gone."""
        self._one(p, "memberships", p["MembershipId"])
        del self.table("memberships")[p["MembershipId"]]
        return {}

    def _store(self, p: Mapping[str, Any]) -> str:
        known = {one["IdentityStoreId"] for one in self.account.peer("sso-admin").table("instances").values()}
        if p["IdentityStoreId"] not in known:
            raise Fault("ResourceNotFoundException", "no such identity store", status=400)
        return str(p["IdentityStoreId"])

    def _all(self, p: Mapping[str, Any], table: str) -> list[dict[str, Any]]:
        store = self._store(p)
        return [one for one in self.table(table).values() if one["IdentityStoreId"] == store]

    def _memberships(self, p: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [{name: value for name, value in one.items() if name != "Revision"} for one in self._all(p, "memberships")]

    def _one(self, p: Mapping[str, Any], table: str, id_: str) -> dict[str, Any]:
        self._store(p)
        found: dict[str, Any] | None = self.table(table).get(id_)
        if found is None:
            raise Fault("ResourceNotFoundException", f"no {id_} in {table}", status=400)
        return found

    def _add(self, p: Mapping[str, Any], table: str, kind: str, more: Mapping[str, Any]) -> Mapping[str, Any]:
        store, id_ = self._store(p), str(uuid.uuid4())
        own = {
            "IdentityStoreId": store,
            f"{kind}Id": id_,
            f"{kind}Arn": f"arn:aws:identitystore:::{kind.lower()}/{id_}",
            "Revision": "1",
        }
        self.table(table)[id_] = {**own, **more}
        return own


def _ends(one: Mapping[str, Any]) -> tuple[str, str]:
    return one["GroupId"], one["MemberId"]["UserId"]


STAND_IN = IdentityStore
