"""What ARM shows: single resources, listings with their filters, and the fixed pages (subscriptions, permissions, activity log)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from handoff.lab.azure import activity, guards, odata, rbac
from handoff.lab.azure.arm_ids import GROUP_TYPE
from handoff.lab.azure.arm_types import TYPES
from handoff.lab.azure.call import page
from handoff.lab.azure.caller import principals_of
from handoff.lab.azure.refusals import ArmRefusal
from handoff.lab.azure.roles import BUILT_IN
from handoff.lab.azure.world import public

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handoff.lab.azure.arm_ids import Target
    from handoff.lab.azure.call import Call
    from handoff.lab.azure.caller import Caller
    from handoff.lab.azure.world import Record, World

_EVENTS = re.compile(r"^/subscriptions/([^/]+)/providers/microsoft\.insights/eventtypes/management/values$", re.IGNORECASE)
_RESOURCES = re.compile(r"^(/subscriptions/[^/]+(?:/resourcegroups/[^/]+)?)/resources$", re.IGNORECASE)
_PERMISSIONS = re.compile(r"^(.*)/providers/microsoft\.authorization/permissions$", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)$", re.IGNORECASE)
_REGISTRATION = re.compile(r"^/subscriptions/[^/]+/providers(?:/([\w.]+)(?:/register)?)?$", re.IGNORECASE)
_POLICY_DEFINITION = re.compile(r"^(?:/subscriptions/[^/]+)?/providers/microsoft\.authorization/policy(?:set)?definitions/([^/]+)$", re.IGNORECASE)
DOWNWARDS = frozenset({rbac.ASSIGNMENTS, guards.LOCKS, guards.POLICIES, rbac.DEFINITIONS})
"""Types whose listing at a scope shows what lies above and below it too."""


def fixed(call: Call, caller: Caller) -> Response | None:
    """The answer to a path that is no resource, or None."""
    world, path = call.world, call.path.rstrip("/")
    if call.method == "POST" and (found := _REGISTRATION.match(path)) and found.group(1) and path.lower().endswith("/register"):
        _need(call, caller, f"{found.group(1)}/register/action", path.lower().split("/providers")[0])
        return JSONResponse({"namespace": found.group(1), "registrationState": "Registered"})
    if call.method != "GET":
        return None
    if path.lower() == "/subscriptions":
        shown = [
            _subscription(world, key)
            for key in world.table("subscriptions")
            if rbac.permits(world, caller, "Microsoft.Resources/subscriptions/read", f"/subscriptions/{key}")
        ]
        return JSONResponse(page(call, shown, link="nextLink"))
    if path.lower() == "/tenants":
        tenant = world.table("tenants")[caller.tenant]
        return JSONResponse(
            {"value": [{"id": f"/tenants/{tenant['id']}", "tenantId": tenant["id"], "displayName": tenant["displayName"], "defaultDomain": tenant["domain"]}]}
        )
    if found := _POLICY_DEFINITION.match(path):
        return JSONResponse(_policy_definition(found.group(1)))
    scope = next((m.group(1) for pattern in (_RESOURCES, _PERMISSIONS) if (m := pattern.match(path))), None)
    if scope is None and any(pattern.match(path) for pattern in (_EVENTS, _SUBSCRIPTION, _REGISTRATION)):
        scope = "/".join(path.split("/")[:3])
    if scope is None:
        return None
    _known_subscription(world, caller, scope)
    return _scoped(call, caller, path, scope)


def _scoped(call: Call, caller: Caller, path: str, scope: str) -> Response:
    world = call.world
    if found := _EVENTS.match(path):
        _need(call, caller, "Microsoft.Insights/eventtypes/values/read", scope)
        return JSONResponse(page(call, activity.listed(world, found.group(1), call.query.get("$filter", "")), link="nextLink"))
    if _PERMISSIONS.match(path):
        held = [permission for role in rbac.grants(world, caller, scope) for permission in role["permissions"]]
        return JSONResponse(page(call, held, link="nextLink"))
    if found := _SUBSCRIPTION.match(path):
        _need(call, caller, "Microsoft.Resources/subscriptions/read", scope)
        return JSONResponse(_subscription(world, found.group(1).lower()))
    if found := _REGISTRATION.match(path):
        _need(call, caller, "Microsoft.Resources/subscriptions/providers/read", scope)
        spaces = sorted({known.type.partition("/")[0] for known in TYPES.values()})
        if found.group(1):
            return JSONResponse({"id": path, "namespace": found.group(1), "registrationState": "Registered", "resourceTypes": []})
        return JSONResponse(
            page(
                call,
                [{"id": f"{scope}/providers/{name}", "namespace": name, "registrationState": "Registered", "resourceTypes": []} for name in spaces],
                link="nextLink",
            )
        )
    _need(call, caller, "Microsoft.Resources/subscriptions/resources/read", scope)
    tracked = [
        r for r in world.table("resources").values() if TYPES[r["type"].lower()].has_location and r["type"] != GROUP_TYPE and rbac.within(world, r["id"], scope)
    ]
    fields = ("id", "name", "type", "location", "tags", "sku", "kind", "identity")
    return JSONResponse(page(call, _filtered(call, [{k: r[k] for k in fields if k in r} for r in tracked]), link="nextLink"))


def _known_subscription(world: World, caller: Caller, scope: str) -> None:
    subscription = rbac.subscription_of(scope)
    if subscription is not None and rbac.tenant_of(world, scope) is None:
        raise ArmRefusal(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def _need(call: Call, caller: Caller, action: str, scope: str) -> None:
    if not rbac.permits(call.world, caller, action, scope):
        raise ArmRefusal(
            403,
            "AuthorizationFailed",
            f"The client '{caller.app_id}' with object id '{caller.object_id}' does not have authorization to perform action '{action}' over scope '{scope}' or the scope is invalid. "
            "If access was recently granted, please refresh your credentials.",
        )


def _subscription(world: World, key: str) -> Record:
    record = world.table("subscriptions")[key]
    managers = sorted(
        {
            r["_definition"]["managedByTenantId"]
            for r in world.table("resources").values()
            if r["type"].lower() == rbac.DELEGATIONS and rbac.subscription_of(r["_scope"]) == key
        }
    )
    return {
        "id": f"/subscriptions/{key}",
        "subscriptionId": key,
        "tenantId": record["tenantId"],
        "displayName": record["displayName"],
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "managedByTenants": [{"tenantId": tenant} for tenant in managers],
    }


def _policy_definition(name: str) -> Record:
    known = guards.DEFINITIONS.get(name.lower())
    if known is None:
        raise ArmRefusal(404, "PolicyDefinitionNotFound", f"The policy definition '{name}' could not be found.")
    kind = "policySetDefinitions" if known["mode"] == "Set" else "policyDefinitions"
    return {
        "id": f"/providers/Microsoft.Authorization/{kind}/{name.lower()}",
        "type": f"Microsoft.Authorization/{kind}",
        "name": name.lower(),
        "properties": {"displayName": known["displayName"], "policyType": "BuiltIn"},
    }


def one(call: Call, target: Target) -> Record:
    """One resource as ARM shows it, or 404 with the code that says what is missing."""
    builtin = BUILT_IN.get(target.names[-1].lower()) if target.type.lower() == rbac.DEFINITIONS else None
    if builtin is not None:
        return _builtin(target.scope, target.names[-1].lower(), builtin)
    record = call.world.table("resources").get(target.key)
    if record is None or _deleted_in_vault(call.world, target):
        raise missing(call.world, target)
    found: Record = public(record)
    if target.type.lower() == rbac.DELEGATIONS and call.query.get("$expandRegistrationDefinition", "").lower() == "true":
        found["properties"]["registrationDefinition"] = _expanded(call.world, record)
    return found


def _deleted_in_vault(world: World, target: Target) -> bool:
    """Keys and secrets are deleted with the vault's own API; ARM then shows them no longer."""
    space, _, kind = target.type.lower().rpartition("/")
    if space != "microsoft.keyvault/vaults":
        return False
    held = world.table(kind).get(f"{target.names[0].lower()}/{target.names[-1].lower()}")
    return held is None or bool(held["deleted"])


