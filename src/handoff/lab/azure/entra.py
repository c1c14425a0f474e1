"""Entra: discovery, and the token endpoint for client credentials (secret, certificate, federated assertion).

Codes are those of https://learn.microsoft.com/entra/identity-platform/reference-error-codes (read 2026-11-22).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from starlette.responses import JSONResponse, Response

from handoff.lab import jwt
from handoff.lab.azure.refusals import EntraRefusal
from handoff.lab.azure.world import moment, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.lab.azure.call import Call
    from handoff.lab.azure.world import Record, World

AUDIENCES = {
    "management.azure.com": "https://management.azure.com",
    "management.core.windows.net": "https://management.azure.com",
    "graph.microsoft.com": "https://graph.microsoft.com",
    "vault.azure.net": "https://vault.azure.net",
    "storage.azure.com": "https://storage.azure.com",
}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"


def issuer(tenant: str) -> str:
    """The `iss` of access tokens of a tenant (version 1 tokens, which ARM asks for)."""
    return f"https://sts.windows.net/{tenant}/"


def answer(call: Call) -> Response | None:
    """The answer to a path of the login host, or None when the path is not one of its."""
    parts = [part for part in call.path.split("/") if part]
    if parts[:2] == ["common", "discovery"] and parts[2:] == ["instance"]:
        return JSONResponse(_instances(call))
    if len(parts) >= 2 and parts[1:] in (["v2.0", ".well-known", "openid-configuration"], [".well-known", "openid-configuration"]):
        return JSONResponse(_configuration(call.world, _tenant(call.world, parts[0])))
    if len(parts) >= 3 and parts[1] == "discovery" and parts[-1] == "keys":
        return JSONResponse(call.world.signer.jwks())
    if parts[1:] == ["oauth2", "v2.0", "token"] and call.method == "POST":
        return JSONResponse(_token(call, _tenant(call.world, parts[0])), headers={"Cache-Control": "no-store"})
    return None


def _tenant(world: World, name: str) -> str:
    for tenant in world.table("tenants").values():
        if name.lower() in {str(tenant["id"]).lower(), str(tenant["domain"]).lower()}:
            return str(tenant["id"])
    raise EntraRefusal(
        400, "invalid_request", 90002, f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
    )


def _configuration(world: World, tenant: str) -> Record:
    base = f"{world.url}/{tenant}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid"],
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": "graph.microsoft.com",
    }


def _instances(call: Call) -> Record:
    host = urlsplit(call.world.url).netloc
    wanted = urlsplit(call.query.get("authorization_endpoint", "")).path.strip("/").split("/")[0] or "common"
    return {
        "tenant_discovery_endpoint": f"{call.world.url}/{wanted}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }


def _token(call: Call, tenant: str) -> Record:
    form = {name: values[0] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        raise EntraRefusal(400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{form.get('grant_type', '')}'.")
    client_id = form.get("client_id", "").lower()
    principal = _principal(call.world, tenant, client_id)
    application = next((a for a in call.world.table("applications").values() if a["appId"] == client_id), None)
    holders = [holder for holder in (application, principal) if holder is not None]
    if form.get("client_assertion"):
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise EntraRefusal(400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_assertion_type'.")
        _check_assertion(call.world, tenant, client_id, holders, form["client_assertion"])
    elif form.get("client_secret"):
        _check_secret(client_id, holders, form["client_secret"])
    else:
        raise EntraRefusal(401, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
    if not principal.get("accountEnabled", True):
        raise EntraRefusal(401, "unauthorized_client", 7000112, f"Application '{client_id}'({principal['displayName']}) is disabled.")
    lifetime_s = int(call.world.setting("token_s"))
    token = issue(call.world, tenant=tenant, principal=principal, audience=_audience(form.get("scope", "")), lifetime_s=lifetime_s)
    return {"token_type": "Bearer", "expires_in": lifetime_s, "ext_expires_in": lifetime_s, "access_token": token}


def issue(world: World, *, tenant: str, principal: Record, audience: str, lifetime_s: int) -> str:
    """An access token for a service principal."""
    now = int(time.time())
    return world.signer.sign(
        {
            "aud": audience,
            "iss": issuer(tenant),
            "iat": now,
            "nbf": now,
            "exp": now + lifetime_s,
            "appid": principal["appId"],
            "appidacr": "1",
            "idp": issuer(tenant),
            "idtyp": "app",
            "oid": principal["id"],
            "sub": principal["id"],
            "tid": tenant,
            "uti": secrets.token_urlsafe(16),
            "ver": "1.0",
        }
    )


def _audience(scope: str) -> str:
    resource = scope.split(" ")[0].removesuffix("/.default").rstrip("/")
    host = urlsplit(resource).hostname or resource
    if host.endswith(".blob.core.windows.net"):
        return resource
    if not scope.split(" ")[0].endswith("/.default"):
        raise EntraRefusal(
            400,
            "invalid_scope",
            1002012,
            f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed.",
        )
    if host not in AUDIENCES:
        raise EntraRefusal(400, "invalid_resource", 500011, f"The resource principal named {resource} was not found in the tenant.")
    return AUDIENCES[host]


def _principal(world: World, tenant: str, client_id: str) -> Record:
    for principal in world.table("servicePrincipals").values():
        if principal["_tenant"] == tenant and principal["appId"] == client_id:
            return principal
    name = world.table("tenants")[tenant]["displayName"]
    raise EntraRefusal(400, "unauthorized_client", 700016, f"Application with identifier '{client_id}' was not found in the directory '{name}'.")


def _check_secret(client_id: str, holders: list[Record], given: str) -> None:
    digest = hashlib.sha256(given.encode()).hexdigest()
    matching = [c for holder in holders for c in holder.get("passwordCredentials", []) if secrets.compare_digest(c["_sha256"], digest)]
    if not matching:
        raise EntraRefusal(
            401,
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, "
            f"for a secret added to app '{client_id}'.",
        )
    if not any(_in_time(c) for c in matching):
        raise EntraRefusal(401, "invalid_client", 7000222, f"The provided client secret keys for app '{client_id}' are expired.")


def _in_time(credential: Record) -> bool:
    now = datetime.now(UTC)
    return moment(credential.get("startDateTime") or stamp(now)) <= now < moment(credential.get("endDateTime") or "9999-12-31T00:00:00Z")


def _check_assertion(world: World, tenant: str, client_id: str, holders: list[Record], assertion: str) -> None:
    try:
        claims = jwt.peek(assertion)
    except jwt.TokenRefused as error:
        raise EntraRefusal(401, "invalid_client", 50027, f"JWT token is invalid or malformed. {error}") from error
    if claims.get("iss") == client_id or claims.get("sub") == client_id:
        _check_certificate(world, tenant, client_id, holders, assertion)
    else:
        _check_federated(world, holders, assertion, claims)


def _check_certificate(world: World, tenant: str, client_id: str, holders: list[Record], assertion: str) -> None:
    credentials = [c for holder in holders for c in holder.get("keyCredentials", []) if c.get("_certificate")]
    audiences = [f"{world.url}/{tenant}/oauth2/v2.0/token", f"{world.url}/{tenant}/v2.0", f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"]
    expired = False
    for credential in credentials:
        key = x509.load_der_x509_certificate(base64.b64decode(credential["_certificate"])).public_key()
        if not isinstance(key, RSAPublicKey):
            continue
        try:
            jwt.verify(assertion, key, audience=audiences, issuer=client_id)
        except jwt.TokenRefused as error:
            if error.reason in {"audience", "expired"}:
                number = 700024 if error.reason == "expired" else 700021
                raise EntraRefusal(401, "invalid_client", number, f"Client assertion is not within its valid time range or audience: {error}") from error
            continue
        if _in_time(credential):
            return
        expired = True
    if expired:
        raise EntraRefusal(401, "invalid_client", 700027, f"The certificate used to sign the client assertion for app '{client_id}' is expired.")
    raise EntraRefusal(
        401, "invalid_client", 700027, f"The certificate with identifier used to sign the client assertion is not registered on application '{client_id}'."
    )


def _check_federated(world: World, holders: list[Record], assertion: str, claims: Mapping[str, object]) -> None:
    fits = [f for holder in holders for f in holder.get("_federated", []) if f["issuer"] == claims.get("iss") and f["subject"] == claims.get("sub")]
    if not fits:
        raise EntraRefusal(
            401,
            "invalid_client",
            700213,
            f"No matching federated identity record found for presented assertion subject '{claims.get('sub')}'. Check your federated identity credential Subject, "
            "Audience and Issuer against the presented assertion.",
        )
    held = world.table("issuers").get(str(claims.get("iss")))
    if held is None:
        raise EntraRefusal(
            401, "invalid_client", 50166, f"Request to External OIDC endpoint failed: no signing keys of '{claims.get('iss')}' are registered with the lab."
        )
    audiences = [audience for fit in fits for audience in fit.get("audiences", [EXCHANGE_AUDIENCE])]
    try:
        jwt.verify(assertion, jwt.public_keys(held["jwks"]), audience=audiences, issuer=str(claims["iss"]))
    except jwt.TokenRefused as error:
        number = {"audience": 700212, "expired": 700024}.get(error.reason, 5000224 if error.reason == "malformed" else 700211)
        words = {
            "audience": "No matching federated identity record found for presented assertion audience.",
            "expired": "Client assertion is not within its valid time range.",
        }
        raise EntraRefusal(401, "invalid_client", number, words.get(error.reason, f"The assertion's signature does not verify: {error}.")) from error
