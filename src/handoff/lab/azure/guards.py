"""What stops a write or delete that the caller's roles would allow: locks and policy assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.azure import rbac
from handoff.lab.azure.arm_ids import GROUP_TYPE
from handoff.lab.azure.arm_types import location_name
from handoff.lab.azure.refusals import ArmRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.lab.azure.arm_ids import Target
    from handoff.lab.azure.world import Record, World

LOCKS = "microsoft.authorization/locks"
POLICIES = "microsoft.authorization/policyassignments"
ALLOWED_LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c"
ALLOWED_GROUP_LOCATIONS = "e765b5de-1225-4ba3-bd56-1ac6695af988"
ALLOWED_TENANTS = "7a8a51a3-ad87-4def-96f3-65a1839242b6"
NIST_R5 = "179d1daa-458f-4e47-8086-2a68d0d6c38f"
HIPAA = "a169a624-5599-4385-a696-c8d643089fab"

DEFINITIONS: Mapping[str, Record] = {
    ALLOWED_LOCATIONS: {"displayName": "Allowed locations", "mode": "Indexed", "parameter": "listOfAllowedLocations"},
    ALLOWED_GROUP_LOCATIONS: {"displayName": "Allowed locations for resource groups", "mode": "All", "parameter": "listOfAllowedLocations"},
    ALLOWED_TENANTS: {"displayName": "Allow managing tenant ids to onboard through Azure Lighthouse", "mode": "All", "parameter": "listOfAllowedTenants"},
    NIST_R5: {"displayName": "NIST SP 800-53 Rev. 5", "mode": "Set", "parameter": None},
    HIPAA: {"displayName": "HITRUST/HIPAA", "mode": "Set", "parameter": None},
}
"""Built-in definitions that may be assigned here; all but the two sets (audit only) are enforced.

source: https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies (read 2026-11-22)
"""


def check_locks(world: World, target: Target, *, is_delete: bool) -> None:
    """A lock at or above the target (for a resource group's deletion also below it) stops it; locks themselves can always be removed."""
    if target.type.lower() == LOCKS:
        return
    for lock in world.table("resources").values():
        if lock["type"].lower() != LOCKS:
            continue
        level = lock["properties"]["level"]
        bites = level == "ReadOnly" or (is_delete and level == "CanNotDelete")
        reached = rbac.within(world, target.id, lock["_scope"]) or (is_delete and rbac.within(world, lock["_scope"], target.id))
        if bites and reached:
            verb = "delete" if is_delete else "write"
            raise ArmRefusal(
                409,
                "ScopeLocked",
                f"The scope '{target.id}' cannot perform {verb} operation because following scope(s) are locked: '{lock['_scope']}'. Please remove the lock and try again.",
            )


def check_policies(world: World, target: Target, body: Record) -> None:
    """Every policy assignment at or above the target, in Default enforcement, outside of its notScopes."""
    for assignment in world.table("resources").values():
        if assignment["type"].lower() != POLICIES or assignment["properties"].get("enforcementMode", "Default") != "Default":
            continue
        excluded = assignment["properties"].get("notScopes") or []
        if rbac.within(world, target.id, assignment["_scope"]) and not any(rbac.within(world, target.id, scope) for scope in excluded):
            _check_one(assignment, target, body)


def _check_one(assignment: Record, target: Target, body: Record) -> None:
    properties = assignment["properties"]
    guid = properties["policyDefinitionId"].rpartition("/")[2].lower()
    parameters = properties.get("parameters") or {}
    parameter = DEFINITIONS[guid]["parameter"]
    allowed = {str(value) for value in (parameters.get(parameter) or {}).get("value", [])} if parameter else set()
    is_group = target.type.lower() == GROUP_TYPE.lower()
    location = location_name(str(body.get("location") or ""))
    places = {location_name(value) for value in allowed}
    broken = (
        (guid == ALLOWED_LOCATIONS and bool(location) and not is_group and location != "global" and location not in places)
        or (guid == ALLOWED_GROUP_LOCATIONS and is_group and location not in places)
        or (
            guid == ALLOWED_TENANTS
            and target.type.lower() == "microsoft.managedservices/registrationdefinitions"
            and str(body["properties"].get("managedByTenantId", "")) not in allowed
        )
    )
    if broken:
        name = properties.get("displayName") or DEFINITIONS[guid]["displayName"]
        raise ArmRefusal(
            403,
            "RequestDisallowedByPolicy",
            f'Resource \'{target.names[-1]}\' was disallowed by policy. Policy identifiers: \'[{{"policyAssignment":{{"name":"{name}","id":"{assignment["id"]}"}},'
            f'"policyDefinition":{{"name":"{DEFINITIONS[guid]["displayName"]}","id":"{properties["policyDefinitionId"]}"}}}}]\'.',
        )
