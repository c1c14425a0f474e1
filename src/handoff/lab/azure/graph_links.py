"""What ties directory objects together: members, owners, an application and its service principals, roles; and what goes when one of them goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from handoff.lab.azure.caller import principals_of
from handoff.lab.azure.graph_types import DIRECTORY_ROLES
from handoff.lab.azure.refusals import GraphRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handoff.lab.azure.call import Call
    from handoff.lab.azure.caller import Caller
    from handoff.lab.azure.graph_types import Collection
    from handoff.lab.azure.world import Record, World

NOUNS = {"users": "user", "groups": "group", "servicePrincipals": "servicePrincipal", "applications": "application"}
EMPTY = frozenset({"appRoleAssignments", "appRoleAssignedTo", "oauth2PermissionGrants", "delegatedPermissionClassifications"})
"""Relations of the real service that the lab has no objects for; a read gives an empty list, a write is refused."""


def objects(world: World, tenant: str) -> Iterator[tuple[str, Record]]:
    """Every directory object of a tenant with its noun."""
    for table, noun in NOUNS.items():
        for record in world.table(table).values():
            if record["_tenant"] == tenant:
                yield noun, record


def principal_of_application(world: World, caller: Caller, body: Record) -> Record:
    """What a service principal takes from its application, which may be a multi-tenant one of another tenant."""
    application = next((a for a in world.table("applications").values() if a["appId"] == body["appId"]), None)
    if application is None or (application["_tenant"] != caller.tenant and application["signInAudience"] == "AzureADMyOrg"):
        raise GraphRefusal(400, "Request_BadRequest", f"The appId '{body['appId']}' of the service principal does not reference a valid application object.")
    if any(p["appId"] == body["appId"] and p["_tenant"] == caller.tenant for p in world.table("servicePrincipals").values()):
        raise GraphRefusal(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "The service principal cannot be created, updated, or restored because the service principal name is already in use.",
        )
    return {
        "appDisplayName": application["displayName"],
        "displayName": application["displayName"],
        "appOwnerOrganizationId": application["_tenant"],
        "servicePrincipalType": "Application",
        "servicePrincipalNames": [application["appId"], *application["identifierUris"]],
        "signInAudience": application["signInAudience"],
    }


def check_user_name(world: World, caller: Caller, record: Record) -> None:
    """A user's name lies in a domain of the tenant and is taken once only."""
    name = str(record["userPrincipalName"]).lower()
    if not name.endswith(f"@{world.table('tenants')[caller.tenant]['domain']}"):
        raise GraphRefusal(
            400,
            "Request_BadRequest",
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        )
    if any(str(u["userPrincipalName"]).lower() == name for u in world.table("users").values()):
        raise GraphRefusal(400, "Request_BadRequest", "Another object with the same value for property userPrincipalName already exists.")


def check_role_assignment(world: World, caller: Caller, record: Record) -> None:
    """The role is a known one, the principal exists, and the assignment is new."""
    if record["roleDefinitionId"] not in DIRECTORY_ROLES:
        raise GraphRefusal(400, "Request_BadRequest", f"The lab has no directory role '{record['roleDefinitionId']}'.")
    if not any(r["id"] == record["principalId"] for _, r in objects(world, caller.tenant)):
        raise GraphRefusal(404, "Request_ResourceNotFound", f"Resource '{record['principalId']}' does not exist.")
    same = [
        r for r in world.table("directoryRoles").values() if (r["principalId"], r["roleDefinitionId"]) == (record["principalId"], record["roleDefinitionId"])
    ]
    if same:
        raise GraphRefusal(400, "Request_BadRequest", "A conflicting object with one or more of the specified property values is present in the directory.")


def remove(world: World, caller: Caller, collection: Collection, record: Record) -> None:
    """Delete an object, with its memberships and directory roles; an application takes its own tenant's service principal along."""
    gone = [record["id"]]
    del world.table(collection.table)[record["id"]]
    if collection.noun == "application":
        for key, principal in list(world.table("servicePrincipals").items()):
            if principal["appId"] == record["appId"] and principal["_tenant"] == caller.tenant:
                gone.append(key)
                del world.table("servicePrincipals")[key]
    forget(world, gone)


def forget(world: World, gone: list[str]) -> None:
    """Take deleted objects out of memberships, owners and directory roles."""
    for table in ("groups", "applications", "servicePrincipals"):
        for other in world.table(table).values():
            for relation in ("_members", "_owners"):
                if relation in other:
                    other[relation] = [i for i in other[relation] if i not in gone]
    for key, role in list(world.table("directoryRoles").items()):
        if role["principalId"] in gone:
            del world.table("directoryRoles")[key]
    world.touch()


def bound(body: Record, name: str) -> list[str]:
    """Ids from an `@odata.bind` list of URLs."""
    return [str(url).rstrip("/").rpartition("/")[2] for url in body.get(name, [])]


def answer(
    call: Call, caller: Caller, record: Record, rest: str, may_write: Callable[[], None], may_read: Callable[[], None]
) -> Response | list[tuple[str, Record]] | None:
    """The answer to a call about members, owners or memberships of one object; a list is for the caller to page."""
    relation, _, tail = rest.partition("/")
    if relation in EMPTY and call.method == "GET":
        may_read()
        return []
    if relation in {"memberOf", "transitiveMemberOf"} and call.method == "GET":
        may_read()
        groups = (
            principals_of(call.world, record["id"]) - {record["id"]}
            if relation.startswith("t")
            else {g["id"] for g in call.world.table("groups").values() if record["id"] in g["_members"]}
        )
        return [(noun, r) for noun, r in objects(call.world, caller.tenant) if r["id"] in groups]
    if relation == "transitiveMembers" and call.method == "GET":
        may_read()
        return [(noun, r) for noun, r in objects(call.world, caller.tenant) if r["id"] != record["id"] and record["id"] in principals_of(call.world, r["id"])]
    field = {"members": "_members", "owners": "_owners"}.get(relation)
    if field is None or field not in record:
        return None
    if call.method == "GET" and tail in {"", "$ref", "microsoft.graph.servicePrincipal", "microsoft.graph.user"}:
        may_read()
        return [(noun, r) for noun, r in objects(call.world, caller.tenant) if r["id"] in record[field]]
    may_write()
    return _change(call, caller, record[field], tail)


def _change(call: Call, caller: Caller, held: list[str], tail: str) -> Response:
    if call.method == "POST" and tail == "$ref":
        key = str(call.json().get("@odata.id", "")).rstrip("/").rpartition("/")[2]
        if not any(r["id"] == key for _, r in objects(call.world, caller.tenant)):
            raise GraphRefusal(
                404, "Request_ResourceNotFound", f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            )
        if key in held:
            raise GraphRefusal(400, "Request_BadRequest", "One or more added object references already exist for the following modified properties: 'members'.")
        held.append(key)
        call.world.touch()
        return Response(status_code=204)
    if call.method == "DELETE" and tail.endswith("/$ref"):
        key = tail.removesuffix("/$ref")
        if key not in held:
            raise GraphRefusal(
                404, "Request_ResourceNotFound", f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            )
        held.remove(key)
        call.world.touch()
        return Response(status_code=204)
    return JSONResponse({"error": {"code": "Request_BadRequest", "message": f"{call.method} is not allowed here."}}, status_code=405)
