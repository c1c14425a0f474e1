"""Security Token Service and IAM Credentials: a foreign token for a federated one, and either for a service account's."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jwt
from starlette.responses import JSONResponse

from handoff.lab.gcp import cel, tokens
from handoff.lab.gcp.calls import Call, handles
from handoff.lab.gcp.refusal import Refusal, invalid
from handoff.lab.gcp.resources import canonical, numbered

if TYPE_CHECKING:
    from starlette.responses import Response

    from handoff.lab.gcp.state import Record

_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_SUBJECT_TYPES = {"urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token"}
_ACCESS = "urn:ietf:params:oauth:token-type:access_token"
_AUDIENCE = re.compile(r"//iam\.googleapis\.com/(projects/[^/]+/locations/global/workloadIdentityPools/[^/]+)/providers/([^/]+)")
_LONGEST_S = 43200


class _NoExchange(Exception):
    """The answer is an OAuth error: code and description."""


@handles("sts.v1", "token", may=None, anonymous=True)
def exchange(call: Call) -> Response:
    """Exchange a subject token; the form's snake case and JSON's camel case are both understood, as at Google."""
    try:
        return JSONResponse(_exchange(call, _fields(call)))
    except _NoExchange as error:
        code, description = error.args
        return JSONResponse({"error": code, "error_description": description}, status_code=400)


def _fields(call: Call) -> dict[str, str]:
    if "json" in call.request.headers.get("content-type", ""):
        try:
            body = json.loads(call.raw)
        except ValueError as error:
            raise _NoExchange("invalid_request", "The body is not JSON.") from error
        return {re.sub(r"[A-Z]", lambda hit: "_" + hit.group().lower(), str(name)): str(value) for name, value in body.items()}
    return {name: values[0] for name, values in parse_qs(call.raw.decode("utf-8", "replace")).items()}


def _exchange(call: Call, form: dict[str, str]) -> Record:
    if form.get("grant_type") != _GRANT:
        raise _NoExchange("unsupported_grant_type", "Invalid grant_type.")
    if form.get("subject_token_type") not in _SUBJECT_TYPES:
        raise _NoExchange("invalid_request", f"The lab exchanges JWTs only, not {form.get('subject_token_type', '')!r}.")
    hit = _AUDIENCE.fullmatch(form.get("audience", ""))
    if hit is None:
        raise _NoExchange("invalid_request", 'Invalid value for "audience". This value should be the full resource name of the Identity Provider.')
    pool_name = canonical(call.state, hit.group(1))
    pool = call.state.table("pools").get(pool_name)
    provider = call.state.table("providers").get(f"{pool_name}/providers/{hit.group(2)}")
    if pool is None or provider is None or pool["state"] != "ACTIVE" or provider["state"] != "ACTIVE" or pool.get("disabled") or provider.get("disabled"):
        raise _NoExchange(
            "invalid_target",
            'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
        )
    claims = _subject_claims(call, provider, form.get("subject_token", ""), form["audience"])
    mapped = _mapped(provider, claims)
    base = f"iam.googleapis.com/{numbered(call.state, pool_name)}"
    subject = f"principal://{base}/subject/{mapped['google.subject']}"
    members = [subject, f"principalSet://{base}/*"]
    members += [f"principalSet://{base}/{name}/{value}" for name, value in mapped.items() if name.startswith("attribute.")]
    members += [f"principalSet://{base}/group/{group}" for group in mapped.get("google.groups", [])]
    life_s = call.state.settings.token_life_s
    token = tokens.mint(call.state, {"sub": subject, "use": "federated", "pool": pool_name, "members": members}, call.now, life_s=life_s)
    return {"access_token": token, "issued_token_type": _ACCESS, "token_type": "Bearer", "expires_in": life_s}


def _subject_claims(call: Call, provider: Record, token: str, audience: str) -> dict[str, Any]:
    oidc = provider.get("oidc") or {}
    issuer = oidc.get("issuerUri", "")
    known = call.state.table("issuers").get(issuer)
    if known is None:
        raise _NoExchange("invalid_grant", f"Error connecting to the given credential's issuer {issuer}.")
    accepted = oidc.get("allowedAudiences") or [audience, f"https:{audience}"]
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = next((key for key in known["keys"] if key.get("kid") == kid), None)
        if key is None:
            raise _NoExchange("invalid_grant", "ID Token's signing key is not among the issuer's keys.")
        claims: dict[str, Any] = jwt.decode(
            token, jwt.PyJWK(key, algorithm="RS256"), algorithms=["RS256"], issuer=issuer, audience=accepted, options={"require": ["exp", "iat", "sub"]}
        )
    except jwt.InvalidAudienceError as error:
        raise _NoExchange("invalid_grant", "The audience in ID Token does not match the expected audience.") from error
    except jwt.InvalidIssuerError as error:
        raise _NoExchange("invalid_grant", "The issuer in ID Token does not match the expected one.") from error
    except jwt.PyJWTError as error:
        raise _NoExchange("invalid_grant", f"The given credential is rejected: {type(error).__name__}.") from error
    return claims


def _mapped(provider: Record, claims: dict[str, Any]) -> dict[str, Any]:
    mapped: dict[str, Any] = {}
    for target, expression in (provider.get("attributeMapping") or {}).items():
        try:
            mapped[target] = cel.parse(expression)({"assertion": claims})
        except (cel.Missing, TypeError) as error:
            raise _NoExchange("invalid_grant", f"The mapped attribute {target} has no value in the credential.") from error
    condition = provider.get("attributeCondition")
    scope = {
        "assertion": claims,
        "google": {"subject": mapped["google.subject"]},
        "attribute": {name.removeprefix("attribute."): value for name, value in mapped.items()},
    }
    if condition and not cel.holds(condition, scope):
        raise _NoExchange("unauthorized_client", "The given credential is rejected by the attribute condition.")
    return mapped


@handles("iamcredentials.v1", "projects.serviceAccounts.generateAccessToken", may="iam.serviceAccounts.getAccessToken")
def impersonate(call: Call) -> Record:
    """An access token of a service account for somebody who may act as it."""
    account = call.state.table("serviceAccounts").get(call.name)
    if account is None:
        raise Refusal("NOT_FOUND", f"Not found; Gaia id not found for email {call.name.rsplit('/', 1)[1]}")
    if account.get("disabled"):
        raise Refusal("FAILED_PRECONDITION", "The service account is disabled.")
    if not call.body.get("scope"):
        raise invalid("Scope required.")
    text = str(call.body.get("lifetime") or "3600s")
    if not re.fullmatch(r"\d+s", text) or not 0 < int(text[:-1]) <= _LONGEST_S:
        raise invalid(f"The lifetime {text!r} must be between 1s and {_LONGEST_S}s.")
    life_s = min(int(text[:-1]), call.state.settings.token_life_s)
    # In whole seconds, as Google says it: google-auth reads no other form.
    ends = call.now.replace(microsecond=0) + timedelta(seconds=life_s)
    return {"accessToken": tokens.for_account(call.state, account, call.now, life_s=life_s), "expireTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
