"""What the types that open or bar access ask of a write, and what they add to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.azure import guards, rbac
from handoff.lab.azure.graph_links import objects
from handoff.lab.azure.refusals import ArmRefusal
from handoff.lab.azure.roles import BUILT_IN, OWNER
from handoff.lab.azure.world import stamp

if TYPE_CHECKING:
    from handoff.lab.azure.draft import Draft
    from handoff.lab.azure.world import Record

_KINDS = {"user": "User", "group": "Group", "servicePrincipal": "ServicePrincipal"}


def role_assignment(draft: Draft) -> None:
    """A known role for a principal that exists in the subscription's tenant, once per scope; conditions are refused because nothing here evaluates them."""
    draft.need("roleDefinitionId", "principalId")
    world, properties, scope = draft.world, draft.properties, draft.target.scope
    if rbac.definition(world, properties["roleDefinitionId"]) is None:
        raise ArmRefusal(
            400, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{properties['roleDefinitionId'].rpartition('/')[2]}' does not exist."
        )
    if properties.get("condition"):
        raise ArmRefusal(400, "InvalidCreateRoleAssignmentRequest", "The lab does not evaluate conditions of role assignments, so it does not take them.")
    tenant = rbac.tenant_of(world, scope) or draft.caller.tenant
    kind = next((_KINDS.get(noun) for noun, r in objects(world, tenant) if r["id"] == properties["principalId"]), None)
    if kind is None:
        raise ArmRefusal(
            400,
            "PrincipalNotFound",
            f"Principal {properties['principalId'].replace('-', '')} does not exist in the directory {tenant}. Check that you have the correct principal ID.",
        )
    if draft.old is not None:
        if (draft.old["properties"]["principalId"], _guid(draft.old)) != (properties["principalId"], _guid(draft.record)):
            raise ArmRefusal(400, "RoleAssignmentUpdateNotPermitted", "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
    else:
        for other in world.table("resources").values():
            same = other["type"].lower() == rbac.ASSIGNMENTS and other["_scope"].lower() == scope.lower()
            if same and (other["properties"]["principalId"], _guid(other)) == (properties["principalId"], _guid(draft.record)):
                raise ArmRefusal(
                    409,
                    "RoleAssignmentExists",
                    f"The role assignment already exists. The ID of the existing role assignment is {other['name'].replace('-', '')}.",
                )
    subscription = rbac.subscription_of(scope)
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    before = draft.old["properties"] if draft.old else {}
    properties.update(
        roleDefinitionId=f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{properties['roleDefinitionId'].rpartition('/')[2]}",
        principalType=kind,
        scope=scope,
        createdOn=before.get("createdOn") or stamp(),
        createdBy=before.get("createdBy") or draft.caller.object_id,
        updatedOn=stamp(),
        updatedBy=draft.caller.object_id,
    )


def _guid(record: Record) -> str:
    return str(record["properties"]["roleDefinitionId"]).rpartition("/")[2].lower()


def role_definition(draft: Draft) -> None:
    """A custom role; built-in ones do not change."""
    draft.need("roleName", "permissions", "assignableScopes")
    if draft.target.names[-1].lower() in BUILT_IN:
        raise ArmRefusal(403, "RoleDefinitionUpdateNotPermitted", "A built-in role cannot be changed.")
    for permission in draft.properties["permissions"]:
        for name in ("actions", "notActions", "dataActions", "notDataActions"):
            permission.setdefault(name, [])
    draft.properties.update(type="CustomRole", createdOn=stamp(), updatedOn=stamp(), createdBy=draft.caller.object_id, updatedBy=draft.caller.object_id)


def policy_assignment(draft: Draft) -> None:
    """A built-in definition that the lab knows, with its parameter."""
    draft.need("policyDefinitionId")
    guid = draft.properties["policyDefinitionId"].rpartition("/")[2].lower()
    known = guards.DEFINITIONS.get(guid)
    if known is None:
        raise ArmRefusal(
            404,
            "PolicyDefinitionNotFound",
            f"The policy definition '{draft.properties['policyDefinitionId']}' is not one the lab knows: {sorted(guards.DEFINITIONS)}.",
        )
    if known["parameter"] and "value" not in ((draft.properties.get("parameters") or {}).get(known["parameter"]) or {}):
        raise ArmRefusal(400, "MissingPolicyParameter", f"The policy assignment '{draft.target.names[-1]}' is missing the parameter '{known['parameter']}'.")
    draft.properties.update(scope=draft.target.scope, enforcementMode=draft.properties.get("enforcementMode") or "Default")


def lock(draft: Draft) -> None:
    """One of the two levels."""
    if draft.properties.get("level") not in {"CanNotDelete", "ReadOnly"}:
        raise ArmRefusal(400, "InvalidLock", "The lock level is 'CanNotDelete' or 'ReadOnly'.")


def registration_definition(draft: Draft) -> None:
    """Lighthouse: what another tenant's principals would be given; an assignment makes it work."""
    draft.need("managedByTenantId", "authorizations")
    world, properties = draft.world, draft.properties
    manager = world.table("tenants").get(properties["managedByTenantId"])
    managed = rbac.tenant_of(world, draft.target.scope)
    if manager is None or managed is None or manager["id"] == managed:
        raise ArmRefusal(
            400, "InvalidRegistrationDefinitionRequest", f"'{properties['managedByTenantId']}' is not another tenant that could manage this subscription."
        )
    for authorization in [*properties["authorizations"], *(properties.get("eligibleAuthorizations") or [])]:
        role = BUILT_IN.get(str(authorization.get("roleDefinitionId", "")).lower())
        # source: https://learn.microsoft.com/azure/lighthouse/concepts/tenants-users-roles (read 2026-11-22): built-in roles only, no Owner, no data actions
        if role is None or authorization["roleDefinitionId"].lower() == OWNER or any(p["dataActions"] for p in role["permissions"]):
            raise ArmRefusal(
                400,
                "InvalidRegistrationDefinitionRequest",
                f"The role '{authorization.get('roleDefinitionId')}' cannot be delegated: a built-in role other than Owner, without data actions, is needed.",
            )
        if not authorization.get("principalId"):
            raise ArmRefusal(400, "InvalidRegistrationDefinitionRequest", "Every authorization takes a principalId.")
    properties.update(
        managedByTenantName=manager["displayName"],
        manageeTenantId=managed,
        manageeTenantName=world.table("tenants")[managed]["displayName"],
        provisioningState="Succeeded",
    )
    for assignment in world.table("resources").values():
        if assignment["type"].lower() == rbac.DELEGATIONS and assignment["properties"]["registrationDefinitionId"].lower() == draft.target.key:
            assignment["_definition"] = properties


def registration_assignment(draft: Draft) -> None:
    """Lighthouse: the delegation itself, of the scope that it lies at."""
    draft.need("registrationDefinitionId")
    held = draft.world.table("resources").get(draft.properties["registrationDefinitionId"].lower())
    if held is None:
        raise ArmRefusal(404, "RegistrationDefinitionNotFound", f"The registration definition '{draft.properties['registrationDefinitionId']}' was not found.")
    draft.properties.pop("registrationDefinition", None)
    draft.properties["provisioningState"] = "Succeeded"
    draft.record["_definition"] = held["properties"]
