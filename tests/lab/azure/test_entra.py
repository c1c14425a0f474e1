from __future__ import annotations

import base64
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientAssertionCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from handoff.lab import identities, jwt

if TYPE_CHECKING:
    from conftest import Azure, Refused

ARM = "https://management.azure.com/.default"


def certificate(signer: jwt.Signer) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(signer.key.public_key()).serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - timedelta(minutes=1)).not_valid_after(now + timedelta(days=1)).sign(signer.key, hashes.SHA256())


def test_a_token_is_a_signed_jwt_of_its_tenant_that_the_published_keys_verify(azure: Azure) -> None:
    token = azure.token(identities.ADMIN)
    configuration = azure.ok(azure.client.get(f"/{identities.CLIENT_TENANT}/v2.0/.well-known/openid-configuration"))
    keys = azure.ok(azure.client.get(configuration["jwks_uri"]))
    claims = jwt.verify(token, jwt.public_keys(keys), audience="https://management.azure.com", issuer=f"https://sts.windows.net/{identities.CLIENT_TENANT}/")
    assert (claims["oid"], claims["tid"], claims["appid"]) == (
        identities.CLIENT_PRINCIPALS_AZURE[identities.ADMIN],
        identities.CLIENT_TENANT,
        azure.login(identities.ADMIN)["client_id"],
    )
    assert claims["exp"] - claims["iat"] == 3600


def test_wrong_secret_unknown_application_and_unknown_tenant_have_entras_numbers(azure: Azure) -> None:
    entry = azure.login(identities.ADMIN)
    good = azure.token_answer(entry["tenant"], client_id=entry["client_id"], client_secret=entry["client_secret"])
    assert good.status_code == 200
    for expected, status, answer in [
        (7000215, 401, azure.token_answer(entry["tenant"], client_id=entry["client_id"], client_secret="wrong")),
        (700016, 400, azure.token_answer(entry["tenant"], client_id=str(uuid.uuid4()), client_secret="wrong")),
        (7000218, 401, azure.token_answer(entry["tenant"], client_id=entry["client_id"])),
        (90002, 400, azure.token_answer(str(uuid.uuid4()), client_id=entry["client_id"], client_secret=entry["client_secret"])),
        (
            500011,
            400,
            azure.token_answer(entry["tenant"], client_id=entry["client_id"], client_secret=entry["client_secret"], scope="https://unknown.example/.default"),
        ),
    ]:
        assert (answer.status_code, answer.json()["error_codes"]) == (status, [expected]), answer.text
        assert f"AADSTS{expected}" in answer.json()["error_description"]


def test_a_removed_secret_signs_in_no_more_but_its_token_lives_on(azure: Azure) -> None:
    principal = azure.principal()
    azure.assign(principal, "acdd72a7-3385-48ef-bd42-f606fba81ae7")
    token = azure.token(principal)
    assert azure.token_answer(principal.tenant, client_id=principal.client_id, client_secret=principal.client_secret).status_code == 200
    azure.ok(azure.graph("POST", f"applications/{principal.application_id}/removePassword", {"keyId": principal.key_id}), 204)
    answer = azure.token_answer(principal.tenant, client_id=principal.client_id, client_secret=principal.client_secret)
    assert answer.json()["error_codes"] == [7000215]
    assert azure.arm("GET", f"/subscriptions/{identities.SUBSCRIPTION}", token=token).status_code == 200


def test_an_expired_secret_says_so(azure: Azure) -> None:
    principal = azure.principal()
    past = {"passwordCredential": {"displayName": "old", "startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2021-01-01T00:00:00Z"}}
    secret = azure.ok(azure.graph("POST", f"applications/{principal.application_id}/addPassword", past))["secretText"]
    answer = azure.token_answer(principal.tenant, client_id=principal.client_id, client_secret=secret)
    assert answer.json()["error_codes"] == [7000222]
    assert azure.token_answer(principal.tenant, client_id=principal.client_id, client_secret=principal.client_secret).status_code == 200


def test_a_disabled_principal_gets_no_token_until_it_is_enabled_again(azure: Azure) -> None:
    principal = azure.principal()
    for enabled, status in ((False, 401), (True, 200)):
        azure.ok(azure.graph("PATCH", f"servicePrincipals/{principal.object_id}", {"accountEnabled": enabled}), 204)
        answer = azure.token_answer(principal.tenant, client_id=principal.client_id, client_secret=principal.client_secret)
        assert answer.status_code == status
        assert enabled or answer.json()["error_codes"] == [7000112]


def test_a_deleted_principals_token_dies_with_it(azure: Azure) -> None:
    principal = azure.principal()
    azure.assign(principal, "acdd72a7-3385-48ef-bd42-f606fba81ae7")
    token = azure.token(principal)
    assert azure.arm("GET", f"/subscriptions/{identities.SUBSCRIPTION}", token=token).status_code == 200
    azure.ok(azure.graph("DELETE", f"servicePrincipals/{principal.object_id}"), 204)
    assert azure.arm("GET", f"/subscriptions/{identities.SUBSCRIPTION}", token=token).status_code == 401


