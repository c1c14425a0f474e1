"""A foreign token for a federated one: what the pool, the provider, its condition and the issuer's signature decide."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from handoff.lab.jwt import Signer

if TYPE_CHECKING:
    from conftest import StandIn

ISSUER = "https://ci.federation.example"
PLACE = "projects/federation-place"
POOL = f"{PLACE}/locations/global/workloadIdentityPools/provider-ci"


class World:
    def __init__(self, standin: StandIn) -> None:
        self.standin = standin
        self.signer = Signer.make()
        root = standin.root()
        project = standin.project(PLACE.split("/")[1])
        standin.lab("issuers", {"issuer": ISSUER, "jwks": self.signer.jwks()})
        number = standin.call(root, "GET", f"/v3/{project}").json()["name"].split("/")[1]
        standin.call(
            root, "POST", f"/v1/{PLACE}/locations/global/workloadIdentityPools", {}, params={"workloadIdentityPoolId": "provider-ci"}
        ).raise_for_status()
        body = {
            "oidc": {"issuerUri": ISSUER},
            "attributeMapping": {"google.subject": "assertion.sub", "attribute.repository": "assertion.repository"},
            "attributeCondition": "assertion.repository == 'nimbus/ops' && assertion.sub.startsWith('repo:nimbus/')",
        }
        standin.call(root, "POST", f"/v1/{POOL}/providers", body, params={"workloadIdentityPoolProviderId": "github-main"}).raise_for_status()
        self.base = f"iam.googleapis.com/projects/{number}/locations/global/workloadIdentityPools/provider-ci"
        self.audience = f"//{self.base}/providers/github-main"

    def subject(self, signer: Signer | None = None, **claims: Any) -> str:
        now = int(time.time())
        body = {"iss": ISSUER, "aud": f"https:{self.audience}", "sub": "repo:nimbus/ops", "repository": "nimbus/ops", "iat": now, "exp": now + 300}
        return (signer or self.signer).sign(body | claims)

    def exchange(self, token: str, audience: str | None = None) -> tuple[int, dict[str, Any]]:
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": audience or self.audience,
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "subject_token": token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        }
        with self.standin.http() as client:
            answer = client.post("/v1/token", data=form)
        return answer.status_code, answer.json()

    def patch(self, name: str, **fields: Any) -> None:
        self.standin.call(self.standin.root(), "PATCH", f"/v1/{name}", fields, params={"updateMask": ",".join(fields)}).raise_for_status()


@pytest.fixture(scope="module")
def world(standin: StandIn) -> World:
    return World(standin)


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({}, None),
        ({"repository": "other/ops"}, "unauthorized_client"),
        ({"sub": "repo:other/x"}, "unauthorized_client"),
        ({"aud": "https://somebody.else.example"}, "invalid_grant"),
        ({"iss": "https://other.issuer.example"}, "invalid_grant"),
        ({"exp": 1}, "invalid_grant"),
    ],
)
def test_claims_decide(world: World, claims: dict[str, Any], error: str | None) -> None:
    status, body = world.exchange(world.subject(**claims))
    assert (status, body.get("error")) == ((200, None) if error is None else (400, error))


def test_signature_of_another_key_is_refused_beside_the_right_one(world: World) -> None:
    assert world.exchange(world.subject(signer=Signer.make()))[0] == 400
    assert world.exchange(world.subject())[0] == 200


def test_disabled_provider_ends_exchanges_only_and_disabled_pool_ends_tokens_too(world: World, plain: StandIn) -> None:
    plain.bind(PLACE, "roles/browser", f"principal://{world.base}/subject/repo:nimbus/ops")
    token = world.exchange(world.subject())[1]["access_token"]
    assert plain.call(token, "GET", f"/v3/{PLACE}").status_code == 200
    provider = f"{POOL}/providers/github-main"
    world.patch(provider, disabled=True)
    status, body = world.exchange(world.subject())
    assert (status, body["error"]) == (400, "invalid_target")
    assert plain.call(token, "GET", f"/v3/{PLACE}").status_code == 200
    world.patch(provider, disabled=False)
    world.patch(POOL, disabled=True)
    assert world.exchange(world.subject())[0] == 400
    assert plain.call(token, "GET", f"/v3/{PLACE}").status_code == 401
    world.patch(POOL, disabled=False)
    assert plain.call(token, "GET", f"/v3/{PLACE}").status_code == 200


def test_deleted_provider_is_soft_and_can_come_back(world: World, plain: StandIn) -> None:
    provider = f"/v1/{POOL}/providers/github-main"
    root = plain.root()
    plain.call(root, "DELETE", provider).raise_for_status()
    assert world.exchange(world.subject())[0] == 400
    assert plain.call(root, "GET", provider).json()["state"] == "DELETED"
    assert "workloadIdentityPoolProviders" not in plain.call(root, "GET", f"/v1/{POOL}/providers").json()
    assert len(plain.call(root, "GET", f"/v1/{POOL}/providers", params={"showDeleted": "true"}).json()["workloadIdentityPoolProviders"]) == 1
    plain.call(root, "POST", f"{provider}:undelete", {}).raise_for_status()
    assert world.exchange(world.subject())[0] == 200


def test_impersonation_needs_the_role_on_the_account(world: World, plain: StandIn) -> None:
    email = plain.account(PLACE, "deployer-one")
    plain.bind(PLACE, "roles/viewer", f"serviceAccount:{email}")
    token = world.exchange(world.subject())[1]["access_token"]
    path = f"/v1/projects/-/serviceAccounts/{email}:generateAccessToken"
    body = {"scope": ["https://www.googleapis.com/auth/cloud-platform"]}
    assert plain.call(token, "POST", path, body).status_code == 403
    member = f"principalSet://{world.base}/attribute.repository/nimbus/ops"
    policy = {"bindings": [{"role": "roles/iam.workloadIdentityUser", "members": [member]}]}
    plain.call(plain.root(), "POST", f"/v1/{PLACE}/serviceAccounts/{email}:setIamPolicy", {"policy": policy}).raise_for_status()
    acting = plain.call(token, "POST", path, body).raise_for_status().json()["accessToken"]
    assert plain.call(acting, "GET", f"/v1/{PLACE}/serviceAccounts").status_code == 200
    assert plain.call(token, "GET", f"/v1/{PLACE}/serviceAccounts").status_code == 403


def test_condition_that_cannot_be_evaluated_is_refused_at_creation(plain: StandIn, world: World) -> None:
    body = {"oidc": {"issuerUri": ISSUER}, "attributeMapping": {"google.subject": "assertion.sub"}, "attributeCondition": "assertion.sub.matches('x.*')"}
    answer = plain.call(plain.root(), "POST", f"/v1/{POOL}/providers", body, params={"workloadIdentityPoolProviderId": "clever-one"})
    assert (answer.status_code, "matches" in answer.text) == (400, True)
    body["attributeCondition"] = "assertion.sub.startsWith('x')"
    assert plain.call(plain.root(), "POST", f"/v1/{POOL}/providers", body, params={"workloadIdentityPoolProviderId": "clever-one"}).status_code == 200
