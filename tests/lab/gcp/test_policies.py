"""Who may do what: at each level, with conditions, etags, lags, and everyone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import StandIn


@pytest.fixture(scope="module")
def place(standin: StandIn) -> tuple[str, str, str]:
    """A project, an account of another project, its token."""
    project, elsewhere = standin.project("policy-place"), standin.project("policy-elsewhere")
    email = standin.account(elsewhere, "guest-one")
    return project, f"serviceAccount:{email}", standin.token(standin.key(elsewhere, email))


def _status(standin: StandIn, token: str | None, path: str) -> int:
    return standin.call(token, "GET", path).status_code


def test_denial_names_the_permission_and_grant_opens(plain: StandIn, place: tuple[str, str, str]) -> None:
    project, member, token = place
    refused = plain.call(token, "GET", f"/v1/{project}/serviceAccounts")
    error = refused.json()["error"]
    assert (refused.status_code, error["status"]) == (403, "PERMISSION_DENIED")
    assert "iam.serviceAccounts.list" in error["message"]
    assert error["details"][0]["metadata"]["permission"] == "iam.serviceAccounts.list"
    plain.bind(project, "roles/iam.serviceAccountViewer", member)
    assert _status(plain, token, f"/v1/{project}/serviceAccounts") == 200
    created = plain.call(token, "POST", f"/v1/{project}/serviceAccounts", {"accountId": "not-allowed"})
    assert created.status_code == 403
    assert _status(plain, None, f"/v1/{project}/serviceAccounts") == 401


def test_removed_binding_works_on_for_the_lag_and_then_no_more(plain: StandIn, place: tuple[str, str, str]) -> None:
    project, member, token = place
    plain.bind(project, "roles/serviceusage.serviceUsageViewer", member)
    path = f"/v1/{project}/services"
    assert _status(plain, token, path) == 200
    policy = plain.policy(project)
    policy["bindings"] = [binding for binding in policy["bindings"] if binding["role"] != "roles/serviceusage.serviceUsageViewer"]
    plain.put_policy(project, policy).raise_for_status()
    cut = time.monotonic()
    assert _status(plain, token, path) == 200
    assert time.monotonic() - cut < plain.lag_s
    time.sleep(plain.lag_s + 0.2)
    assert _status(plain, token, path) == 403
    assert _status(plain, plain.root(), path) == 200


def test_stale_etag_is_aborted_and_a_fresh_one_is_taken(plain: StandIn, place: tuple[str, str, str]) -> None:
    project, member, _token = place
    stale = plain.policy(project)
    plain.bind(project, "roles/browser", member)
    answer = plain.put_policy(project, stale)
    assert (answer.status_code, answer.json()["error"]["status"]) == (409, "ABORTED")
    assert any(binding["role"] == "roles/browser" for binding in plain.policy(project)["bindings"])
    assert plain.put_policy(project, plain.policy(project)).status_code == 200


@pytest.mark.parametrize(("days", "status"), [(1, 200), (-1, 403)])
def test_condition_on_time_decides(plain: StandIn, place: tuple[str, str, str], days: int, status: int) -> None:
    _project, member, token = place
    project = plain.project(f"policy-time-{'later' if days > 0 else 'past'}")
    ends = (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    plain.bind(project, "roles/viewer", member, condition={"title": "ends", "expression": f'request.time < timestamp("{ends}")'})
    assert _status(plain, token, f"/v3/{project}") == status
    below = plain.call(plain.root(), "POST", f"/v3/{project}:getIamPolicy", {}).json()
    assert below["bindings"][0]["role"].startswith("roles/viewer_withcond_")
    assert plain.policy(project)["version"] == 3


def test_what_cannot_be_evaluated_is_refused_not_taken_for_true(plain: StandIn, place: tuple[str, str, str]) -> None:
    project, member, _token = place
    policy = plain.policy(project)

    def attempt(binding: dict[str, Any]) -> tuple[int, str]:
        answer = plain.put_policy(project, policy | {"version": 3, "bindings": [*policy["bindings"], binding]})
        return answer.status_code, answer.text

    status, text = attempt({"role": "roles/viewer", "members": [member], "condition": {"title": "x", "expression": "request.time.getHours() < 7"}})
    assert (status, "request.time.getHours" in text) == (400, True)
    status, text = attempt({"role": "roles/inventedByNobody", "members": [member]})
    assert (status, "roles/inventedByNobody" in text) == (400, True)
    status, text = attempt({"role": "roles/viewer", "members": ["somebody@nimbus.example"]})
    assert (status, "Invalid member" in text) == (400, True)
    status, _text = attempt({"role": "roles/viewer", "members": ["user:somebody@nimbus.example"]})
    assert status == 200


def test_group_and_organization_grants_are_inherited(plain: StandIn, place: tuple[str, str, str]) -> None:
    _project, member, token = place
    project = plain.project("policy-group")
    assert _status(plain, token, f"/v1/{project}/roles") == 403
    plain.lab("groups", {"email": "operators@nimbus.example", "members": [member]})
    plain.bind("organizations/1", "roles/iam.roleViewer", "group:operators@nimbus.example")
    assert _status(plain, token, f"/v1/{project}/roles") == 200
    plain.lab("groups", {"email": "operators@nimbus.example", "members": []})
    assert _status(plain, token, f"/v1/{project}/roles") == 403


def test_custom_role_grants_exactly_its_permissions_and_nothing_when_deleted(plain: StandIn, place: tuple[str, str, str]) -> None:
    _project, member, token = place
    project = plain.project("policy-custom")
    role = {"roleId": "lookers", "role": {"title": "Lookers", "includedPermissions": ["resourcemanager.projects.get"]}}
    plain.call(plain.root(), "POST", f"/v1/{project}/roles", role).raise_for_status()
    plain.bind(project, f"{project}/roles/lookers", member)
    assert (_status(plain, token, f"/v3/{project}"), _status(plain, token, f"/v1/{project}/serviceAccounts")) == (200, 403)
    plain.call(plain.root(), "DELETE", f"/v1/{project}/roles/lookers").raise_for_status()
    assert _status(plain, token, f"/v3/{project}") == 403


def test_deleted_project_is_closed_until_undeleted(plain: StandIn, place: tuple[str, str, str]) -> None:
    _project, member, token = place
    project = plain.project("policy-deleted")
    plain.bind(project, "roles/owner", member)
    assert _status(plain, token, f"/v1/{project}/serviceAccounts") == 200
    plain.call(plain.root(), "DELETE", f"/v3/{project}").raise_for_status()
    assert _status(plain, token, f"/v1/{project}/serviceAccounts") == 403
    assert plain.call(token, "GET", f"/v3/{project}").json()["state"] == "DELETE_REQUESTED"
    plain.call(token, "POST", f"/v3/{project}:undelete", {}).raise_for_status()
    assert _status(plain, token, f"/v1/{project}/serviceAccounts") == 200


def test_key_creation_is_refused_where_the_organization_forbids_it(plain: StandIn, place: tuple[str, str, str]) -> None:
    _project, member, token = place
    project = plain.project("policy-keys")
    email = plain.account(project, "keyless-one")
    plain.bind(project, "roles/iam.serviceAccountKeyAdmin", member)
    path = f"/v1/{project}/serviceAccounts/{email}/keys"
    assert plain.call(token, "POST", path, {}).status_code == 200
    name = f"{project}/policies/iam.disableServiceAccountKeyCreation"
    plain.call(plain.root(), "POST", f"/v2/{project}/policies", {"name": name, "spec": {"rules": [{"enforce": True}]}}).raise_for_status()
    refused = plain.call(token, "POST", path, {})
    assert (refused.status_code, refused.json()["error"]["status"]) == (400, "FAILED_PRECONDITION")
    plain.call(plain.root(), "DELETE", f"/v2/{name}").raise_for_status()
    assert plain.call(token, "POST", path, {}).status_code == 200


def test_the_lab_root_needs_its_secret(plain: StandIn) -> None:
    with plain.http() as client:
        assert client.post("/_lab/token").status_code == 403
        assert client.post("/_lab/token", headers={"x-lab-root": "guess"}).status_code == 403
    assert _status(plain, plain.root(), "/v3/organizations:search") == 200
    assert (plain.folder / "root.secret").stat().st_mode & 0o077 == 0
    assert (plain.folder / "state.json").stat().st_mode & 0o077 == 0
