"""Microsoft Graph: the directory objects of the caller's tenant."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, NoReturn

from starlette.responses import JSONResponse, Response

from handoff.lab.azure import graph_credentials, graph_links, odata
from handoff.lab.azure.call import page
from handoff.lab.azure.caller import Caller, TokenFault, identify, principals_of
from handoff.lab.azure.graph_types import COLLECTIONS, DIRECTORY_ROLES, GLOBAL_ADMINISTRATOR, Collection
from handoff.lab.azure.refusals import GraphRefusal
from handoff.lab.azure.world import public, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.lab.azure.call import Call
    from handoff.lab.azure.world import Record, World

AUDIENCES = ("https://graph.microsoft.com", "https://graph.microsoft.com/", "00000003-0000-0000-c000-000000000000")
_KEYED = re.compile(r"^(\w+)\(appId='([^']+)'\)$")


def answer(call: Call) -> Response:
    """The answer to one call below `/graph`."""
    try:
        caller = identify(call.world, call.bearer(), AUDIENCES)
    except TokenFault as error:
        raise GraphRefusal(401, "InvalidAuthenticationToken", str(error)) from error
    path = re.sub(r"^/(v1\.0|beta)/", "", call.path).strip("/")
    if path == call.path.strip("/"):
        raise GraphRefusal(400, "BadRequest", "Resource not found for the segment: the path starts with /v1.0/.")
    if path.startswith("conditionalAccess/"):
        path = f"identity/{path}"
    return _fixed(call, caller, path) or _dispatch(call, caller, path)


def _fixed(call: Call, caller: Caller, path: str) -> Response | None:
    if call.method == "GET" and path == "organization":
        check_read(call.world, caller)
        tenant = call.world.table("tenants")[caller.tenant]
        domains = [{"name": tenant["domain"], "isDefault": True, "isInitial": True, "type": "Managed", "capabilities": "Email"}]
        found = {"id": tenant["id"], "displayName": tenant["displayName"], "verifiedDomains": domains, "tenantType": "AAD", "technicalNotificationMails": []}
        return JSONResponse({"value": [found]})
    if call.method == "GET" and path == "domains":
        check_read(call.world, caller)
        return JSONResponse(
            {
                "value": [
                    {
                        "id": call.world.table("tenants")[caller.tenant]["domain"],
                        "isDefault": True,
                        "isInitial": True,
                        "isVerified": True,
                        "authenticationType": "Managed",
                    }
                ]
            }
        )
    if call.method == "GET" and path.startswith("roleManagement/directory/roleDefinitions"):
        check_read(call.world, caller)
        roles = [{"id": key, "templateId": key, "displayName": name, "isBuiltIn": True, "isEnabled": True} for key, name in DIRECTORY_ROLES.items()]
        wanted = path.rpartition("/")[2]
        if wanted != "roleDefinitions":
            return JSONResponse(next((role for role in roles if role["id"] == wanted), None) or _missing(wanted))
        return JSONResponse(page(call, _filtered(call, roles), link="@odata.nextLink"))
    if path == "directoryObjects/getByIds" and call.method == "POST":
        check_read(call.world, caller)
        wanted_ids = set(call.json().get("ids", []))
        return JSONResponse({"value": [shown(noun, r) for noun, r in graph_links.objects(call.world, caller.tenant) if r["id"] in wanted_ids]})
    if path.startswith("directoryObjects/") and call.method == "GET":
        check_read(call.world, caller)
        wanted = path.split("/")[1]
        return JSONResponse(next((shown(noun, r) for noun, r in graph_links.objects(call.world, caller.tenant) if r["id"] == wanted), None) or _missing(wanted))
    return None


def _dispatch(call: Call, caller: Caller, path: str) -> Response:
    for prefix, collection in COLLECTIONS.items():
        name = prefix.rpartition("/")[2]
        if path == prefix:
            return _collection(call, caller, collection)
        if path.startswith(f"{prefix}/"):
            key, _, rest = path.removeprefix(f"{prefix}/").partition("/")
            return _one(call, caller, collection, find(call.world, caller, collection, key), rest)
        if (keyed := _KEYED.match(path.partition("/")[0])) and keyed.group(1) == name:
            record = next((r for r in own(call.world, caller, collection) if r.get("appId") == keyed.group(2)), None)
            return _one(call, caller, collection, record or _missing(keyed.group(2)), path.partition("/")[2])
    raise GraphRefusal(400, "BadRequest", f"Resource not found for the segment '{path.partition('/')[0]}'.")


def own(world: World, caller: Caller, collection: Collection) -> list[Record]:
    """The records of a collection in the caller's tenant."""
    return [r for r in world.table(collection.table).values() if r["_tenant"] == caller.tenant]


