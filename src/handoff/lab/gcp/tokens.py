"""Access tokens: minted as RS256 JWTs, and checked on every call against what the account has become since."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt

from handoff.lab.gcp.policies import ANONYMOUS, ROOT, Caller
from handoff.lab.gcp.refusal import Refusal
from handoff.lab.gcp.resources import number_of

if TYPE_CHECKING:
    from handoff.lab.gcp.state import Record, State

ISSUER = "https://accounts.google.com"
_KID = "lab-access-token"


def mint(state: State, claims: dict[str, Any], now: datetime, *, life_s: int) -> str:
    """A signed token with these claims, valid for `life_s` seconds."""
    body = {"iss": ISSUER, "iat": int(now.timestamp()), "exp": math.ceil((now + timedelta(seconds=life_s)).timestamp()), **claims}
    return jwt.encode(body, state.signing_key, algorithm="RS256", headers={"kid": _KID})


def for_account(state: State, account: Record, now: datetime, *, life_s: int | None = None, key: str = "") -> str:
    """An access token of a service account."""
    claims = {"sub": account["email"], "uid": account["uniqueId"], "key": key, "use": "account"}
    return mint(state, claims, now, life_s=life_s if life_s is not None else state.settings.token_life_s)


def caller_of(state: State, authorization: str | None, now: datetime) -> Caller:
    """Who sent this Authorization header; raises UNAUTHENTICATED unless it is absent or good."""
    if not authorization:
        return ANONYMOUS
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _refused("Request had invalid authentication credentials. Expected OAuth 2 access token.")
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        if kid != _KID:
            return _self_signed(state, token, str(kid))
        claims = jwt.decode(token, state.signing_key.public_key(), algorithms=["RS256"], issuer=ISSUER, options={"verify_iat": False, "verify_exp": False})
    except jwt.PyJWTError as error:
        raise _refused("Request had invalid authentication credentials. Expected OAuth 2 access token.") from error
    if claims["exp"] <= now.timestamp():
        raise _refused("Request had invalid authentication credentials: the access token has expired.")
    if claims["use"] == "root":
        return ROOT
    if claims["use"] == "federated":
        return _federated(state, claims)
    account = next((record for record in state.table("serviceAccounts").values() if record["uniqueId"] == claims["uid"]), None)
    return _account(state, account)


def _account(state: State, account: Record | None) -> Caller:
    if account is None or account.get("_deleted"):
        raise _refused("Account has been deleted.", "ACCOUNT_STATE_INVALID")
    if account.get("disabled"):
        raise _refused("The service account has been disabled.", "ACCOUNT_STATE_INVALID")
    project = state.table("projects").get(f"projects/{account['projectId']}")
    if project is None or project["state"] != "ACTIVE":
        raise _refused("The project of the service account is not active.", "ACCOUNT_STATE_INVALID")
    email = account["email"]
    members = {"allUsers", "allAuthenticatedUsers", f"serviceAccount:{email}", f"serviceAccount:{account['uniqueId']}"}
    members.add(f"principal://iam.googleapis.com/projects/-/serviceAccounts/{account['uniqueId']}")
    members.add(f"principalSet://cloudresourcemanager.googleapis.com/projects/{number_of(state, account['projectId'])}/type/ServiceAccount")
    return Caller(name=f"serviceAccount:{email}", members=frozenset(members))


def _federated(state: State, claims: dict[str, Any]) -> Caller:
    # A disabled pool stops existing tokens; a disabled provider stops only new ones (discovery document iam v1, fields `disabled`).
    pool = state.table("pools").get(claims["pool"])
    if pool is None or pool["state"] != "ACTIVE" or pool.get("disabled"):
        raise _refused("The workload identity pool is disabled or deleted.", "ACCOUNT_STATE_INVALID")
    return Caller(name=claims["sub"], members=frozenset({"allUsers", "allAuthenticatedUsers", *claims["members"]}))


def _self_signed(state: State, token: str, kid: str) -> Caller:
    """A JWT that a service account signed for itself and sends as a bearer token.

    source: https://developers.google.com/identity/protocols/oauth2/service-account#jwt-auth (read 2026-11-22)
    """
    key = usable_key(state, kid)
    if key is None:
        raise _refused("Request had invalid authentication credentials: no such key.")
    claims = jwt.decode(token, key["_public"], algorithms=["RS256"], options={"verify_aud": False})
    account = state.table("serviceAccounts").get(key["_account"])
    if account is None or claims.get("iss") != account["email"] or claims.get("sub") != account["email"]:
        raise _refused("Request had invalid authentication credentials: issuer and subject must be the key's account.")
    if not claims.get("scope") and ".googleapis.com" not in str(claims.get("aud", "")):
        raise _refused("Request had invalid authentication credentials: neither scope nor a Google audience.")
    return _account(state, account)


def usable_key(state: State, kid: str) -> Record | None:
    """The key of this id, unless it was deleted or disabled or has expired."""
    for name, record in state.table("keys").items():
        if name.endswith(f"/keys/{kid}") and not record.get("disabled") and record["validBeforeTime"] > datetime.now(UTC).isoformat():
            return record
    return None


def _refused(message: str, reason: str = "ACCESS_TOKEN_TYPE_UNSUPPORTED") -> Refusal:
    return Refusal("UNAUTHENTICATED", message, reason=reason)
