"""Credentials of applications and service principals: secrets, certificates, federated credentials."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from starlette.responses import JSONResponse, Response

from handoff.lab.azure.call import page
from handoff.lab.azure.refusals import GraphRefusal
from handoff.lab.azure.world import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.lab.azure.call import Call
    from handoff.lab.azure.world import Record

LIFE = timedelta(days=730)
"""Life of a secret when none is asked for. source: https://learn.microsoft.com/graph/api/application-addpassword (read 2026-11-22)"""


def answer(call: Call, record: Record, rest: str, may_write: Callable[[], None], may_read: Callable[[], None]) -> Response | None:
    """The answer to a call below one application or service principal, or None when it is not about credentials."""
    if call.method == "POST" and rest in {"addPassword", "removePassword", "addKey", "removeKey"}:
        may_write()
        answered = {"addPassword": _add_password, "removePassword": _remove_password, "addKey": _add_key, "removeKey": _remove_key}[rest](call.json(), record)
        call.world.touch()
        return answered
    name, _, key = rest.partition("/")
    if name == "federatedIdentityCredentials" and "appId" in record:
        return _federated(call, record, key, may_write, may_read)
    return None


def _add_password(body: Record, record: Record) -> Response:
    asked = body.get("passwordCredential") or {}
    text = secrets.token_urlsafe(30)
    now = datetime.now(UTC)
    credential = {
        "customKeyIdentifier": None,
        "displayName": asked.get("displayName"),
        "endDateTime": asked.get("endDateTime") or stamp(now + LIFE),
        "hint": text[:3],
        "keyId": str(uuid.uuid4()),
        "startDateTime": asked.get("startDateTime") or stamp(now),
        "_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    record["passwordCredentials"].append(credential)
    return JSONResponse({**{k: v for k, v in credential.items() if not k.startswith("_")}, "secretText": text})


def _remove_password(body: Record, record: Record) -> Response:
    return _remove(body, record, "passwordCredentials", "No password credential found with keyId")


def _remove_key(body: Record, record: Record) -> Response:
    return _remove(body, record, "keyCredentials", "No key credential found with keyId")


def _remove(body: Record, record: Record, field: str, words: str) -> Response:
    kept = [c for c in record[field] if c["keyId"] != body.get("keyId")]
    if len(kept) == len(record[field]):
        raise GraphRefusal(400, "Request_BadRequest", f"{words} '{body.get('keyId')}'.")
    record[field] = kept
    return Response(status_code=204)


def _add_key(body: Record, record: Record) -> Response:
    # The proof (a token signed by a key that is there already) is not asked for here; docs/lab-azure.md says so.
    credential = _key(body.get("keyCredential") or {})
    record["keyCredentials"].append(credential)
    return JSONResponse({k: v for k, v in credential.items() if not k.startswith("_")})


def set_keys(record: Record, wanted: list[Record]) -> None:
    """Replace the certificates of an object; an entry without `key` keeps the certificate already known by its `keyId`."""
    known = {c["keyId"]: c for c in record["keyCredentials"]}
    record["keyCredentials"] = [known[c["keyId"]] if c.get("keyId") in known and not c.get("key") else _key(c) for c in wanted]


def _key(asked: Record) -> Record:
    try:
        der = base64.b64decode(asked["key"], validate=True)
        certificate = x509.load_pem_x509_certificate(der) if der.startswith(b"-----BEGIN") else x509.load_der_x509_certificate(der)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise GraphRefusal(
            400, "Request_BadRequest", "Key credential has an invalid certificate: 'key' is to be a base64 DER or PEM X.509 certificate."
        ) from error
    kept = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode("ascii")
    return {
        "customKeyIdentifier": certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - Entra names certificates by SHA-1
        "displayName": asked.get("displayName") or certificate.subject.rfc4514_string(),
        "endDateTime": asked.get("endDateTime") or stamp(certificate.not_valid_after_utc),
        "key": None,
        "keyId": asked.get("keyId") or str(uuid.uuid4()),
        "startDateTime": asked.get("startDateTime") or stamp(certificate.not_valid_before_utc),
        "type": asked.get("type") or "AsymmetricX509Cert",
        "usage": asked.get("usage") or "Verify",
        "_certificate": kept,
    }


def _federated(call: Call, record: Record, key: str, may_write: Callable[[], None], may_read: Callable[[], None]) -> Response:
    held: list[Record] = record["_federated"]
    if call.method == "GET":
        may_read()
        return JSONResponse(_one(held, key)) if key else JSONResponse(page(call, held, link="@odata.nextLink"))
    may_write()
    call.world.touch()
    body = call.json()
    if call.method == "POST" and not key:
        if not all(body.get(name) for name in ("name", "issuer", "subject", "audiences")):
            raise GraphRefusal(400, "Request_BadRequest", "A federated identity credential takes name, issuer, subject and audiences.")
        if any(f["name"] == body["name"] or (f["issuer"], f["subject"]) == (body["issuer"], body["subject"]) for f in held):
            raise GraphRefusal(
                409, "Request_MultipleObjectsWithSameKeyValue", "FederatedIdentityCredential with that name, or issuer and subject, already exists."
            )
        fresh = {"id": str(uuid.uuid4()), **{name: body.get(name) for name in ("name", "issuer", "subject", "description", "audiences")}}
        held.append(fresh)
        return JSONResponse(fresh, status_code=201)
    if call.method == "PATCH" and key:
        _one(held, key).update({name: body[name] for name in ("issuer", "subject", "description", "audiences") if name in body})
        return Response(status_code=204)
    if call.method == "DELETE" and key:
        held.remove(_one(held, key))
        return Response(status_code=204)
    raise GraphRefusal(405, "Request_BadRequest", f"{call.method} is not allowed here.")


def _one(held: list[Record], key: str) -> Record:
    for credential in held:
        if key in {credential["id"], credential["name"]}:
            return credential
    raise GraphRefusal(404, "Request_ResourceNotFound", f"Resource '{key}' does not exist or one of its queried reference-property objects are not present.")
