"""Members of security groups of the directory: whoever is in the group has what the group has."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.azure import _principals
from handoff.model import AccessPath, Clue, KindId, Lag, Receipt, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from handoff.model import Json, Reader, Writer

_GROUPS = "GET graph:/v1.0/groups"
# Version 1.0 of this call leaves service principals out without a word; the vendor's own advice is the beta one.
# source: https://learn.microsoft.com/graph/api/group-list-members (read 2026-11-22)
_MEMBERS = "GET graph:/beta/groups/{group}/members"
_ADD = "POST graph:/v1.0/groups/{group}/members/$ref"
_DROP = "DELETE graph:/v1.0/groups/{group}/members/{member}/$ref"
_OBJECTS = {"user": _principals.USER, "group": _principals.GROUP, "servicePrincipal": _principals.SERVICE_PRINCIPAL}
_MEMBER_OF = {
    "user": "GET graph:/v1.0/users/{id}/memberOf",
    "group": "GET graph:/v1.0/groups/{id}/memberOf",
    "servicePrincipal": "GET graph:/v1.0/servicePrincipals/{id}/memberOf",
}
_TYPES = {"user": "User", "group": "Group", "servicePrincipal": "ServicePrincipal"}
_OBJECT_URL = "https://graph.microsoft.com/v1.0/directoryObjects/"


class GroupMember:
    """One direct member of one security group."""

    id = KindId("azure.group_member")
    title = "Entra group membership"
    row = "Z6"
    source = "https://learn.microsoft.com/graph/api/group-delete-members (read 2026-11-22)"
    scope_type = ScopeType.AZURE_TENANT
    phase = 4
    lag = Lag(
        settle_s=600,
        survives_s=86400,
        source="https://learn.microsoft.com/azure/role-based-access-control/troubleshooting (read 2026-11-22): rights by a group, of managed identities, up to 24 hours",
    )
    reads = frozenset({_GROUPS, _MEMBERS, *_MEMBER_OF.values()}) | _principals.READS
    writes = frozenset({_ADD, _DROP})
    creates = frozenset({"azuread:index/group:Group", "azuread:index/groupMember:GroupMember"})
    after = frozenset[KindId]()
    blind = (
        "Owners of a group, who may put members in, and eligible members (PIM). Members of a group by a rule, or kept in step from another directory, are shown but cannot be taken "
        "out one by one. A group inside a group is one member; its own members are shown with it. Distribution lists and Microsoft 365 groups that carry no rights are left out."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every direct member of every security-enabled group."""
        known: dict[str, tuple[tuple[Clue, str], ...]] = {}
        for group in reader.read(_GROUPS):
            if not group.get("securityEnabled"):
                continue
            for member in reader.read(_MEMBERS, group=group["id"]):
                key = str(member["id"])
                if key not in known:
                    known[key] = tuple(dict.fromkeys(_clues(reader, member)))
                yield self._path(reader, group, member, known[key])

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Take the member out; none where a rule or another directory would put it in again."""
        if path.detail["kept_by"]:
            return ()
        return (
            Step(
                verb=Verb.DISABLE,
                reversible=True,
                effect=f"takes {path.detail['member_name']} out of the group {path.detail['group_name']}; undone by adding it again",
            ),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """That this member is in; the others are none of this path's."""
        return {"member": path.detail["member"]} if self._is_in(reader, path) else None

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Take the member out; one that is out is done."""
        if not self._is_in(writer, path):
            yield Receipt(op=_DROP, request_id="", applied=False)
            return
        yield writer.write(_DROP, group=path.detail["group"], member=path.detail["member"], missing_ok=True)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Add it again, unless it is in."""
        if not self._is_in(writer, path):
            yield writer.write(_ADD, group=path.detail["group"], body={"@odata.id": f"{_OBJECT_URL}{path.detail['member']}"})

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By what the member is in, where discover asks the group who is in it."""
        type_, member = str(path.detail["type"]), str(path.detail["member"])
        if type_ not in _MEMBER_OF:
            return Verdict.ALIVE if self._is_in(reader, path) else Verdict.GONE
        if reader.get(_OBJECTS[type_], id=member) is None:
            return Verdict.GONE
        groups = {str(one["id"]) for one in reader.read(_MEMBER_OF[type_], id=member)}
        return Verdict.ALIVE if path.detail["group"] in groups else Verdict.GONE

    def _path(self, reader: Reader, group: Json, member: Json, clues: tuple[tuple[Clue, str], ...]) -> AccessPath:
        member_id = str(member["id"])
        return AccessPath(
            kind=self.id,
            id=f"groups/{group['id']}/members/{member_id}",
            scope=reader.scope,
            holder=member_id,
            allows=f"whatever the group {group.get('displayName')} may do",
            clues=clues,
            detail={
                "group": group["id"],
                "group_name": group.get("displayName", ""),
                "member": member_id,
                "member_name": member.get("displayName") or member_id,
                "type": _type(member),
                "kept_by": _kept_by(group),
            },
        )

    @staticmethod
    def _is_in(reader: Reader, path: AccessPath) -> bool:
        if reader.get(_principals.GROUP, id=path.detail["group"]) is None:
            return False
        return any(one["id"] == path.detail["member"] for one in reader.read(_MEMBERS, group=path.detail["group"]))


def _type(member: Json) -> str:
    return str(member.get("@odata.type", "")).removeprefix("#microsoft.graph.")


def _clues(reader: Reader, member: Json) -> Iterator[tuple[Clue, str]]:
    type_ = _type(member)
    if type_ in _TYPES:
        yield from _principals.clues(reader, str(member["id"]), _TYPES[type_])
    if type_ and type_ not in {"user", "servicePrincipal"}:
        # Nobody signs in as a group or a device of the tenant; who is in that group is a path of its own.
        yield Clue.ENTRA_TENANT, reader.scope.id


def _kept_by(group: Json) -> str:
    """What else than people decides who is in the group; empty for none. source: https://learn.microsoft.com/graph/api/resources/group (read 2026-11-22)."""
    if "DynamicMembership" in cast("list[object]", group.get("groupTypes") or []):
        return f"its rule: {group.get('membershipRule', '')}"
    return "another directory" if group.get("onPremisesSyncEnabled") else ""


KIND = GroupMember()
