"""Who may do what to blobs: bearer tokens against roles, Shared Key against the account's current keys, SAS against the same."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING

from handoff.lab.azure import rbac, shared_key
from handoff.lab.azure.backend import Backend, stored_name
from handoff.lab.azure.caller import TokenFault, identify
from handoff.lab.azure.refusals import BlobRefusal
from handoff.lab.azure.world import moment

if TYPE_CHECKING:
    from handoff.lab.azure.blob_request import BlobRequest
    from handoff.lab.azure.world import World

SKEW = timedelta(minutes=15)
"""source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key (read 2026-11-22)"""
SAS_FIELDS = frozenset(
    [
        "sv",
        "ss",
        "srt",
        "sr",
        "sp",
        "st",
        "se",
        "spr",
        "sip",
        "si",
        "sig",
        "ses",
        "skoid",
        "sktid",
        "skt",
        "ske",
        "sks",
        "skv",
        "saoid",
        "suoid",
        "scid",
        "sdd",
        "rscc",
        "rscd",
        "rsce",
        "rscl",
        "rsct",
    ]
)


async def check(world: World, backend: Backend, request: BlobRequest) -> None:
    """Returns when the request may pass; raises the service's refusal otherwise."""
    authorization = request.headers.get("authorization", "")
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        _check_bearer(world, request, rest.strip())
    elif scheme == "SharedKey":
        _check_keys_allowed(request)
        _check_shared_key(world, request, rest)
    elif request.asked("sig"):
        _check_keys_allowed(request)
        await _check_sas(world, backend, request)
    else:
        raise BlobRefusal(
            401,
            "NoAuthenticationInformation",
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
            headers=_challenge(world, request),
        )


def _challenge(world: World, request: BlobRequest) -> dict[str, str]:
    tenant = rbac.tenant_of(world, str(request.account["id"]))
    return {"WWW-Authenticate": f"Bearer authorization_uri={world.url}/{tenant}/oauth2/authorize resource_id=https://storage.azure.com"}


def _check_bearer(world: World, request: BlobRequest, token: str) -> None:
    host = f"https://{request.name}.blob.core.windows.net"
    try:
        caller = identify(world, token, ("https://storage.azure.com", "https://storage.azure.com/", host, f"{host}/"))
    except TokenFault as error:
        raise BlobRefusal(
            401, "InvalidAuthenticationInfo", f"Server failed to authenticate the request. {error}", headers=_challenge(world, request)
        ) from error
    right = request.right
    if not rbac.permits(world, caller, right.action, request.scope, data=right.is_data):
        raise _mismatch()