def find(world: World, caller: Caller, collection: Collection, key: str) -> Record:
    """One record by id (a user by name too), or the 404 that Graph gives."""
    for record in own(world, caller, collection):
        if record["id"] == key or (collection.table == "users" and str(record.get("userPrincipalName", "")).lower() == key.lower()):
            return record
    _missing(key)


def _missing(key: str) -> NoReturn:
    raise GraphRefusal(404, "Request_ResourceNotFound", f"Resource '{key}' does not exist or one of its queried reference-property objects are not present.")


def roles_of(world: World, caller: Caller) -> frozenset[str]:
    """Template ids of the caller's directory roles."""
    mine = principals_of(world, caller.object_id)
    return frozenset(r["roleDefinitionId"] for r in world.table("directoryRoles").values() if r["_tenant"] == caller.tenant and r["principalId"] in mine)


def check_read(world: World, caller: Caller) -> None:
    """Any directory role may read; others are denied."""
    if not caller.is_root and not roles_of(world, caller):
        _deny()


def check_write(world: World, caller: Caller, collection: Collection, record: Record | None = None) -> None:
    """Global Administrator, the collection's own administrators, and an owner of the object may write."""
    if caller.is_root or roles_of(world, caller) & {GLOBAL_ADMINISTRATOR, *collection.writers}:
        return
    if record is not None and caller.object_id in record.get("_owners", []):
        return
    _deny()


def _deny() -> None:
    raise GraphRefusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def shown(noun: str, record: Record) -> Record:
    """A record as Graph shows it: nothing whose name starts with an underscore."""
    return {"@odata.type": f"#microsoft.graph.{noun}", **public(record)}


def _filtered(call: Call, items: Iterable[Record]) -> list[Record]:
    for option in call.query:
        if option.startswith("$") and option not in {"$filter", "$top", "$skiptoken", "$select", "$count", "$orderby"}:
            raise GraphRefusal(400, "Request_UnsupportedQuery", f"The lab does not support {option}.")
    kept = list(items)
    if "$filter" in call.query:
        try:
            test = odata.compiled(call.query["$filter"])
        except odata.UnsupportedFilter as error:
            raise GraphRefusal(400, "Request_UnsupportedQuery", str(error)) from error
        kept = [item for item in kept if test(item)]
    fields = {name.strip() for name in call.query.get("$select", "").split(",") if name.strip()}
    return [{k: v for k, v in item.items() if k in fields or k.startswith("@") or k == "id"} for item in kept] if fields else kept


def listed(call: Call, noun: str, records: Iterable[Record]) -> Response:
    """One page of records."""
    return JSONResponse(page(call, _filtered(call, [shown(noun, record) for record in records]), link="@odata.nextLink"))


def _collection(call: Call, caller: Caller, collection: Collection) -> Response:
    if call.method == "GET":
        check_read(call.world, caller)
        return listed(call, collection.noun, own(call.world, caller, collection))
    if call.method != "POST":
        raise GraphRefusal(405, "Request_BadRequest", f"{call.method} is not allowed on a collection.")
    check_write(call.world, caller, collection)
    body = call.json()
    missing = sorted(collection.required - set(body))
    if missing:
        raise GraphRefusal(400, "Request_BadRequest", f"A value is required for property '{missing[0]}' of resource '{collection.noun}'.")
    record = _fresh(call, caller, collection, body)
    call.world.table(collection.table)[record["id"]] = record
    call.world.touch()
    return JSONResponse(shown(collection.noun, record), status_code=201)


