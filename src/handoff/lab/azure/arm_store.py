"""Writes, deletions and actions on ARM resources."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from handoff.lab.azure import arm_views, guards, identity_rules, rbac, vault, vault_keys
from handoff.lab.azure.arm_ids import GROUP_TYPE, Target
from handoff.lab.azure.arm_rules import RULES
from handoff.lab.azure.arm_types import LOCATIONS, TOP_FIELDS, TYPES, KnownType, location_name
from handoff.lab.azure.draft import Draft
from handoff.lab.azure.refusals import ArmRefusal
from handoff.lab.azure.resource_rules import describe_container, fresh_key
from handoff.lab.azure.world import public, stamp

if TYPE_CHECKING:
    from handoff.lab.azure.backend import Backend
    from handoff.lab.azure.call import Call
    from handoff.lab.azure.caller import Caller
    from handoff.lab.azure.world import Record, World

ACCOUNT = "microsoft.storage/storageaccounts"
SERVICE = "microsoft.storage/storageaccounts/blobservices"
CONTAINER = "microsoft.storage/storageaccounts/blobservices/containers"
VAULT_KEY = "microsoft.keyvault/vaults/keys"
VAULT_SECRET = "microsoft.keyvault/vaults/secrets"


async def written(call: Call, caller: Caller, target: Target, backend: Backend) -> Response:
    """PUT or PATCH: checked whole before anything is kept."""
    known = TYPES[target.type.lower()]
    body = call.json()
    old = call.world.table("resources").get(target.key)
    _check_place(call.world, target, known)
    if call.method == "PATCH":
        if old is None:
            raise arm_views.missing(call.world, target)
        body = _merged(public({k: v for k, v in old.items() if k not in {"id", "name", "type"}}), body)
    _check_shape(target, known, body, old)
    guards.check_locks(call.world, target, is_delete=False)
    body.setdefault("properties", {})
    guards.check_policies(call.world, target, body)
    record = _record(target, known, body, old, rbac.tenant_of(call.world, target.id))
    rule = RULES.get(target.type.lower())
    if rule:
        rule(Draft(world=call.world, caller=caller, target=target, record=record, old=old))
    if target.type.lower() == VAULT_KEY:
        vault_keys.written_by_arm(call.world, target.names[0], target.names[-1], record)
    if target.type.lower() == VAULT_SECRET:
        vault.written_by_arm(call.world, target.names[0], target.names[-1], record)
    if target.type.lower() == CONTAINER:
        await backend.ensure(target.names[0], target.names[-1])
    call.world.table("resources")[target.key] = record
    call.world.touch()
    return JSONResponse(public(record), status_code=known.created if old is None else 200)


def _check_place(world: World, target: Target, known: KnownType) -> None:
    if not known.may_write:
        raise ArmRefusal(405, "MethodNotAllowed", f"The lab does not take writes of '{target.type}'.")
    group = arm_views.group_of(target.scope)
    if group and group.lower() not in world.table("resources"):
        raise ArmRefusal(404, "ResourceGroupNotFound", f"Resource group '{group.rpartition('/')[2]}' could not be found.")
    if known.where == "group" and (group is None or group.lower() != target.scope.lower()):
        raise ArmRefusal(404, "NotFound", f"'{target.type}' lies in a resource group.")
    if (
        target.parent_id
        and target.parent_id.lower() not in world.table("resources")
        and not (
            target.type.lower() == CONTAINER
            and target.parent_id.lower().endswith("/blobservices/default")
            and target.parent_id.rsplit("/", 2)[0].lower() in world.table("resources")
        )
    ):
        raise ArmRefusal(
            404,
            "ParentResourceNotFound",
            f"Failed to perform 'write' on resource(s) of type '{target.type}', because the parent resource '{target.parent_id}' could not be found.",
        )
    if (
        known.where == "scope"
        and "/providers/" in target.scope.lower()
        and target.scope.lower() not in world.table("resources")
        and not target.scope.lower().startswith("/providers/microsoft.management/")
    ):
        raise ArmRefusal(404, "ResourceNotFound", f"The Resource '{target.scope}' was not found.")


def _check_shape(target: Target, known: KnownType, body: Record, old: Record | None) -> None:
    if not isinstance(body.get("properties", {}), dict):
        raise ArmRefusal(400, "InvalidRequestContent", "The request content was invalid: 'properties' is to be an object.")
    unknown = sorted(set(body) - TOP_FIELDS) + sorted(f"properties.{name}" for name in set(body.get("properties") or {}) - known.properties)
    if unknown:
        raise ArmRefusal(
            400, "InvalidRequestContent", f"The request content was invalid: '{target.type}' has no member {', '.join(repr(name) for name in unknown)}."
        )
    if not known.has_location:
        return
    location = body.get("location")
    if not location:
        raise ArmRefusal(400, "LocationRequired", "The location property is required for this definition.")
    if location_name(location) not in LOCATIONS:
        raise ArmRefusal(400, "LocationNotAvailableForResourceType", f"The provided location '{location}' is not available for resource type '{target.type}'.")
    if old is not None and location_name(location) != old["location"]:
        code = "InvalidResourceGroupLocation" if target.type.lower() == GROUP_TYPE.lower() else "InvalidResourceLocation"
        raise ArmRefusal(
            409, code, f"The resource '{target.names[-1]}' already exists in location '{old['location']}' and cannot be created in location '{location}'."
        )


def _merged(old: Record, new: Record) -> Record:
    found = dict(old)
    for name, value in new.items():
        found[name] = _merged(found[name], value) if isinstance(value, dict) and isinstance(found.get(name), dict) and name != "tags" else value
    return found


def _record(target: Target, known: KnownType, body: Record, old: Record | None, tenant: str | None) -> Record:
    record: Record = {"id": old["id"] if old else target.id, "name": target.names[-1], "type": known.type}
    if known.has_location:
        record.update(location=location_name(body["location"]), tags=body.get("tags") or {})
    else:
        record.update({"location": location_name(body["location"])} if body.get("location") else {}, **({"tags": body["tags"]} if body.get("tags") else {}))
    for name in ("sku", "kind", "plan", "zones", "extendedLocation", "managedBy"):
        if body.get(name) is not None:
            record[name] = body[name]
    if body.get("identity"):
        kept = (old or {}).get("identity") or {}
        record["identity"] = {**body["identity"]}
        if "SystemAssigned" in str(body["identity"].get("type")):
            record["identity"].update(principalId=kept.get("principalId") or str(uuid.uuid4()), tenantId=tenant)
    record.update(properties=dict(body["properties"] or {}), _scope=target.scope, _created=(old or {}).get("_created") or stamp())
    return record


async def deleted(call: Call, target: Target, backend: Backend) -> Response:
    """DELETE: 204 when it is not there; a resource group takes everything in it along."""
    known, world = TYPES[target.type.lower()], call.world
    if not known.may_delete:
        raise ArmRefusal(405, "MethodNotAllowed", f"'{target.type}' is not deleted through ARM.")
    record = world.table("resources").get(target.key)
    if record is None:
        if target.type.lower() == GROUP_TYPE.lower():
            raise arm_views.missing(world, target)
        return Response(status_code=204)
    guards.check_locks(world, target, is_delete=True)
    if target.type.lower() == "microsoft.managedservices/registrationdefinitions":
        _check_unassigned(world, target)
    shown = public(record)
    for key in [k for k in world.table("resources") if rbac.within(world, k, target.id)]:
        await _remove(world, key, backend)
    world.touch()
    return JSONResponse(shown, status_code=200) if target.type.lower() in {rbac.ASSIGNMENTS, rbac.DEFINITIONS, guards.POLICIES} else Response(status_code=200)


def _check_unassigned(world: World, target: Target) -> None:
    for other in world.table("resources").values():
        if other["type"].lower() == rbac.DELEGATIONS and other["properties"]["registrationDefinitionId"].lower() == target.key:
            raise ArmRefusal(409, "RegistrationDefinitionInUse", f"The registration definition is assigned by '{other['id']}'. Delete the assignment first.")


async def _remove(world: World, key: str, backend: Backend) -> None:
    record = world.table("resources").pop(key)
    kind = record["type"].lower()
    if kind == rbac.ASSIGNMENTS:
        world.linger("azure.role_assignment", record)
    elif kind == rbac.DELEGATIONS:
        world.linger("azure.lighthouse_delegation", record)
    elif kind == identity_rules.IDENTITIES:
        identity_rules.gone(world, record)
    elif kind == ACCOUNT:
        world.table("storageKeys").pop(record["name"], None)
    elif kind == CONTAINER:
        await backend.drop(key.split("/storageaccounts/")[1].split("/")[0], record["name"])
    elif kind == "microsoft.keyvault/vaults":
        for table in ("secrets", "keys"):
            for name in [n for n in world.table(table) if n.startswith(f"{record['name'].lower()}/")]:
                del world.table(table)[name]


def container_made(world: World, account: Record, name: str) -> None:
    """A container made on the data plane becomes visible to ARM."""
    container_id = f"{account['id']}/blobServices/default/containers/{name}"
    if container_id.lower() not in world.table("resources"):
        record: Record = {
            "id": container_id,
            "name": name,
            "type": TYPES[CONTAINER].type,
            "properties": {},
            "_scope": container_id.split("/providers/")[0],
            "_created": stamp(),
        }
        describe_container(record["properties"])
        world.table("resources")[container_id.lower()] = record
        world.touch()


def container_gone(world: World, account: Record, name: str) -> None:
    """A container removed on the data plane goes from ARM too, with what hung on it."""
    container_id = f"{account['id']}/blobServices/default/containers/{name}".lower()
    for key in [k for k in world.table("resources") if rbac.within(world, k, container_id)]:
        del world.table("resources")[key]
    world.touch()


def acted(call: Call, target: Target) -> Response:
    """POST: the actions of storage accounts."""
    known, world = TYPES[target.type.lower()], call.world
    action = target.action.lower()
    if action not in known.actions:
        raise ArmRefusal(404, "InvalidResourceType", f"The lab knows no action '{target.action}' of '{target.type}'.")
    if target.key not in world.table("resources"):
        raise arm_views.missing(world, target)
    guards.check_locks(world, target, is_delete=False)  # a ReadOnly lock stops every POST, listKeys too
    held = world.table("storageKeys")[target.names[-1]]
    if action == "regeneratekey":
        name = call.json().get("keyName")
        if name not in {key["keyName"] for key in held["keys"]}:
            raise ArmRefusal(400, "InvalidValuesForRequestParameters", f"The key name '{name}' is not one of key1, key2.")
        held["keys"] = [{"keyName": name, "value": fresh_key(), "creationTime": stamp()} if key["keyName"] == name else key for key in held["keys"]]
        world.table("resources")[target.key]["properties"]["keyCreationTime"] = {key["keyName"]: key["creationTime"] for key in held["keys"]}
        world.touch()
    if action == "revokeuserdelegationkeys":
        held["_epoch"] = secrets.token_hex(16)
        world.touch()
        return Response(status_code=200)
    if action == "listaccountsas":
        raise ArmRefusal(501, "NotImplemented", "The lab does not make SAS tokens; sign one with an account key.")
    return JSONResponse({"keys": [{**key, "permissions": "FULL"} for key in held["keys"]]})
