"""Who may do what at which scope: role assignments (direct and by group) and Lighthouse delegations, evaluated for every call.

source: https://learn.microsoft.com/azure/role-based-access-control/role-definitions (read 2026-11-22): a role grants its actions without
its notActions, and the roles of a caller add up.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from handoff.lab.azure.caller import principals_of
from handoff.lab.azure.roles import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.lab.azure.caller import Caller
    from handoff.lab.azure.world import Record, World

ASSIGNMENTS = "microsoft.authorization/roleassignments"
DEFINITIONS = "microsoft.authorization/roledefinitions"
DELEGATIONS = "microsoft.managedservices/registrationassignments"


def within(world: World, child: str, parent: str) -> bool:
    """True when the scope `child` is `parent` or lies below it; `/` and the tenant's root management group hold everything."""
    child, parent = child.lower().rstrip("/"), parent.lower().rstrip("/")
    if parent in ("", child) or child.startswith(f"{parent}/"):
        return True
    if parent.startswith("/providers/microsoft.management/managementgroups/"):
        return parent.rpartition("/")[2] == (tenant_of(world, child) or "").lower()
    return False


def subscription_of(scope: str) -> str | None:
    """The subscription id in a scope, or None."""
    found = re.match(r"^/subscriptions/([^/]+)", scope, re.IGNORECASE)
    return found.group(1).lower() if found else None


def tenant_of(world: World, scope: str) -> str | None:
    """The tenant of the scope's subscription, or None."""
    record = world.table("subscriptions").get(subscription_of(scope) or "")
    return None if record is None else str(record["tenantId"])


def definition(world: World, role_id: str) -> Record | None:
    """The properties of a role definition, by any form of its id."""
    guid = role_id.rstrip("/").rpartition("/")[2].lower()
    if guid in BUILT_IN:
        return BUILT_IN[guid]
    for record in world.table("resources").values():
        if record["type"].lower() == DEFINITIONS and record["name"].lower() == guid:
            properties: Record = record["properties"]
            return properties
    return None


def grants(world: World, caller: Caller, scope: str) -> Iterator[Record]:
    """Properties of every role definition that the caller holds at this scope, by assignment or delegation."""
    mine = principals_of(world, caller.object_id)
    if caller.tenant == tenant_of(world, scope) or subscription_of(scope) is None:
        for assignment in world.live_and_ghosts(ASSIGNMENTS):
            properties = assignment["properties"]
            if properties["principalId"] in mine and within(world, scope, properties["scope"]) and (role := definition(world, properties["roleDefinitionId"])):
                yield role
        return
    for delegation in delegations(world, caller.tenant, scope):
        for authorization in delegation.get("authorizations", []):
            if authorization["principalId"] in mine and (role := definition(world, authorization["roleDefinitionId"])):
                yield role


def delegations(world: World, tenant: str, scope: str) -> Iterator[Record]:
    """Properties of every registration definition by which this scope is delegated to the tenant."""
    for assignment in world.live_and_ghosts(DELEGATIONS):
        if within(world, scope, assignment["_scope"]):
            held: Record = assignment["_definition"]
            if held["managedByTenantId"] == tenant:
                yield held


def permits(world: World, caller: Caller, action: str, scope: str, *, data: bool = False) -> bool:
    """True when one of the caller's roles at this scope allows the action."""
    if caller.is_root:
        return True
    return any(_allows(role, action, data=data) for role in grants(world, caller, scope))


def _allows(role: Record, action: str, *, data: bool) -> bool:
    yes, no = ("dataActions", "notDataActions") if data else ("actions", "notActions")
    return any(_any(permission.get(yes) or [], action) and not _any(permission.get(no) or [], action) for permission in role["permissions"])


def _any(patterns: list[str], action: str) -> bool:
    return any(_pattern(pattern).fullmatch(action) for pattern in patterns)


@lru_cache(maxsize=2048)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in text.split("*")), re.IGNORECASE)
