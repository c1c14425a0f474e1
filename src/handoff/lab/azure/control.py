"""The lab's own endpoints under `/_lab`, which no cloud has: settings, faults, trusted issuers, tenants, and the way in for the bootstrap."""

from __future__ import annotations

import re
import secrets
import time
import uuid
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from handoff.lab.azure import entra
from handoff.lab.azure.caller import ROOT_CLAIM
from handoff.lab.azure.refusals import ArmRefusal, BlobRefusal, Fault, GraphRefusal
from handoff.lab.azure.world import DEFAULTS, stamp

if TYPE_CHECKING:
    from handoff.lab.azure.call import Call
    from handoff.lab.azure.world import Record

ROOT_HEADER = "x-lab-root"


def answer(call: Call) -> Response:
    """The answer to one call below `/_lab`."""
    name, _, rest = call.path.strip("/").partition("/")
    if call.method == "POST" and name == "faults":
        return _fault(call)
    if call.method == "DELETE" and name == "faults":
        call.world.faults.clear()
        return Response(status_code=204)
    if call.method == "POST" and name == "settings":
        return _settings(call)
    if call.method == "POST" and name == "issuers":
        return _issuer(call)
    if name in {"tenants", "subscriptions", "token"}:
        _check_root(call)
        return _token(call) if name == "token" else _place(call, name, rest)
    raise ArmRefusal(404, "NotFound", f"The lab has no endpoint /_lab/{name}.")


def injected(call: Call) -> Response | None:
    """The injected failure for this call, if one waits for it."""
    for fault in call.world.faults:
        if fault.times > 0 and re.search(fault.match, f"{call.method} {call.full_path}"):
            fault.times -= 1
            return _injected_answer(call, fault)
    return None


def _injected_answer(call: Call, fault: Fault) -> Response:
    if fault.body is not None:
        return JSONResponse(fault.body, status_code=fault.status, headers=fault.headers)
    if call.full_path.startswith("/blob/"):
        return BlobRefusal(
            fault.status,
            {403: "AuthorizationFailure", 500: "InternalError", 503: "ServerBusy"}.get(fault.status, "InjectedFault"),
            "This failure was injected by a test of the lab.",
            headers=fault.headers,
        ).response()
    graph = call.full_path.startswith("/graph/")
    codes = {
        403: "Authorization_RequestDenied" if graph else "AuthorizationFailed",
        429: "TooManyRequests",
        500: "InternalServerError",
        503: "ServiceUnavailable",
    }
    shape = GraphRefusal if graph else ArmRefusal
    return shape(fault.status, codes.get(fault.status, "InjectedFault"), "This failure was injected by a test of the lab.", headers=fault.headers).response()


def _fault(call: Call) -> Response:
    body = call.json()
    try:
        re.compile(str(body["match"]))
        fault = Fault(
            match=str(body["match"]), status=int(body["status"]), times=int(body.get("times", 1)), body=body.get("body"), headers=dict(body.get("headers", {}))
        )
    except (KeyError, ValueError, TypeError, re.error) as error:
        raise ArmRefusal(400, "BadRequest", f"A fault is {{match: regex over 'METHOD /path', status, times, body, headers}}: {error}") from error
    call.world.faults.append(fault)
    return JSONResponse({"match": fault.match, "status": fault.status, "times": fault.times}, status_code=201)


def _settings(call: Call) -> Response:
    body = call.json()
    unknown = sorted(set(body) - set(DEFAULTS))
    if unknown or not all(isinstance(value, int | float) and value > 0 for value in body.values()):
        raise ArmRefusal(400, "BadRequest", f"Settings are {sorted(DEFAULTS)}, each a number above 0.")
    for name, value in body.items():
        call.world.table("settings")[name] = {"value": value}
    call.world.touch()
    return JSONResponse({name: call.world.setting(name) for name in DEFAULTS})


def _issuer(call: Call) -> Response:
    body = call.json()
    if not isinstance(body.get("issuer"), str) or not isinstance(body.get("jwks"), dict):
        raise ArmRefusal(400, "BadRequest", "An issuer is {issuer: URL, jwks: {keys: [...]}}.")
    call.world.table("issuers")[body["issuer"]] = {"jwks": body["jwks"]}
    call.world.touch()
    return JSONResponse({"issuer": body["issuer"]}, status_code=201)


def _check_root(call: Call) -> None:
    if not secrets.compare_digest(call.headers.get(ROOT_HEADER, ""), call.world.root_secret):
        raise ArmRefusal(403, "Forbidden", "Only the lab's bootstrap, which holds the root secret, may do this.")


def _token(call: Call) -> Response:
    body = call.json()
    tenant = str(body.get("tenant", ""))
    if tenant not in call.world.table("tenants"):
        raise ArmRefusal(404, "NotFound", f"The lab has no tenant '{tenant}'.")
    now = int(time.time())
    claims: Record = {
        "aud": body.get("audience"),
        "iss": entra.issuer(tenant),
        "iat": now,
        "exp": now + 300,
        "tid": tenant,
        "oid": str(uuid.UUID(int=0)),
        "appid": str(uuid.UUID(int=0)),
        ROOT_CLAIM: True,
    }
    return JSONResponse({"access_token": call.world.signer.sign(claims)})


def _place(call: Call, name: str, key: str) -> Response:
    body = call.json()
    needed = {"tenants": ("displayName", "domain"), "subscriptions": ("displayName", "tenantId")}[name]
    if call.method != "PUT" or not key or not all(isinstance(body.get(field), str) for field in needed):
        raise ArmRefusal(400, "BadRequest", f"PUT /_lab/{name}/ID takes {', '.join(needed)}.")
    record = {"id": key, "createdDateTime": stamp(), **{field: body[field] for field in needed}}
    call.world.table(name)[key] = {**record, **{k: v for k, v in call.world.table(name).get(key, {}).items() if k == "createdDateTime"}}
    call.world.touch()
    return JSONResponse(call.world.table(name)[key])