def _fresh(call: Call, caller: Caller, collection: Collection, body: Record) -> Record:
    fixed = body.pop("id", None) if caller.is_root else None
    fixed_app = body.pop("appId", None) if caller.is_root and collection.noun == "application" else None
    _check_properties(collection, body)
    record: Record = {"id": str(fixed or uuid.uuid4()), "_tenant": caller.tenant, "createdDateTime": stamp(), "deletedDateTime": None}
    credentials = {name: body.pop(name) for name in ("passwordCredentials", "keyCredentials") if name in body}
    record.update(body)
    record.pop("passwordProfile", None)
    if collection.noun in {"application", "servicePrincipal"}:
        record.update(passwordCredentials=[], keyCredentials=[], _federated=[], _owners=[] if caller.is_root else [caller.object_id])
        if credentials.get("passwordCredentials"):
            raise GraphRefusal(400, "Request_BadRequest", "Password credentials are added with addPassword.")
        graph_credentials.set_keys(record, credentials.get("keyCredentials") or [])
    if collection.noun == "application":
        record = {
            "appId": str(fixed_app or uuid.uuid4()),
            "signInAudience": "AzureADMyOrg",
            "identifierUris": [],
            "publisherDomain": _domain(call, caller),
            **record,
        }
    elif collection.noun == "servicePrincipal":
        record = {"accountEnabled": True, **record, **graph_links.principal_of_application(call.world, caller, body)}
    elif collection.noun == "group":
        members, owners = graph_links.bound(body, "members@odata.bind"), graph_links.bound(body, "owners@odata.bind")
        record = {**{k: v for k, v in record.items() if "@odata.bind" not in k}, "_members": members, "_owners": owners}
    elif collection.noun == "user":
        graph_links.check_user_name(call.world, caller, record)
        record = {"userType": "Member", "_owners": [], **record}
    elif collection.noun == "unifiedRoleAssignment":
        graph_links.check_role_assignment(call.world, caller, record)
        record = {k: v for k, v in record.items() if k not in {"createdDateTime", "deletedDateTime"}}
    return record


def _domain(call: Call, caller: Caller) -> str:
    return str(call.world.table("tenants")[caller.tenant]["domain"])


def _check_properties(collection: Collection, body: Record) -> None:
    for name in body:
        if (
            name not in collection.writable
            and not (collection.noun == "group" and name in {"members@odata.bind", "owners@odata.bind"})
            and name != "@odata.type"
        ):
            raise GraphRefusal(400, "Request_BadRequest", f"Invalid property '{name}'.")


def _one(call: Call, caller: Caller, collection: Collection, record: Record, rest: str) -> Response:
    if rest:
        return _below(call, caller, collection, record, rest)
    if call.method == "GET":
        if caller.object_id != record["id"]:
            check_read(call.world, caller)
        fields = {"id", *call.query.get("$select", "").split(",")} if call.query.get("$select") else None
        return JSONResponse({k: v for k, v in shown(collection.noun, record).items() if fields is None or k in fields or k.startswith("@")})
    check_write(call.world, caller, collection, record)
    if call.method == "PATCH" and collection.noun != "unifiedRoleAssignment":
        body = call.json()
        _check_properties(collection, body)
        if "passwordCredentials" in body:
            raise GraphRefusal(400, "Request_BadRequest", "Password credentials are changed with addPassword and removePassword.")
        if "keyCredentials" in body:
            graph_credentials.set_keys(record, body.pop("keyCredentials"))
        body.pop("passwordProfile", None)
        record.update(body)
        call.world.touch()
        return Response(status_code=204)
    if call.method == "DELETE":
        graph_links.remove(call.world, caller, collection, record)
        return Response(status_code=204)
    raise GraphRefusal(405, "Request_BadRequest", f"{call.method} is not allowed here.")


def _below(call: Call, caller: Caller, collection: Collection, record: Record, rest: str) -> Response:
    if collection.noun in {"application", "servicePrincipal"}:
        done = graph_credentials.answer(call, record, rest, lambda: check_write(call.world, caller, collection, record), lambda: check_read(call.world, caller))
        if done is not None:
            return done
    linked = graph_links.answer(call, caller, record, rest, lambda: check_write(call.world, caller, collection, record), lambda: check_read(call.world, caller))
    if isinstance(linked, Response):
        return linked
    if linked is not None:
        return JSONResponse(page(call, _filtered(call, [shown(noun, r) for noun, r in linked]), link="@odata.nextLink"))
    raise GraphRefusal(400, "BadRequest", f"Resource not found for the segment '{rest.partition('/')[0]}'.")
