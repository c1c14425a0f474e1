"""Signing in with a service-account key: what ends it, beside a control that goes on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import google.auth.exceptions
import jwt
import pytest

if TYPE_CHECKING:
    from conftest import StandIn


@pytest.fixture(scope="module")
def place(standin: StandIn) -> tuple[str, str]:
    project = standin.project("signin-place")
    email = standin.account(project, "worker-one")
    standin.bind(project, "roles/viewer", f"serviceAccount:{email}")
    return project, email


def _works(standin: StandIn, project: str, token: str) -> int:
    return standin.call(token, "GET", f"/v3/{project}").status_code


def test_deleted_key_signs_in_no_more_but_its_token_and_the_other_key_live_on(plain: StandIn, place: tuple[str, str]) -> None:
    project, email = place
    one, other = plain.key(project, email), plain.key(project, email)
    before = plain.token(one)
    assert _works(plain, project, before) == 200
    plain.call(plain.root(), "DELETE", f"/v1/{project}/serviceAccounts/{email}/keys/{one['private_key_id']}").raise_for_status()
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_grant: Invalid JWT Signature"):
        plain.token(one)
    assert _works(plain, project, before) == 200
    assert _works(plain, project, plain.token(other)) == 200


def test_token_dies_with_its_life(plain: StandIn, place: tuple[str, str]) -> None:
    project, email = place
    info = plain.key(project, email)
    plain.lab("settings", {"token_life_s": 2})
    token = plain.token(info)
    assert _works(plain, project, token) == 200
    time.sleep(3.1)
    answer = plain.call(token, "GET", f"/v3/{project}")
    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert _works(plain, project, plain.token(info)) == 200


def test_disabled_key_is_refused_until_enabled(plain: StandIn, place: tuple[str, str]) -> None:
    project, email = place
    info = plain.key(project, email)
    key = f"/v1/{project}/serviceAccounts/{email}/keys/{info['private_key_id']}"
    plain.call(plain.root(), "POST", f"{key}:disable", {}).raise_for_status()
    with pytest.raises(google.auth.exceptions.RefreshError, match="Invalid JWT Signature"):
        plain.token(info)
    plain.call(plain.root(), "POST", f"{key}:enable", {}).raise_for_status()
    assert _works(plain, project, plain.token(info)) == 200


def test_disabled_account_kills_tokens_and_deleted_one_stays_dead(plain: StandIn) -> None:
    project = plain.project("signin-disabled")
    email = plain.account(project, "short-lived")
    plain.bind(project, "roles/viewer", f"serviceAccount:{email}")
    info = plain.key(project, email)
    token = plain.token(info)
    assert _works(plain, project, token) == 200
    plain.call(plain.root(), "POST", f"/v1/{project}/serviceAccounts/{email}:disable", {}).raise_for_status()
    assert _works(plain, project, token) == 401
    with pytest.raises(google.auth.exceptions.RefreshError, match="Account disabled"):
        plain.token(info)
    plain.call(plain.root(), "POST", f"/v1/{project}/serviceAccounts/{email}:enable", {}).raise_for_status()
    assert _works(plain, project, token) == 200
    plain.call(plain.root(), "DELETE", f"/v1/{project}/serviceAccounts/{email}").raise_for_status()
    assert _works(plain, project, token) == 401
    members = [member for binding in plain.policy(project)["bindings"] for member in binding["members"]]
    assert any(member.startswith(f"deleted:serviceAccount:{email}?uid=") for member in members)
    plain.account(project, "short-lived")
    assert _works(plain, project, token) == 401


def test_forged_tokens_are_refused_beside_the_real_one(plain: StandIn, place: tuple[str, str]) -> None:
    project, email = place
    info, stranger = plain.key(project, email), plain.key(*_other(plain))
    token = plain.token(info)
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(claims, stranger["private_key"], algorithm="RS256", headers={"kid": jwt.get_unverified_header(token)["kid"]})
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": jwt.get_unverified_header(token)["kid"]})
    assert [_works(plain, project, each) for each in (token, forged, unsigned, "nonsense")] == [200, 401, 401, 401]


def test_assertion_signed_by_another_key_is_refused(plain: StandIn, place: tuple[str, str]) -> None:
    project, email = place
    info, stranger = plain.key(project, email), plain.key(*_other(plain))
    with pytest.raises(google.auth.exceptions.RefreshError, match="Invalid JWT Signature"):
        plain.token(info | {"private_key": stranger["private_key"]})
    with pytest.raises(google.auth.exceptions.RefreshError, match="Invalid JWT Signature"):
        plain.token(info | {"private_key_id": stranger["private_key_id"], "private_key": stranger["private_key"]})
    assert _works(plain, project, plain.token(info)) == 200


def test_self_signed_jwt_ends_with_its_key_at_once(plain: StandIn, place: tuple[str, str]) -> None:
    project, email = place
    info = plain.key(project, email)
    now = int(time.time())
    claims = {"iss": email, "sub": email, "aud": "https://cloudresourcemanager.googleapis.com/", "iat": now, "exp": now + 600}
    own = jwt.encode(claims, info["private_key"], algorithm="RS256", headers={"kid": info["private_key_id"]})
    assert _works(plain, project, own) == 200
    plain.call(plain.root(), "DELETE", f"/v1/{project}/serviceAccounts/{email}/keys/{info['private_key_id']}").raise_for_status()
    assert _works(plain, project, own) == 401


def _other(standin: StandIn) -> tuple[str, str]:
    project = "projects/signin-place"
    email = f"stranger-one@{project.split('/')[1]}.iam.gserviceaccount.com"
    standin.call(standin.root(), "POST", f"/v1/{project}/serviceAccounts", {"accountId": "stranger-one"})
    return project, email
