"""One request to an Azure API, and what its answer means."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import httpx

from handoff.clouds._azure_login import Session, reveal, shared_key_headers, tls
from handoff.clouds._azure_ops import STORAGE_VERSION, Call, is_lab
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, HandoffError, Throttled, Unsupported


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a connection waits, and how often it asks again."""

    timeout_s: float = 20.0
    """For an answer; silence longer than that is no answer."""
    tries: int = 4
    first_wait_s: float = 0.2
    longest_wait_s: float = 30.0
    polls: int = 240
    """Looks at an operation that ARM does in the background, before it is called unfinished."""
    poll_s: float = 0.5
    longest_poll_s: float = 15.0


_ABSENT_TYPE = frozenset({"InvalidResourceType", "NoRegisteredProviderFound", "MissingSubscriptionRegistration", "InvalidResourceNamespace", "NotImplemented"})
NOT_FOUND = frozenset(
    {
        "ResourceNotFound",
        "ResourceGroupNotFound",
        "RoleAssignmentNotFound",
        "RoleDefinitionDoesNotExist",
        "RegistrationAssignmentNotFound",
        "RegistrationDefinitionNotFound",
        "Request_ResourceNotFound",
        "BlobNotFound",
        "ContainerNotFound",
        "SecretNotFound",
        "KeyNotFound",
    }
)
"""Codes that say that this one object is not there; a missing subscription, a mistyped path and the bare `NotFound` of a gateway are none of them."""
NO_WORD_ON_CREDENTIAL = frozenset(
    {"AuthorizationFailure", "AuthorizationSourceIPMismatch", "RequestDisallowedByPolicy", "AccountIsDisabled", "InsufficientAccountPermissions"}
)
"""403s for where the call came from, or for what stands in its way, whoever made it: a firewall's no is no proof that a key is dead.
source: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes (read 2026-11-22)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    text: str = ""
    is_object: bool = True
    """False when a body came that is no JSON object: right for blobs, somebody else's answer anywhere else."""

    @property
    def code(self) -> str:
        """Azure's name for the error, or empty when the answer is in none of its shapes."""
        found = self.body.get("error")
        if isinstance(found, Mapping):
            return str(found.get("code", ""))
        return self.headers.get("x-ms-error-code", "") or _xml_code(self.text)

    @property
    def message(self) -> str:
        """Azure's sentence."""
        found = self.body.get("error")
        return str(found.get("message", "")) if isinstance(found, Mapping) else ""

    @property
    def request_id(self) -> str:
        """What Azure calls this answer."""
        return next((self.headers[name] for name in ("x-ms-request-id", "request-id", "x-ms-correlation-request-id") if name in self.headers), "")


def client(patience: Patience) -> httpx.Client:
    """A client of its own for each connection; in a lab without the machine's proxy and CA variables."""
    return httpx.Client(timeout=patience.timeout_s, verify=tls(), trust_env=not is_lab(), follow_redirects=False)


def headers(session: Session, call: Call) -> dict[str, str]:
    """How a request is authorised: Shared Key for a login of that form, else a bearer token."""
    login = session.login
    if login is not None and login.form == "azure-shared-key":
        return shared_key_headers(str(login.material["account"]), reveal(login, "key"), call.method, call.url, call.query)
    extra = {"x-ms-version": STORAGE_VERSION} if call.plane.name == "blob" else {}
    return {"authorization": f"Bearer {session.token(call.plane)}", **extra}


def once(http: httpx.Client, call: Call, session: Session) -> Answer:
    """Send one request once. Raises httpx.HTTPError or httpx.InvalidURL when no answer came."""
    answer = http.request(call.method, call.url, params=dict(call.query) or None, json=call.body, headers=headers(session, call))
    return read(answer)


def send(http: httpx.Client, op: str, call: Call, session: Session, patience: Patience, *, repeat: bool = True) -> Answer:
    """Send a request, again after a throttle or a passing failure; the answer may be not-found. Raises the error that its status means.

    `repeat=False` is for a change that would take effect twice: it is sent again only when it certainly was not carried out.
    """
    last: HandoffError = CloudError(f"{op}: not sent")
    wait_s = patience.first_wait_s
    for number in range(patience.tries):
        if number:
            time.sleep(wait_s)
            wait_s = min(wait_s * 2, patience.longest_wait_s) * random.uniform(0.75, 1.0)  # noqa: S311 jitter, not a secret
        try:
            answer = once(http, call, session)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            last = CloudError(f"{op}: no answer ({type(error).__name__})")
            if repeat or isinstance(error, httpx.ConnectError):
                continue
            raise last from error
        if answer.status == 202:
            return _finish(http, op, call, session, answer, patience)
        if answer.status < 300 or (answer.status == 404 and answer.code in NOT_FOUND):
            return _sound(op, call, answer)
        last = refusal(op, answer)
        if not last.retriable or answer.status in {400, 404, 409, 412} or not (repeat or answer.status == 429):
            raise last
        wait_s = max(wait_s, min(_seconds(answer), patience.longest_wait_s))
    raise last


