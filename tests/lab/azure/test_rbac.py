from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pytest

from handoff.lab import identities
from handoff.lab.azure import roles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx
    from conftest import Azure, Refused

SUBSCRIPTION = f"/subscriptions/{identities.SUBSCRIPTION}"


def _settled(attempt: Callable[[], httpx.Response], *statuses: int, within_s: float = 20) -> float:
    """Seconds until the call answers with one of these statuses."""
    started = time.monotonic()
    while attempt().status_code not in statuses:
        assert time.monotonic() - started < within_s, attempt().text
        time.sleep(0.1)
    return time.monotonic() - started


def test_a_role_works_at_its_scope_and_below_and_nowhere_else(azure: Azure, refused: Refused) -> None:
    principal, mine, other = azure.principal(), azure.group(), azure.group()
    assert refused(azure.arm("GET", mine, who=principal)) == (403, "AuthorizationFailed")
    azure.assign(principal, roles.READER, mine)
    assert azure.arm("GET", mine, who=principal).status_code == 200
    assert azure.arm("GET", f"{mine}/providers/Microsoft.Storage/storageAccounts", who=principal).status_code == 200
    assert refused(azure.arm("GET", other, who=principal)) == (403, "AuthorizationFailed")
    assert refused(azure.arm("PUT", mine, {"location": "westeurope"}, who=principal)) == (403, "AuthorizationFailed")


