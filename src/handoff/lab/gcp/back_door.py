"""The lab's own endpoints, under /_lab/: no cloud has them.

Organizations and the first identity need the secret in the server's data folder; faults, settings, groups and foreign issuers do not,
because they stand for the world outside the cloud and give nobody a right.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handoff.lab.gcp import tokens
from handoff.lab.gcp.state import stamp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from handoff.lab.gcp.state import State

HEADER = "x-lab-root"
_STATUSES = {403, 429, 500, 503}
_ROOT_TOKEN_S = 300

if TYPE_CHECKING:
    Endpoint = Callable[[Request], Awaitable[Response]]


def routes(state: State) -> list[Route]:
    """Every lab-only endpoint."""
    secret = state.root_secret()

    def guarded(run: Callable[[dict[str, Any]], Any]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            if not hmac.compare_digest(request.headers.get(HEADER, ""), secret):
                return JSONResponse({"error": "this endpoint needs the secret of the lab"}, status_code=403)
            return await _run(state, run, request)

        return endpoint

    def opened(run: Callable[[dict[str, Any]], Any]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return await _run(state, run, request)

        return endpoint

    return [
        Route("/_lab/organizations", guarded(lambda body: _organization(state, body)), methods=["POST"]),
        Route("/_lab/token", guarded(lambda _body: _root_token(state)), methods=["POST"]),
        Route("/_lab/settings", opened(lambda body: _settings(state, body)), methods=["POST"]),
        Route("/_lab/faults", opened(lambda body: _faults(state, body)), methods=["POST", "DELETE"]),
        Route("/_lab/groups", opened(lambda body: _group(state, body)), methods=["POST"]),
        Route("/_lab/issuers", opened(lambda body: _issuer(state, body)), methods=["POST"]),
    ]


async def _run(state: State, run: Callable[[dict[str, Any]], Any], request: Request) -> Response:
    raw = await request.body()
    try:
        answer = run(await request.json() if raw else {})
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        return JSONResponse({"error": f"not understood: {type(error).__name__}: {error}"}, status_code=400)
    state.save()
    return JSONResponse(answer)


def _organization(state: State, body: dict[str, Any]) -> dict[str, Any]:
    name = f"organizations/{body['id']}"
    record = {
        "name": name,
        "displayName": body["domain"],
        "directoryCustomerId": body["customer"],
        "state": "ACTIVE",
        "createTime": stamp(datetime.now(UTC)),
        "etag": "W/lab",
    }
    state.table("organizations").setdefault(name, record)
    if body.get("billing_account"):
        account = f"billingAccounts/{body['billing_account']}"
        billing = {"name": account, "displayName": f"{body['domain']} billing", "open": True, "masterBillingAccount": "", "_organization": name}
        state.table("billingAccounts").setdefault(account, billing)
    return {"name": name}


def _root_token(state: State) -> dict[str, Any]:
    return {"access_token": tokens.mint(state, {"sub": "lab-root", "use": "root"}, datetime.now(UTC), life_s=_ROOT_TOKEN_S)}


def _settings(state: State, body: dict[str, Any]) -> dict[str, Any]:
    for name, value in body.items():
        if name not in {"page_size", "token_life_s", "binding_lag_s"}:
            raise ValueError(f"there is no setting {name!r}")
        if name == "binding_lag_s":
            state.binding_lag_s = float(value)
        else:
            setattr(state.settings, name, None if value is None else int(value))
    return {"page_size": state.settings.page_size, "token_life_s": state.settings.token_life_s, "binding_lag_s": state.binding_lag_s}


def _faults(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """POST adds one; an empty body (DELETE) removes all."""
    if not body:
        state.faults.clear()
        return {"faults": 0}
    re.compile(body["match"])
    if int(body["status"]) not in _STATUSES:
        raise ValueError(f"status must be one of {sorted(_STATUSES)}")
    state.faults.append({"match": body["match"], "status": int(body["status"]), "times": int(body.get("times", 1)), "delay_s": float(body.get("delay_s", 0))})
    return {"faults": len(state.faults)}


def _group(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """A group of the directory: `{"email", "members": ["serviceAccount:..."]}`."""
    state.table("groups")[body["email"]] = {"members": [str(member) for member in body["members"]]}
    return {"email": body["email"]}


def _issuer(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """A foreign OIDC issuer and its public keys: `{"issuer", "jwks": {"keys": [...]}}`."""
    keys = [{str(name): value for name, value in key.items() if name in {"kty", "kid", "alg", "use", "n", "e"}} for key in body["jwks"]["keys"]]
    state.table("issuers")[body["issuer"]] = {"keys": keys}
    return {"issuer": body["issuer"], "keys": len(keys)}
