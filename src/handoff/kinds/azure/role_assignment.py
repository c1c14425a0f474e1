"""Role assignments that reach into the subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from handoff.kinds.azure import _principals
from handoff.model import AccessPath, KindId, Lag, Receipt, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from handoff.model import Json, Reader, Writer

_LIST = "GET {scope}/providers/Microsoft.Authorization/roleAssignments"
_GET = "GET {+id}"
_PUT = "PUT {+id}"
_DELETE = "DELETE {+id}"
_ROLE = "GET {+role}"
_KEPT = ("roleDefinitionId", "principalId", "principalType", "condition", "conditionVersion", "description", "delegatedManagedIdentityResourceId")


class RoleAssignment:
    """One principal in one role at one scope: the subscription, something below it, or something above that reaches it."""

    id = KindId("azure.role_assignment")
    title = "Azure role assignment"
    row = "Z1"
    source = "https://learn.microsoft.com/rest/api/authorization/role-assignments (read 2026-11-22)"
    scope_type = ScopeType.AZURE_SUBSCRIPTION
    phase = 4
    lag = Lag(
        settle_s=600,
        survives_s=0,
        source="https://learn.microsoft.com/azure/role-based-access-control/troubleshooting (read 2026-11-22): up to ten minutes; group-based rights of managed identities up to 24 hours",
    )
    reads = frozenset({_LIST, _GET, _ROLE}) | _principals.READS
    writes = frozenset({_PUT, _DELETE})
    creates = frozenset({"azure-native:authorization:RoleAssignment"})
    after = frozenset[KindId]()
    blind = "Eligible assignments (PIM) are another kind. Members of a group are not looked up: the group is the holder."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every assignment that ARM lists for the subscription, those from above and below included."""
        names: dict[str, str] = {}
        for item in reader.read(_LIST):
            properties = cast("Mapping[str, Any]", item["properties"])
            role = str(properties["roleDefinitionId"])
            if role not in names:
                names[role] = _role_name(reader, role)
            principal, type_ = str(properties["principalId"]), str(properties.get("principalType", ""))
            yield AccessPath(
                kind=self.id,
                id=str(item["id"]),
                scope=reader.scope,
                holder=principal,
                allows=f"{names[role]} on {properties['scope']}",
                clues=tuple(dict.fromkeys(_principals.clues(reader, principal, type_))),
                detail={"role": names[role], "principal_type": type_, "at": properties["scope"]},
            )

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """Delete; the same assignment can be put back under its own name."""
        return (
            Step(
                verb=Verb.DISABLE,
                reversible=True,
                effect=f"deletes the assignment of {path.detail['role']} at {path.detail['at']}; undone by putting it back under its own name",
            ),
        )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """What is needed to put it back."""
        item = reader.get(_GET, id=path.id)
        if item is None:
            return None
        properties = cast("Mapping[str, Any]", item["properties"])
        return {name: properties[name] for name in _KEPT if properties.get(name) is not None}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Delete; one that is gone is done."""
        yield writer.write(_DELETE, id=path.id, missing_ok=True)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put it back unless it is there."""
        if writer.get(_GET, id=path.id) is None:
            yield writer.write(_PUT, id=path.id, body={"properties": dict(before)})

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By getting the assignment itself, where discover lists."""
        return Verdict.GONE if reader.get(_GET, id=path.id) is None else Verdict.ALIVE


def _role_name(reader: Reader, role: str) -> str:
    found = reader.get(_ROLE, role=role)
    if found is None:
        return role.rsplit("/", 1)[-1]
    return str(cast("Mapping[str, Any]", found.get("properties", {})).get("roleName", role.rsplit("/", 1)[-1]))


KIND = RoleAssignment()
