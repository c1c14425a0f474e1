from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from handoff.lab import identities

if TYPE_CHECKING:
    from conftest import Azure, Refused

SUBSCRIPTION = f"/subscriptions/{identities.SUBSCRIPTION}"


def test_an_injected_fault_hits_as_often_as_asked_and_only_what_it_matches(azure: Azure, refused: Refused) -> None:
    fault = {"match": "GET .*/resourceGroups$", "status": 403, "times": 2}
    azure.ok(azure.client.post("/_lab/faults", json=fault), 201)
    for _ in range(2):
        assert azure.arm("GET", SUBSCRIPTION).status_code == 200
        assert refused(azure.arm("GET", f"{SUBSCRIPTION}/resourceGroups")) == (403, "AuthorizationFailed")
    assert azure.arm("GET", f"{SUBSCRIPTION}/resourceGroups").status_code == 200


def test_a_fault_takes_each_services_shape_or_the_body_and_headers_given(azure: Azure, refused: Refused) -> None:
    azure.ok(azure.client.post("/_lab/faults", json={"match": "GET /graph/v1.0/users", "status": 403}), 201)
    assert refused(azure.graph("GET", "users")) == (403, "Authorization_RequestDenied")
    azure.ok(
        azure.client.post(
            "/_lab/faults", json={"match": "GET /graph/v1.0/users", "status": 429, "headers": {"Retry-After": "7"}, "body": {"error": {"code": "Slow"}}}
        ),
        201,
    )
    answer = azure.graph("GET", "users")
    assert (refused(answer), answer.headers["retry-after"]) == ((429, "Slow"), "7")
    assert azure.graph("GET", "users").status_code == 200
    azure.ok(azure.client.post("/_lab/faults", json={"match": "GET /graph", "status": 500, "times": 9}), 201)
    azure.ok(azure.client.delete("/_lab/faults"), 204)
    assert azure.graph("GET", "users").status_code == 200
    assert azure.client.post("/_lab/faults", json={"match": "(", "status": 500}).status_code == 400


def test_settings_are_checked(azure: Azure) -> None:
    assert azure.client.post("/_lab/settings", json={"page_size": 0}).status_code == 400
    assert azure.client.post("/_lab/settings", json={"colour": 1}).status_code == 400
    assert azure.client.post("/_lab/settings", json={"page_size": 100}).status_code == 200


def test_only_the_root_secret_makes_tenants_and_root_tokens(azure: Azure, refused: Refused) -> None:
    body = {"displayName": "Other", "domain": "other.example"}
    key = str(uuid.uuid4())
    assert refused(azure.client.put(f"/_lab/tenants/{key}", json=body, headers={"x-lab-root": "guess"})) == (403, "Forbidden")
    assert refused(azure.client.post("/_lab/token", json={"tenant": identities.CLIENT_TENANT, "audience": "https://graph.microsoft.com"})) == (403, "Forbidden")
    assert azure.root("PUT", f"tenants/{key}", body).status_code == 200
    assert azure.root("POST", "token", {"tenant": key, "audience": "https://graph.microsoft.com"}).status_code == 200