def _mismatch() -> BlobRefusal:
    return BlobRefusal(403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.")


def _check_keys_allowed(request: BlobRequest) -> None:
    if request.account["properties"].get("allowSharedKeyAccess") is False:
        raise BlobRefusal(403, "KeyBasedAuthenticationNotPermitted", "Key based authentication is not permitted on this storage account.")


def _failed(detail: str) -> BlobRefusal:
    return BlobRefusal(
        403,
        "AuthenticationFailed",
        f"Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature. {detail}",
    )


def _keys(world: World, request: BlobRequest) -> list[str]:
    return [str(key["value"]) for key in world.table("storageKeys")[request.name]["keys"]]


def _check_shared_key(world: World, request: BlobRequest, given: str) -> None:
    who, _, signature = given.strip().rpartition(":")
    if who.removeprefix("blob/") != request.name:
        raise _failed(f"The key is not of account {request.name}.")
    try:
        sent = parsedate_to_datetime(request.headers.get("x-ms-date") or request.headers.get("date", ""))
    except (ValueError, TypeError) as error:
        raise _failed("The request has no date.") from error
    if abs(datetime.now(UTC) - sent) > SKEW:
        raise _failed("The date header in the request is outside of the allowed window.")
    # Clients differ in what they call the account and its path when the host is not ACCOUNT.blob.core.windows.net.
    below = request.raw_path.removeprefix(f"/blob/{request.name}")
    paths = [f"/{who}{request.raw_path}", f"/{request.name}{request.raw_path}", f"/{request.name}{below or '/'}", f"/{request.name}/{request.name}{below}"]
    for path in paths:
        text = shared_key.text_to_sign(request.method, request.headers, path, request.query)
        if any(hmac.compare_digest(shared_key.signature(key, text), signature) for key in _keys(world, request)):
            return
    raise _failed("The MAC signature found in the HTTP request is not the same as any computed signature.")


async def _check_sas(world: World, backend: Backend, request: BlobRequest) -> None:
    if request.asked("skoid"):
        raise BlobRefusal(501, "NotImplemented", "The lab has no user delegation keys.")
    allowed = {name: request.asked(name) for name in ("sp", "st", "se")}
    is_account = bool(request.asked("ss"))
    text = _account_text(request) if is_account else _service_text(request)
    if not any(hmac.compare_digest(shared_key.signature(key, text), request.asked("sig")) for key in _keys(world, request)):
        raise _failed("Signature did not match.")
    if request.asked("si"):
        held = await _stored_policy(backend, request)
        allowed = {name: value or held.get(name, "") for name, value in allowed.items()}
    now = datetime.now(UTC)
    if not allowed["se"] or now >= moment(allowed["se"]) or (allowed["st"] and now < moment(allowed["st"])):
        raise _failed(f"Signature not valid in the specified time frame: Start [{allowed['st']}] - Expiry [{allowed['se']}] - Current [{now.isoformat()}].")
    right = request.right
    if is_account and "b" not in request.asked("ss"):
        raise BlobRefusal(403, "AuthorizationServiceMismatch", "This request is not authorized to perform this operation using this service.")
    if (is_account and right.level not in request.asked("srt")) or (not is_account and right.level == "s"):
        raise BlobRefusal(403, "AuthorizationResourceTypeMismatch", "This request is not authorized to perform this operation using this resource type.")
    if request.asked("sip") and not _in_range("127.0.0.1", request.asked("sip")):
        raise BlobRefusal(403, "AuthorizationSourceIPMismatch", "This request is not authorized to perform this operation using this source IP.")
    if not set(right.sas) & set(allowed["sp"]):
        raise _mismatch()


def _in_range(address: str, text: str) -> bool:
    first, _, last = text.partition("-")
    low, high, own = (tuple(int(n) for n in one.split(".")) for one in (first, last or first, address))
    return low <= own <= high


def _account_text(request: BlobRequest) -> str:
    fields = ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses")
    return "\n".join([request.name, *(request.asked(name) for name in fields)]) + "\n"


def _service_text(request: BlobRequest) -> str:
    kind = request.asked("sr")
    if kind not in {"b", "c", "bs"} or (kind == "b" and not request.blob):
        raise _failed(f"The signed resource '{kind}' does not fit this request.")
    resource = f"{request.resource}/{request.blob_name}" if kind in {"b", "bs"} else request.resource
    head = [request.asked("sp"), request.asked("st"), request.asked("se"), resource]
    tail = [request.asked(name) for name in ("si", "sip", "spr", "sv")]
    shown = [request.asked(name) for name in ("rscc", "rscd", "rsce", "rscl", "rsct")]
    return "\n".join([*head, *tail, kind, request.asked("snapshot") if kind == "bs" else "", request.asked("ses"), *shown])


async def _stored_policy(backend: Backend, request: BlobRequest) -> dict[str, str]:
    """The stored access policy that a SAS names; without it the SAS is worth nothing."""
    response = await backend.send("GET", stored_name(request.name, request.container), [("restype", "container"), ("comp", "acl")], {}, None)
    body = (await response.aread()).decode("utf-8-sig")
    await response.aclose()
    for block in re.findall(r"<SignedIdentifier>(.*?)</SignedIdentifier>", body, re.DOTALL):
        found = {tag: unescape(value) for tag, value in re.findall(r"<(Id|Start|Expiry|Permission)>([^<]*)</", block)}
        if found.get("Id") == request.asked("si"):
            return {"sp": found.get("Permission", ""), "st": found.get("Start", ""), "se": found.get("Expiry", "")}
    raise _failed("The stored access policy that the signature names does not exist.")