def test_contributor_writes_but_its_not_actions_keep_it_from_granting(azure: Azure, refused: Refused) -> None:
    principal, group = azure.principal(), azure.group()
    azure.assign(principal, roles.CONTRIBUTOR, group)
    network = {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    assert azure.arm("PUT", f"{group}/providers/Microsoft.Network/virtualNetworks/v", network, who=principal).status_code == 201
    grant = {"properties": {"roleDefinitionId": roles.READER, "principalId": principal.object_id}}
    path = f"{group}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    assert refused(azure.arm("PUT", path, grant, who=principal)) == (403, "AuthorizationFailed")
    azure.assign(principal, roles.USER_ACCESS_ADMINISTRATOR, group)
    assert azure.arm("PUT", path, grant, who=principal).status_code == 201


def test_a_custom_role_grants_its_actions_without_its_not_actions(azure: Azure, refused: Refused) -> None:
    principal, group, guid = azure.principal(), azure.group(), str(uuid.uuid4())
    permission = {"actions": ["Microsoft.Storage/*"], "notActions": ["Microsoft.Storage/storageAccounts/listkeys/action"]}
    body = {"properties": {"roleName": "keeper", "assignableScopes": [SUBSCRIPTION], "permissions": [permission]}}
    azure.ok(azure.arm("PUT", f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}", body), 201)
    azure.assign(principal, guid, group)
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/s{uuid.uuid4().hex[:12]}"
    body = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
    assert azure.arm("PUT", account, body, who=principal).status_code == 200
    assert refused(azure.arm("POST", f"{account}/listKeys", who=principal)) == (403, "AuthorizationFailed")
    assert azure.arm("POST", f"{account}/listKeys").status_code == 200


def test_a_group_passes_its_role_on_through_nested_groups(azure: Azure) -> None:
    principal, scope = azure.principal(), azure.group()
    shape = {"mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
    inner, outer = (azure.ok(azure.graph("POST", "groups", {"displayName": name, **shape}), 201)["id"] for name in ("inner", "outer"))
    azure.assign(outer, roles.READER, scope)
    for group, member in ((outer, inner), (inner, principal.object_id)):
        assert azure.arm("GET", scope, who=principal).status_code == 403
        azure.ok(azure.graph("POST", f"groups/{group}/members/$ref", {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{member}"}), 204)
    assert azure.arm("GET", scope, who=principal).status_code == 200


def test_a_removed_assignment_works_on_for_its_lag_and_then_no_more(azure: Azure, refused: Refused) -> None:
    principal, scope = azure.principal(), azure.group()
    assignment = azure.assign(principal, roles.READER, scope)
    token = azure.token(principal)
    assert azure.arm("GET", scope, token=token).status_code == 200
    azure.ok(azure.arm("DELETE", assignment))
    assert refused(azure.arm("GET", assignment)) == (404, "RoleAssignmentNotFound")
    assert azure.arm("GET", scope, token=token).status_code == 200
    assert _settled(lambda: azure.arm("GET", scope, token=token), 403) > 0.3
    assert azure.arm("GET", scope).status_code == 200


def test_listing_at_a_scope_shows_above_at_and_below_and_filters_narrow_it(azure: Azure) -> None:
    principal, scope = azure.principal(), azure.group()
    below, above = azure.assign(principal, roles.READER, scope), azure.assign(principal, roles.READER)

    def listed(at: str, filter_text: str) -> set[str]:
        found = azure.ok(azure.arm("GET", f"{at}/providers/Microsoft.Authorization/roleAssignments", **{"$filter": filter_text}))["value"]
        return {item["id"] for item in found if item["properties"]["principalId"] == principal.object_id}

    mine = f"principalId eq '{principal.object_id}'"
    assert listed(SUBSCRIPTION, mine) == {below, above}
    assert listed(scope, mine) == {below, above}
    assert listed(SUBSCRIPTION, "atScope()") == {above}
    assert listed(SUBSCRIPTION, f"assignedTo('{principal.object_id}')") == {below, above}
    assert azure.arm("GET", f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments", **{"$filter": "colour eq 'red'"}).status_code == 400


def test_a_role_assignment_is_checked(azure: Azure, refused: Refused) -> None:
    principal, scope = azure.principal(), azure.group()
    azure.assign(principal, roles.READER, scope)

    def put(**properties: str) -> tuple[int, str]:
        body = {"properties": {"roleDefinitionId": roles.READER, "principalId": principal.object_id, **properties}}
        return refused(azure.arm("PUT", f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}", body))

    assert put() == (409, "RoleAssignmentExists")
    assert put(principalId=str(uuid.uuid4())) == (400, "PrincipalNotFound")
    assert put(roleDefinitionId=str(uuid.uuid4())) == (400, "RoleDefinitionDoesNotExist")
    assert put(roleDefinitionId=roles.OWNER, condition="@Resource[x] StringEquals 'y'") == (400, "InvalidCreateRoleAssignmentRequest")


@pytest.fixture
def delegated(azure: Azure) -> Iterator[tuple[str, str, str]]:
    """A delegation of one resource group to the provider's operator: Contributor, and the role to remove itself."""
    scope, definition = azure.group(), f"{SUBSCRIPTION}/providers/Microsoft.ManagedServices/registrationDefinitions/{uuid.uuid4()}"
    held = [{"principalId": identities.PROVIDER_OPERATOR_AZURE, "roleDefinitionId": role} for role in (roles.CONTRIBUTOR, roles.REGISTRATION_DELETER)]
    azure.ok(
        azure.arm(
            "PUT", definition, {"properties": {"registrationDefinitionName": "ops", "managedByTenantId": identities.PROVIDER_TENANT, "authorizations": held}}
        ),
        201,
    )
    assignment = f"{scope}/providers/Microsoft.ManagedServices/registrationAssignments/{uuid.uuid4()}"
    azure.ok(azure.arm("PUT", assignment, {"properties": {"registrationDefinitionId": definition}}), 201)
    yield scope, definition, assignment
    azure.arm("DELETE", assignment)
    azure.arm("DELETE", definition)
    time.sleep(1.2)  # the lag: the next test is to find no delegation


def test_the_provider_is_foreign_until_lighthouse_lets_it_in(azure: Azure, refused: Refused, delegated: tuple[str, str, str]) -> None:
    scope, definition, assignment = delegated
    operator = identities.PROVIDER_OPERATOR
    assert azure.arm("GET", scope, who=operator).status_code == 200
    assert refused(azure.arm("GET", SUBSCRIPTION, who=operator)) == (403, "AuthorizationFailed")
    shown = azure.ok(azure.arm("GET", assignment, **{"$expandRegistrationDefinition": "true"}))
    assert shown["properties"]["registrationDefinition"]["properties"]["managedByTenantId"] == identities.PROVIDER_TENANT
    assert refused(azure.arm("DELETE", definition)) == (409, "RegistrationDefinitionInUse")
    azure.ok(azure.arm("DELETE", assignment))
    assert refused(azure.arm("GET", assignment)) == (404, "ResourceNotFound")
    assert azure.arm("GET", scope, who=operator).status_code == 200
    _settled(lambda: azure.arm("GET", scope, who=operator), 401, 403)  # 403: another test's delegation still knows the tenant
    assert refused(azure.arm("GET", scope, who=operator)) in {(401, "InvalidAuthenticationTokenTenant"), (403, "AuthorizationFailed")}
    assert azure.arm("GET", scope).status_code == 200


def test_the_provider_removes_its_own_delegation(azure: Azure, delegated: tuple[str, str, str]) -> None:
    scope, _, assignment = delegated
    azure.ok(azure.arm("DELETE", assignment, who=identities.PROVIDER_OPERATOR))
    _settled(lambda: azure.arm("GET", scope, who=identities.PROVIDER_OPERATOR), 401, 403)


def test_what_lighthouse_cannot_delegate_is_refused(azure: Azure, refused: Refused) -> None:
    path = f"{SUBSCRIPTION}/providers/Microsoft.ManagedServices/registrationDefinitions/{uuid.uuid4()}"

    def put(role: str, tenant: str = identities.PROVIDER_TENANT) -> httpx.Response:
        held = [{"principalId": identities.PROVIDER_OPERATOR_AZURE, "roleDefinitionId": role}]
        return azure.arm("PUT", path, {"properties": {"registrationDefinitionName": "ops", "managedByTenantId": tenant, "authorizations": held}})

    for role in (roles.OWNER, roles.BLOB_READER, str(uuid.uuid4())):
        assert refused(put(role)) == (400, "InvalidRegistrationDefinitionRequest")
    assert refused(put(roles.READER, identities.CLIENT_TENANT)) == (400, "InvalidRegistrationDefinitionRequest")
    azure.ok(put(roles.READER), 201)
    azure.ok(azure.arm("DELETE", path))