def _expanded(world: World, record: Record) -> Record:
    held = world.table("resources").get(record["properties"]["registrationDefinitionId"].lower())
    return public({k: v for k, v in held.items() if k in {"id", "name", "type", "plan", "properties"}}) if held else {}


def missing(world: World, target: Target) -> ArmRefusal:
    """The 404 for a target that is not there."""
    group = group_of(target.id)
    if group and group.lower() not in world.table("resources"):
        return ArmRefusal(404, "ResourceGroupNotFound", f"Resource group '{group.rpartition('/')[2]}' could not be found.")
    if target.type.lower() == rbac.ASSIGNMENTS:
        return ArmRefusal(404, "RoleAssignmentNotFound", f"The role assignment '{target.names[-1]}' is not found.")
    if target.type.lower() == rbac.DEFINITIONS:
        return ArmRefusal(404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{target.names[-1]}' does not exist.")
    if target.type.lower().endswith("/containers"):
        return ArmRefusal(404, "ContainerNotFound", "The specified container does not exist.")
    return ArmRefusal(
        404,
        "ResourceNotFound",
        f"The Resource '{target.type}/{'/'.join(target.names)}' under resource group '{(group or '<null>').rpartition('/')[2]}' was not found.",
    )


def group_of(scope: str) -> str | None:
    """The id of the resource group in a scope, or None."""
    found = re.match(r"^/subscriptions/[^/]+/resourcegroups/[^/]+", scope, re.IGNORECASE)
    return found.group(0) if found else None


def _builtin(scope: str, guid: str, properties: Record) -> Record:
    subscription = rbac.subscription_of(scope)
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    return {
        "id": f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": guid,
        "properties": {
            **properties,
            "createdOn": "2015-02-02T21:55:09.8806423Z",
            "updatedOn": "2023-11-07T15:00:00.0000000Z",
            "createdBy": None,
            "updatedBy": None,
        },
    }


def listed(call: Call, caller: Caller, target: Target) -> list[Record]:
    """Every resource of a type that a listing at this scope shows."""
    world, kind = call.world, target.type.lower()
    if target.parent_id and target.parent_id.lower() not in world.table("resources") and not target.parent_id.lower().endswith("/blobservices/default"):
        raise ArmRefusal(404, "ParentResourceNotFound", f"The parent resource '{target.parent_id}' could not be found.")
    group = group_of(target.id)
    if group and group.lower() not in world.table("resources"):
        raise ArmRefusal(404, "ResourceGroupNotFound", f"Resource group '{group.rpartition('/')[2]}' could not be found.")
    records = [r for r in world.table("resources").values() if r["type"].lower() == kind]
    if kind in DOWNWARDS:
        found = _around(call, caller, target, records)
    elif TYPES[kind].where == "scope":
        found = [r for r in records if r["_scope"].lower() == target.scope.lower()]
    else:
        found = [r for r in records if rbac.within(world, r["id"], target.id)]
    shown = [public(r) for r in sorted(found, key=lambda r: str(r["id"]).lower())]
    if kind == rbac.DELEGATIONS and call.query.get("$expandRegistrationDefinition", "").lower() == "true":
        for item in shown:
            item["properties"]["registrationDefinition"] = _expanded(world, item)
    if kind == rbac.DEFINITIONS:
        shown += [_builtin(target.scope, guid, properties) for guid, properties in BUILT_IN.items()]
    return shown if kind == rbac.ASSIGNMENTS else _filtered(call, shown)


def _around(call: Call, caller: Caller, target: Target, records: list[Record]) -> list[Record]:
    """At, above and below the scope; `atScope()` leaves out what is below, `principalId eq` and `assignedTo()` keep one principal's."""
    world, text = call.world, call.query.get("$filter", "") if target.type.lower() == rbac.ASSIGNMENTS else ""
    scoped = [r for r in records if rbac.within(world, target.scope, r["_scope"]) or rbac.within(world, r["_scope"], target.scope)]
    for clause in [c.strip() for c in re.split(r"\s+and\s+", text) if c.strip()]:
        if clause.lower() == "atscope()":
            scoped = [r for r in scoped if rbac.within(world, target.scope, r["_scope"])]
        elif found := re.fullmatch(r"principalId\s+eq\s+'?([\w-]+)'?", clause, re.IGNORECASE):
            scoped = [r for r in scoped if r["properties"]["principalId"] == found.group(1)]
        elif found := re.fullmatch(r"assignedTo\('([\w-]+)'\)", clause, re.IGNORECASE):
            held = principals_of(world, found.group(1))
            scoped = [r for r in scoped if r["properties"]["principalId"] in held]
        else:
            raise ArmRefusal(
                400, "BadRequestFormat", f"The filter '{text}' is not supported. Supported filters are 'atScope()', 'principalId eq' and 'assignedTo()'."
            )
    return scoped


def _filtered(call: Call, items: Iterable[Record]) -> list[Record]:
    text = re.sub(r"(?i)\s*(and\s+)?atScope(AndBelow)?\(\)\s*(and)?\s*", "", call.query.get("$filter", ""))
    if not text:
        return list(items)
    try:
        test = odata.compiled(text)
    except odata.UnsupportedFilter as error:
        raise ArmRefusal(400, "BadRequestFormat", str(error)) from error
    # Filters name properties without their prefix: `roleName eq 'Reader'`.
    return [item for item in items if test({**item, **(item.get("properties") or {})})]