def _sound(op: str, call: Call, answer: Answer) -> Answer:
    """The answer, if it is one of Azure's: a proxy's page must not pass for an empty list or a done change."""
    if call.plane.name != "blob" and not answer.is_object:
        raise CloudError(f"{op}: HTTP {answer.status}, but the answer is not what Azure sends")
    return answer


def _seconds(answer: Answer) -> float:
    """What the server asks us to wait; 0 when it does not say."""
    after = answer.headers.get("retry-after", "")
    return float(after) if after.isdigit() else 0.0


def same_origin(op: str, call: Call, link: str, what: str) -> str:
    """A link to follow with our token: only to where the call itself went, no vendor needs another."""
    try:
        ours, theirs = httpx.URL(call.url), httpx.URL(link)
    except httpx.InvalidURL as error:
        raise CloudError(f"{op}: {what} has no usable address") from error
    if (ours.scheme, ours.host, ours.port) != (theirs.scheme, theirs.host, theirs.port):
        raise CloudError(f"{op}: {what} is on another host, {theirs.host or 'none'}")
    return link


def _finish(http: httpx.Client, op: str, call: Call, session: Session, answer: Answer, patience: Patience) -> Answer:
    """Follow what ARM does in the background to its end: accepted is not done.

    source: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations (read 2026-11-22)
    """
    where = answer.headers.get("azure-asyncoperation") or answer.headers.get("location")
    if not where:
        raise CloudError(f"{op}: accepted, but with no word on where its end is to be seen")
    look = Call(plane=call.plane, method="GET", url=same_origin(op, call, where, "the end of the operation"), query={}, body=None)
    for _ in range(patience.polls):
        try:
            seen = once(http, look, session)
        except httpx.HTTPError:
            time.sleep(patience.poll_s)
            continue
        state = str(seen.body.get("status", "")).lower()
        if seen.status in {200, 204} and seen.is_object and state in {"", "succeeded"}:
            return Answer(status=200, body=seen.body, headers={**seen.headers, "x-ms-request-id": answer.request_id})
        if state in {"failed", "canceled"}:
            raise CloudError(f"{op}: accepted, but it ended as {state} {seen.code}".rstrip())
        if 400 <= seen.status < 500 and seen.status != 429:
            raise CloudError(f"{op}: accepted, but its end cannot be seen: HTTP {seen.status} {seen.code}".rstrip())
        time.sleep(min(_seconds(seen) or patience.poll_s, patience.longest_poll_s))
    raise CloudError(f"{op}: accepted, but not finished in time")


def refusal(op: str, answer: Answer) -> HandoffError:
    """What a status of 300 and above means."""
    told = f"{op}: HTTP {answer.status} {answer.code}: {answer.message}".rstrip(": ")
    if answer.code in _ABSENT_TYPE or answer.status == 501:
        return Unsupported(told)
    match answer.status:
        case 401:
            return CredentialsRefused(told)
        case 403:
            return AccessDenied(told)
        case 429:
            return Throttled(told)
        case _:
            return CloudError(told)


def read(answer: httpx.Response) -> Answer:
    """An answer that has come whole."""
    text = answer.text if answer.content else ""
    body: object = None
    with suppress(ValueError):
        body = answer.json() if text else {}
    found = {key.lower(): value for key, value in answer.headers.items()}
    return Answer(status=answer.status_code, body=body if isinstance(body, dict) else {}, headers=found, text=text, is_object=isinstance(body, dict))


def _xml_code(text: str) -> str:
    if "<Error>" not in text or "<!DOCTYPE" in text:
        return ""
    try:
        return ElementTree.fromstring(text.lstrip("\ufeff")).findtext("Code") or ""  # noqa: S314 no entities: a DOCTYPE is refused above
    except ElementTree.ParseError:
        return ""
