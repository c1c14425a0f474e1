from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from handoff.lab import identities

if TYPE_CHECKING:
    from conftest import Azure, Refused


def test_applications_are_made_read_changed_and_gone(azure: Azure, refused: Refused) -> None:
    made = azure.ok(azure.graph("POST", "applications", {"displayName": "billing"}), 201)
    path = f"applications/{made['id']}"
    assert azure.ok(azure.graph("GET", path))["displayName"] == "billing"
    azure.ok(azure.graph("PATCH", path, {"displayName": "billing 2"}), 204)
    assert azure.ok(azure.graph("GET", f"applications(appId='{made['appId']}')"))["displayName"] == "billing 2"
    azure.ok(azure.graph("DELETE", path), 204)
    assert refused(azure.graph("GET", path)) == (404, "Request_ResourceNotFound")
    assert azure.ok(azure.graph("GET", "applications", **{"$filter": f"appId eq '{made['appId']}'"}))["value"] == []


def test_a_secret_is_shown_once_and_never_again(azure: Azure) -> None:
    made = azure.ok(azure.graph("POST", "applications", {"displayName": "secretive"}), 201)
    secret = azure.ok(azure.graph("POST", f"applications/{made['id']}/addPassword", {"passwordCredential": {"displayName": "ci"}}))
    shown = azure.graph("GET", f"applications/{made['id']}")
    assert secret["secretText"] not in shown.text
    held = shown.json()["passwordCredentials"]
    assert [(c["keyId"], c["displayName"], c["hint"]) for c in held] == [(secret["keyId"], "ci", secret["secretText"][:3])]
    assert not any(name.startswith("_") for name in held[0])
    assert secret["secretText"] not in (azure.plan.data("azure") / "state.json").read_text(encoding="utf-8")


def test_listings_come_in_pages_that_add_up(azure: Azure, small_pages: None) -> None:
    names = {azure.ok(azure.graph("POST", "applications", {"displayName": f"paged-{uuid.uuid4()}"}), 201)["displayName"] for _ in range(3)}
    query = {"$filter": "startswith(displayName,'paged-')"}
    page = azure.ok(azure.graph("GET", "applications", **query))
    found, pages = list(page["value"]), 1
    while "@odata.nextLink" in page:
        page = azure.ok(
            azure.client.get(page["@odata.nextLink"], headers={"authorization": f"Bearer {azure.token(identities.ADMIN, 'https://graph.microsoft.com')}"})
        )
        found += page["value"]
        pages += 1
    assert pages == 3
    assert {item["displayName"] for item in found} == names


def test_an_unknown_property_filter_or_option_is_refused_not_ignored(azure: Azure, refused: Refused) -> None:
    assert azure.graph("GET", "groups", **{"$filter": "displayName eq 'none'"}).json()["value"] == []
    assert refused(azure.graph("POST", "applications", {"displayName": "x", "colour": "red"})) == (400, "Request_BadRequest")
    assert refused(azure.graph("GET", "groups", **{"$filter": "length(displayName) eq 3"})) == (400, "Request_UnsupportedQuery")
    assert refused(azure.graph("GET", "groups", **{"$expand": "members"})) == (400, "Request_UnsupportedQuery")


def test_roles_decide_who_reads_and_who_writes_the_directory(azure: Azure, refused: Refused) -> None:
    nobody = azure.principal()
    assert azure.graph("GET", "applications", who=identities.AUDITOR).status_code == 200
    assert refused(azure.graph("POST", "applications", {"displayName": "x"}, who=identities.AUDITOR)) == (403, "Authorization_RequestDenied")
    assert refused(azure.graph("GET", "applications", who=nobody)) == (403, "Authorization_RequestDenied")
    role = {"principalId": nobody.object_id, "roleDefinitionId": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "directoryScopeId": "/"}
    assignment = azure.ok(azure.graph("POST", "roleManagement/directory/roleAssignments", role), 201)
    assert azure.graph("POST", "applications", {"displayName": "x"}, who=nobody).status_code == 201
    assert refused(azure.graph("POST", "groups", {"displayName": "g", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}, who=nobody)) == (
        403,
        "Authorization_RequestDenied",
    )
    azure.ok(azure.graph("DELETE", f"roleManagement/directory/roleAssignments/{assignment['id']}"), 204)
    assert refused(azure.graph("GET", "applications", who=nobody)) == (403, "Authorization_RequestDenied")