def test_a_registered_certificate_signs_in_and_another_does_not(azure: Azure) -> None:
    principal = azure.principal()
    ours, other = jwt.Signer.make(), jwt.Signer.make()
    held = certificate(ours)
    key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(held.public_bytes(serialization.Encoding.DER)).decode()}
    azure.ok(azure.graph("PATCH", f"applications/{principal.application_id}", {"keyCredentials": [key]}), 204)

    def credential(signer: jwt.Signer, public: x509.Certificate) -> CertificateCredential:
        pem = signer.pem().encode() + public.public_bytes(serialization.Encoding.PEM)
        return CertificateCredential(
            principal.tenant, principal.client_id, certificate_data=pem, authority=azure.base, disable_instance_discovery=True, connection_verify=azure.ca
        )

    assert jwt.peek(credential(ours, held).get_token(ARM).token)["oid"] == principal.object_id
    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        credential(other, certificate(other)).get_token(ARM)


def test_a_federated_assertion_needs_issuer_subject_audience_and_signature(azure: Azure) -> None:
    principal, idp, forger = azure.principal(), jwt.Signer.make(), jwt.Signer.make()
    issuer, subject, audience = "https://ci.nimbus.example", "repo:nimbus/acme:ref:refs/heads/main", "api://AzureADTokenExchange"
    azure.ok(azure.client.post("/_lab/issuers", json={"issuer": issuer, "jwks": idp.jwks()}), 201)

    def sign_in(signer: jwt.Signer, **changed: object) -> str:
        claims = {"iss": issuer, "sub": subject, "aud": audience, "exp": time.time() + 60, **changed}
        credential = ClientAssertionCredential(
            principal.tenant,
            principal.client_id,
            lambda: signer.sign(claims),
            authority=azure.base,
            disable_instance_discovery=True,
            connection_verify=azure.ca,
        )
        return str(jwt.peek(credential.get_token(ARM).token)["oid"])

    with pytest.raises(ClientAuthenticationError, match="AADSTS700213"):
        sign_in(idp)
    path = f"applications/{principal.application_id}/federatedIdentityCredentials"
    made = azure.ok(azure.graph("POST", path, {"name": "ci", "issuer": issuer, "subject": subject, "audiences": [audience]}), 201)
    assert sign_in(idp) == principal.object_id
    for number, signer, changed in [
        (700213, idp, {"sub": "repo:other/x"}),
        (700212, idp, {"aud": "other"}),
        (700211, forger, {}),
        (700024, idp, {"exp": time.time() - 60}),
    ]:
        with pytest.raises(ClientAuthenticationError, match=f"AADSTS{number}"):
            sign_in(signer, **changed)
    azure.ok(azure.graph("DELETE", f"{path}/{made['id']}"), 204)
    with pytest.raises(ClientAuthenticationError, match="AADSTS700213"):
        sign_in(idp)


def test_a_provider_application_gets_into_the_clients_tenant_only_by_a_service_principal_there(azure: Azure) -> None:
    provider = azure.principal(owner=_provider_admin(azure), signInAudience="AzureADMultipleOrgs")
    form = {"client_id": provider.client_id, "client_secret": provider.client_secret}
    assert azure.token_answer(identities.PROVIDER_TENANT, **form).status_code == 200
    assert azure.token_answer(identities.CLIENT_TENANT, **form).json()["error_codes"] == [700016]
    azure.ok(azure.graph("POST", "servicePrincipals", {"appId": provider.client_id}), 201)
    claims = jwt.peek(azure.token_answer(identities.CLIENT_TENANT, **form).json()["access_token"])
    assert (claims["tid"], claims["oid"] == provider.object_id) == (identities.CLIENT_TENANT, False)


def _provider_admin(azure: Azure) -> str:
    """nimbus-ops, made an administrator of its own tenant."""
    token = azure.ok(azure.root("POST", "token", {"tenant": identities.PROVIDER_TENANT, "audience": "https://graph.microsoft.com"}))["access_token"]
    body = {"principalId": identities.PROVIDER_OPERATOR_AZURE, "roleDefinitionId": "62e90394-69f5-4237-9190-012177745e10", "directoryScopeId": "/"}
    answer = azure.client.post("/graph/v1.0/roleManagement/directory/roleAssignments", json=body, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code in {201, 400}
    return identities.PROVIDER_OPERATOR


def test_forged_and_foreign_tokens_are_refused(azure: Azure, refused: Refused) -> None:
    token = azure.token(identities.ADMIN)
    path = f"/subscriptions/{identities.SUBSCRIPTION}"
    assert azure.arm("GET", path, token=token).status_code == 200
    assert refused(azure.arm("GET", path, token=jwt.Signer.make().sign(jwt.peek(token)))) == (401, "InvalidAuthenticationToken")
    assert refused(azure.arm("GET", path, token=azure.token(identities.ADMIN, "https://graph.microsoft.com"))) == (401, "InvalidAuthenticationTokenAudience")
    assert refused(azure.client.get(path, params={"api-version": "2022-12-01"})) == (401, "AuthenticationFailed")


def test_a_token_expires(azure: Azure, refused: Refused) -> None:
    azure.set(token_s=1)
    try:
        token = azure.token(identities.ADMIN)
        assert azure.arm("GET", f"/subscriptions/{identities.SUBSCRIPTION}", token=token).status_code == 200
        time.sleep(1.5)
        assert refused(azure.arm("GET", f"/subscriptions/{identities.SUBSCRIPTION}", token=token)) == (401, "ExpiredAuthenticationToken")
    finally:
        azure.set(token_s=3600)
