from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from handoff.lab import identities

if TYPE_CHECKING:
    from conftest import Azure, Refused

SUBSCRIPTION = f"/subscriptions/{identities.SUBSCRIPTION}"
NETWORK = {"location": "West Europe", "tags": {"a": "1"}, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}


def test_a_resource_is_made_changed_listed_and_gone(azure: Azure, refused: Refused) -> None:
    group = azure.group()
    path = f"{group}/providers/Microsoft.Network/virtualNetworks/v1"
    assert refused(azure.arm("GET", path)) == (404, "ResourceNotFound")
    made = azure.ok(azure.arm("PUT", path, NETWORK), 201)
    assert (made["location"], made["properties"]["provisioningState"]) == ("westeurope", "Succeeded")
    assert azure.ok(azure.arm("PATCH", path, {"tags": {"b": "2"}}))["tags"] == {"b": "2"}
    assert azure.ok(azure.arm("GET", path.lower()))["id"] == made["id"]
    assert [v["name"] for v in azure.ok(azure.arm("GET", f"{group}/providers/Microsoft.Network/virtualNetworks"))["value"]] == ["v1"]
    assert [r["name"] for r in azure.ok(azure.arm("GET", f"{group}/resources"))["value"]] == ["v1"]
    azure.ok(azure.arm("DELETE", path))
    assert refused(azure.arm("GET", path)) == (404, "ResourceNotFound")
    azure.ok(azure.arm("DELETE", path), 204)


def test_a_type_or_property_the_lab_does_not_know_is_refused_never_echoed(azure: Azure, refused: Refused) -> None:
    group = azure.group()
    path = f"{group}/providers/Microsoft.Network/virtualNetworks/v1"
    unknown = azure.arm("PUT", f"{group}/providers/Microsoft.Compute/virtualMachines/vm", {"location": "westeurope", "properties": {}})
    assert refused(unknown) == (404, "InvalidResourceType")
    assert "Microsoft.Network/virtualNetworks" in unknown.json()["error"]["message"]
    assert refused(azure.arm("GET", f"{group}/providers/Microsoft.Compute/virtualMachines")) == (404, "InvalidResourceType")
    wrong = {**NETWORK, "properties": {**NETWORK["properties"], "colour": "red"}}
    assert refused(azure.arm("PUT", path, wrong)) == (400, "InvalidRequestContent")
    assert refused(azure.arm("PUT", path, {**NETWORK, "colour": "red"})) == (400, "InvalidRequestContent")
    assert azure.arm("PUT", path, NETWORK).status_code == 201


def test_what_arm_asks_for_is_asked_for(azure: Azure, refused: Refused) -> None:
    group = azure.group()
    path = f"{group}/providers/Microsoft.Network/virtualNetworks/v1"
    assert refused(azure.arm("PUT", path, {k: v for k, v in NETWORK.items() if k != "location"})) == (400, "LocationRequired")
    assert refused(azure.arm("PUT", path, {**NETWORK, "location": "atlantis"})) == (400, "LocationNotAvailableForResourceType")
    assert refused(azure.arm("PUT", f"{SUBSCRIPTION}/resourceGroups/none/providers/Microsoft.Network/virtualNetworks/v1", NETWORK)) == (
        404,
        "ResourceGroupNotFound",
    )
    assert refused(azure.arm("GET", f"/subscriptions/{uuid.uuid4()}")) == (404, "SubscriptionNotFound")
    assert refused(azure.client.get(SUBSCRIPTION, headers={"authorization": f"Bearer {azure.token(identities.ADMIN)}"})) == (400, "MissingApiVersionParameter")
    azure.ok(azure.arm("PUT", path, NETWORK), 201)
    assert refused(azure.arm("PUT", path, {**NETWORK, "location": "northeurope"})) == (409, "InvalidResourceLocation")


