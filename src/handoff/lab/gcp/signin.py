"""The two ways to an access token: a service-account key's signed assertion, and an exchange of a foreign token (STS).

source: https://developers.google.com/identity/protocols/oauth2/service-account (read 2026-11-22)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jwt
from starlette.responses import JSONResponse

from handoff.lab.gcp import tokens

if TYPE_CHECKING:
    from datetime import datetime

    from handoff.lab.gcp.state import State

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# google-auth always signs for Google's own address, whatever token_uri says.
GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"
_LONGEST_S = 3600
_SKEW_S = 600


class _Grant(Exception):
    """The answer is an OAuth error."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def token(state: State, raw: bytes, now: datetime) -> JSONResponse:
    """POST /token."""
    form = {name: values[0] for name, values in parse_qs(raw.decode("utf-8", "replace")).items()}
    try:
        return JSONResponse(_by_key(state, form, now))
    except _Grant as error:
        return JSONResponse({"error": error.code, "error_description": error.description}, status_code=400)


def _by_key(state: State, form: dict[str, str], now: datetime) -> dict[str, Any]:
    if form.get("grant_type") != GRANT:
        raise _Grant("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
    assertion = form.get("assertion", "")
    try:
        kid = str(jwt.get_unverified_header(assertion).get("kid"))
        unchecked = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise _Grant("invalid_grant", "Invalid JWT: cannot be decoded.") from error
    account = next((record for record in state.table("serviceAccounts").values() if record["email"] == unchecked.get("iss")), None)
    if account is None:
        raise _Grant("invalid_grant", "Invalid grant: account not found")
    key = tokens.usable_key(state, kid)
    if key is None or key["_account"] != account["name"]:
        raise _Grant("invalid_grant", "Invalid JWT Signature.")
    try:
        claims = jwt.decode(assertion, key["_public"], algorithms=["RS256"], options={"verify_aud": False, "verify_exp": False, "verify_iat": False})
    except jwt.PyJWTError as error:
        raise _Grant("invalid_grant", "Invalid JWT Signature.") from error
    _check_times(claims, now)
    if claims.get("aud") != GOOGLE_TOKEN_URL and not str(claims.get("aud", "")).endswith("/token"):
        raise _Grant("invalid_grant", "Invalid JWT: Failed audience check. The right audience is https://oauth2.googleapis.com/token")
    if account.get("disabled"):
        raise _Grant("invalid_grant", "Account disabled")
    project = state.table("projects").get(f"projects/{account['projectId']}")
    if project is None or project["state"] != "ACTIVE":
        raise _Grant("invalid_grant", "Invalid grant: the project of the account is not active")
    minted = tokens.for_account(state, account, now, key=kid)
    return {"access_token": minted, "expires_in": state.settings.token_life_s - 1, "token_type": "Bearer"}


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    issued, ends = claims.get("iat"), claims.get("exp")
    if (
        not isinstance(issued, int | float)
        or not isinstance(ends, int | float)
        or ends - issued > _LONGEST_S
        or issued > now.timestamp() + _SKEW_S
        or ends < now.timestamp()
    ):
        raise _Grant(
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
        )
