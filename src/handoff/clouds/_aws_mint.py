"""Canaries on AWS: sessions and addresses that are issued before the cut, and the plain try of an address after it."""

from __future__ import annotations

import http.client
import json
import os
import re
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from handoff.clouds._aws_errors import CALL_ERRORS, DENIED, REFUSED, translate
from handoff.clouds._aws_login import SESSION_NAME
from handoff.clouds._aws_ops import permission
from handoff.errors import Unsupported, UsageError
from handoff.model import Attempt, Login, Outcome, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handoff.clouds._aws_login import Session

URL_FORM = "aws-url"
_SESSION_S = 3600
_URL_S = 7 * 24 * 3600
"""The longest that AWS lets an address live: a canary that ended by itself before the proof would show nothing.
source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html (read 2026-11-22)"""
_TRY_S = 10
_MOST = 65536
# A federation session may do only what this policy and the user's own both allow. source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html (read 2026-11-22)
_ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
_CODE = re.compile(rb"<Code>([A-Za-z0-9.]+)</Code>")
_OVER = re.compile(rb"request has expired", re.IGNORECASE)


def mint(session: Session, login: Login, how: Mapping[str, str]) -> Login:
    """A session or address issued now, as a login of its own. Raises Unsupported when the login is another key, UsageError for what AWS does not issue."""
    if how.get("access_key_id", login.material.get("access_key_id")) != login.material.get("access_key_id"):
        raise Unsupported(f"login {login.name} is not the key {how['access_key_id']}")
    op = how.get("op", "")
    try:
        if op == "s3:presign":
            return _address(session, login, how)
        return _session(session, login, op, how)
    except CALL_ERRORS as error:
        raise translate(op, error, permission=permission(op)) from error


def attempt_url(login: Login, op: str) -> Attempt:
    """One plain GET of an address, without any credential. One whose own time is over is UNKNOWN: that is not the cut's doing."""
    url = login.material.get("url")
    outcome, code = _get(url.reveal() if isinstance(url, Secret) else str(url or ""))
    return Attempt(outcome=outcome, op=op, code=code, at=datetime.now(UTC))


def _session(session: Session, login: Login, op: str, how: Mapping[str, str]) -> Login:
    params: dict[str, Any] = {"DurationSeconds": _SESSION_S}
    match op:
        case "sts:AssumeRole":
            params |= {"RoleArn": how["role_arn"], "RoleSessionName": SESSION_NAME} | ({"ExternalId": how["external_id"]} if how.get("external_id") else {})
            answer = session.client("sts").assume_role(**params)
        case "sts:GetSessionToken":
            answer = session.client("sts").get_session_token(**params)
        case "sts:GetFederationToken":
            answer = session.client("sts").get_federation_token(Name=SESSION_NAME, Policy=_ALL, **params)
        case _:
            raise UsageError(
                f"AWS mints no session by {op!r}", hint="One of sts:AssumeRole, sts:GetSessionToken, sts:GetFederationToken, s3:presign (an address)."
            )
    given = answer["Credentials"]
    material: dict[str, str | Secret] = {
        "access_key_id": given["AccessKeyId"],
        "secret_access_key": Secret(given["SecretAccessKey"]),
        "session_token": Secret(given["SessionToken"]),
    }
    principal = str((answer.get("AssumedRoleUser") or answer.get("FederatedUser") or {}).get("Arn", "")) or login.principal
    name = f"{login.name}-{op.removeprefix('sts:')}"
    return Login(name=name, cloud="aws", party=login.party, principal=principal, form="aws-keys", material=material)


def _address(session: Session, login: Login, how: Mapping[str, str]) -> Login:
    bucket = how.get("bucket", "")
    method, op, params = ("list_objects_v2", "s3:ListObjectsV2", {"Bucket": bucket}) if bucket else ("list_buckets", "s3:ListBuckets", {})
    client = session.client("s3")
    # Left alone, botocore signs addresses by version 2, which newer regions refuse.
    client.meta.events.register_first("choose-signer.s3", lambda **_: "s3v4")
    url = client.generate_presigned_url(method, Params=params, ExpiresIn=_URL_S)
    material: dict[str, str | Secret] = {"url": Secret(url), "op": op, "bucket": bucket}
    return Login(name=f"{login.name}-url", cloud="aws", party=login.party, principal=login.principal, form=URL_FORM, material=material)


def _get(url: str) -> tuple[Outcome, str]:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return Outcome.UNKNOWN, "not-an-address"
    try:
        connection = (
            http.client.HTTPSConnection(parts.hostname, parts.port, timeout=_TRY_S, context=ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE")))
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.hostname, parts.port, timeout=_TRY_S)
        )
        try:
            connection.request("GET", f"{parts.path or '/'}?{parts.query}")
            answer = connection.getresponse()
            status, body = answer.status, answer.read(_MOST)
        finally:
            connection.close()
    except TimeoutError:
        return Outcome.UNKNOWN, "timeout"
    except (OSError, http.client.HTTPException):
        return Outcome.UNKNOWN, "connection"
    return _read(status, body)


def _read(status: int, body: bytes) -> tuple[Outcome, str]:
    if 200 <= status < 300:
        return Outcome.WORKED, "ok"
    found = _CODE.search(body)
    code = found[1].decode("ascii") if found else ""
    if _OVER.search(body):
        return Outcome.UNKNOWN, "address-over"
    if code in DENIED | REFUSED and 400 <= status < 500:
        return Outcome.REFUSED, code
    return Outcome.UNKNOWN, code or f"http-{status}"