def test_listings_come_in_pages_that_add_up(azure: Azure, small_pages: None) -> None:
    group = azure.group()
    names = ["v1", "v2", "v3"]
    for name in names:
        azure.ok(azure.arm("PUT", f"{group}/providers/Microsoft.Network/virtualNetworks/{name}", NETWORK), 201)
    page = azure.ok(azure.arm("GET", f"{group}/providers/Microsoft.Network/virtualNetworks"))
    found = list(page["value"])
    while "nextLink" in page:
        page = azure.ok(azure.client.get(page["nextLink"], headers={"authorization": f"Bearer {azure.token(identities.ADMIN)}"}))
        assert len(page["value"]) == 1
        found += page["value"]
    assert [item["name"] for item in found] == names


def test_a_resource_group_takes_its_resources_and_grants_along(azure: Azure, refused: Refused) -> None:
    group, principal = azure.group(), azure.principal()
    network = azure.ok(azure.arm("PUT", f"{group}/providers/Microsoft.Network/virtualNetworks/v1", NETWORK), 201)["id"]
    assignment = azure.assign(principal, "acdd72a7-3385-48ef-bd42-f606fba81ae7", network)
    azure.ok(azure.arm("DELETE", group))
    assert refused(azure.arm("GET", group)) == (404, "ResourceGroupNotFound")
    assert refused(azure.arm("GET", network)) == (404, "ResourceGroupNotFound")
    found = azure.ok(azure.arm("GET", f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments"))["value"]
    assert assignment not in {item["id"] for item in found}


def test_a_lock_stops_deletion_or_writing_until_it_is_removed(azure: Azure, refused: Refused) -> None:
    group = azure.group()
    path = f"{group}/providers/Microsoft.Network/virtualNetworks/v1"
    azure.ok(azure.arm("PUT", path, NETWORK), 201)
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep"
    azure.ok(azure.arm("PUT", lock, {"properties": {"level": "CanNotDelete"}}), 201)
    assert refused(azure.arm("DELETE", path)) == (409, "ScopeLocked")
    assert refused(azure.arm("DELETE", group)) == (409, "ScopeLocked")
    assert azure.arm("PATCH", path, {"tags": {"b": "2"}}).status_code == 200
    azure.ok(azure.arm("PUT", lock, {"properties": {"level": "ReadOnly"}}))
    assert refused(azure.arm("PATCH", path, {"tags": {"b": "3"}})) == (409, "ScopeLocked")
    azure.ok(azure.arm("DELETE", lock))
    assert azure.arm("DELETE", path).status_code == 200


def test_the_allowed_locations_policy_holds_at_its_scope_and_outside_of_its_exclusions(azure: Azure, refused: Refused) -> None:
    group, free = azure.group(), azure.group()
    assignment = f"{group}/providers/Microsoft.Authorization/policyAssignments/places"
    definition = "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c"
    body = {"properties": {"policyDefinitionId": definition, "parameters": {"listOfAllowedLocations": {"value": ["westeurope"]}}}}
    azure.ok(azure.arm("PUT", assignment, body), 201)
    path = "providers/Microsoft.Network/virtualNetworks/v1"
    abroad = {**NETWORK, "location": "eastus"}
    assert refused(azure.arm("PUT", f"{group}/{path}", abroad)) == (403, "RequestDisallowedByPolicy")
    assert azure.arm("PUT", f"{group}/{path}", NETWORK).status_code == 201
    assert azure.arm("PUT", f"{free}/{path}", abroad).status_code == 201
    azure.ok(azure.arm("PUT", assignment, {"properties": {**body["properties"], "enforcementMode": "DoNotEnforce"}}))
    assert azure.arm("PUT", f"{group}/providers/Microsoft.Network/virtualNetworks/v2", abroad).status_code == 201
    unknown = {"properties": {"policyDefinitionId": definition[:-4] + "0000"}}
    assert refused(azure.arm("PUT", assignment, unknown)) == (404, "PolicyDefinitionNotFound")


def test_the_activity_log_names_who_did_what_and_who_was_refused(azure: Azure) -> None:
    started, group = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(), azure.group()
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/s{uuid.uuid4().hex[:12]}"
    azure.ok(azure.arm("PUT", account, {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}))
    azure.ok(azure.arm("POST", f"{account}/listKeys"))
    assert azure.arm("POST", f"{account}/listKeys", who=identities.AUDITOR).status_code == 403
    path = f"{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"
    answer = azure.ok(azure.arm("GET", path, **{"$filter": f"eventTimestamp ge '{started}' and resourceUri eq '{account}'"}))
    seen = [(e["operationName"]["value"], e["caller"], e["status"]["value"]) for e in answer["value"]]
    admin, auditor = (identities.CLIENT_PRINCIPALS_AZURE[name] for name in (identities.ADMIN, identities.AUDITOR))
    assert seen == [
        ("Microsoft.Storage/storageAccounts/listKeys/action", auditor, "Failed"),
        ("Microsoft.Storage/storageAccounts/listKeys/action", admin, "Succeeded"),
        ("Microsoft.Storage/storageAccounts/write", admin, "Succeeded"),
    ]
    late = azure.ok(azure.arm("GET", path, **{"$filter": f"eventTimestamp ge '{(datetime.now(UTC) + timedelta(hours=1)).isoformat()}'"}))
    assert late["value"] == []


def test_every_extension_and_backup_type_of_the_stacks_is_kept(azure: Azure) -> None:
    group = azure.group()
    workspace = azure.ok(
        azure.arm("PUT", f"{group}/providers/Microsoft.OperationalInsights/workspaces/w", {"location": "westeurope", "properties": {"retentionInDays": 90}}),
        201,
    )
    period = {"startDate": "2026-01-01T00:00:00Z", "endDate": "2027-01-01T00:00:00Z"}
    for status, path, body in [
        (
            200,
            f"{SUBSCRIPTION}/providers/Microsoft.Insights/diagnosticSettings/d{uuid.uuid4().hex[:6]}",
            {"properties": {"workspaceId": workspace["id"], "logs": [{"category": "Administrative", "enabled": True}]}},
        ),
        (
            201,
            f"{group}/providers/Microsoft.Consumption/budgets/b",
            {"properties": {"category": "Cost", "amount": 100, "timeGrain": "Monthly", "timePeriod": period}},
        ),
        (
            201,
            f"{group}/providers/Microsoft.Network/networkSecurityGroups/n",
            {"location": "westeurope", "properties": {"securityRules": [{"name": "no", "properties": {"access": "Deny"}}]}},
        ),
    ]:
        made = azure.ok(azure.arm("PUT", path, body), status)
        assert azure.ok(azure.arm("GET", path)) == made
        azure.ok(azure.arm("DELETE", path))
    azure.ok(
        azure.arm(
            "PUT",
            f"{group}/providers/Microsoft.RecoveryServices/vaults/r",
            {"location": "westeurope", "sku": {"name": "RS0", "tier": "Standard"}, "properties": {}},
        )
    )
    assert azure.arm("PUT", f"{SUBSCRIPTION}/providers/Microsoft.Insights/diagnosticSettings/none", {"properties": {}}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"properties": []},
        {"properties": {"principalId": 1}},
        {"location": 5, "properties": {}},
        {"location": "westeurope", "tags": 5},
        {"location": "westeurope", "identity": 3},
        {"location": "westeurope", "properties": {"subnets": [1]}},
        {"properties": {"permissions": "all"}},
        {"properties": {"authorizations": [1]}},
    ],
)
def test_a_malformed_body_is_the_callers_fault_never_a_crash(azure: Azure, refused: Refused, group: str, body: dict[str, object]) -> None:
    for kind in ("Network/virtualNetworks", "Authorization/roleAssignments", "Authorization/roleDefinitions", "ManagedServices/registrationDefinitions"):
        assert refused(azure.arm("PUT", f"{group}/providers/Microsoft.{kind}/x", body)) == (400, "InvalidRequestContent")


@pytest.fixture(scope="module")
def group(azure: Azure) -> str:
    return azure.group()