def test_an_owner_may_add_a_credential_to_its_own_application_only(azure: Azure, refused: Refused) -> None:
    principal, other = azure.principal(), azure.principal()
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{principal.object_id}"}
    azure.ok(azure.graph("POST", f"applications/{principal.application_id}/owners/$ref", reference), 204)
    owners = azure.ok(azure.graph("GET", f"applications/{principal.application_id}/owners"))["value"]
    assert principal.object_id in {o["id"] for o in owners}
    assert azure.graph("POST", f"applications/{principal.application_id}/addPassword", {}, who=principal).status_code == 200
    assert refused(azure.graph("POST", f"applications/{other.application_id}/addPassword", {}, who=principal)) == (403, "Authorization_RequestDenied")
    azure.ok(azure.graph("DELETE", f"applications/{principal.application_id}/owners/{principal.object_id}/$ref"), 204)
    assert refused(azure.graph("POST", f"applications/{principal.application_id}/addPassword", {}, who=principal)) == (403, "Authorization_RequestDenied")


def test_each_tenant_sees_its_own_directory(azure: Azure) -> None:
    made = azure.ok(azure.graph("POST", "applications", {"displayName": "ours"}), 201)
    issued = azure.ok(azure.root("POST", "token", {"tenant": identities.PROVIDER_TENANT, "audience": "https://graph.microsoft.com"}))["access_token"]
    theirs = {"authorization": f"Bearer {issued}"}
    assert azure.client.get(f"/graph/v1.0/applications/{made['id']}", headers=theirs).status_code == 404
    assert azure.client.get("/graph/v1.0/organization", headers=theirs).json()["value"][0]["displayName"] == "Nimbus MSP"
    assert azure.ok(azure.graph("GET", "organization"))["value"][0]["verifiedDomains"][0]["name"] == "acme.example"


def test_members_come_and_go_and_a_deleted_member_is_none(azure: Azure) -> None:
    principal = azure.principal()
    group = azure.ok(azure.graph("POST", "groups", {"displayName": "g", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}), 201)
    members = f"groups/{group['id']}/members"
    azure.ok(azure.graph("POST", f"{members}/$ref", {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{principal.object_id}"}), 204)
    assert [m["id"] for m in azure.ok(azure.graph("GET", members))["value"]] == [principal.object_id]
    assert [g["id"] for g in azure.ok(azure.graph("GET", f"servicePrincipals/{principal.object_id}/memberOf"))["value"]] == [group["id"]]
    azure.ok(azure.graph("DELETE", f"servicePrincipals/{principal.object_id}"), 204)
    assert azure.ok(azure.graph("GET", members))["value"] == []


def test_deleting_an_application_takes_its_service_principal_along(azure: Azure, refused: Refused) -> None:
    principal = azure.principal()
    assert azure.graph("GET", f"servicePrincipals/{principal.object_id}").status_code == 200
    azure.ok(azure.graph("DELETE", f"applications/{principal.application_id}"), 204)
    assert refused(azure.graph("GET", f"servicePrincipals/{principal.object_id}")) == (404, "Request_ResourceNotFound")


def test_conditional_access_policies_and_named_locations(azure: Azure) -> None:
    location = azure.ok(
        azure.graph(
            "POST",
            "identity/conditionalAccess/namedLocations",
            {"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "office", "isTrusted": True, "ipRanges": []},
        ),
        201,
    )
    body = {
        "displayName": "mfa",
        "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "locations": {"excludeLocations": [location["id"]]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    }
    policy = azure.ok(azure.graph("POST", "identity/conditionalAccess/policies", body), 201)
    assert azure.ok(azure.graph("GET", f"identity/conditionalAccess/policies/{policy['id']}"))["grantControls"]["builtInControls"] == ["mfa"]
    azure.ok(azure.graph("DELETE", f"identity/conditionalAccess/policies/{policy['id']}"), 204)
    assert azure.graph("GET", f"identity/conditionalAccess/policies/{policy['id']}").status_code == 404
