"""One request to an Azure API, and what its answer means."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import httpx

from handoff.clouds._azure_login import Session, reveal, shared_key_headers, tls
from handoff.clouds._azure_ops import STORAGE_VERSION, Call, is_lab
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, HandoffError, Throttled, Unsupported

TRIES = 4
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 8.0
TIMEOUT_S = 20.0
POLLS = 240
"""Looks at an operation that ARM does in the background, before it is called unfinished."""

_ABSENT_TYPE = frozenset({"InvalidResourceType", "NoRegisteredProviderFound", "MissingSubscriptionRegistration", "InvalidResourceNamespace", "NotImplemented"})
NOT_FOUND = frozenset(
    {
        "ResourceNotFound",
        "ResourceGroupNotFound",
        "NotFound",
        "RoleAssignmentNotFound",
        "RegistrationAssignmentNotFound",
        "RegistrationDefinitionNotFound",
        "Request_ResourceNotFound",
        "BlobNotFound",
        "ContainerNotFound",
        "SecretNotFound",
        "KeyNotFound",
    }
)
"""Codes that say that this one object is not there; a missing subscription or a mistyped path is none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    text: str = ""

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


def client() -> httpx.Client:
    """A client of its own for each connection; in a lab without the machine's proxy and CA variables."""
    return httpx.Client(timeout=TIMEOUT_S, verify=tls(), trust_env=not is_lab(), follow_redirects=False)


def headers(session: Session, call: Call) -> dict[str, str]:
    """How a request is authorised: Shared Key for a login of that form, else a bearer token."""
    login = session.login
    if login is not None and login.form == "azure-shared-key":
        return shared_key_headers(str(login.material["account"]), reveal(login, "key"), call.method, call.url, call.query)
    extra = {"x-ms-version": STORAGE_VERSION} if call.plane.name == "blob" else {}
    return {"authorization": f"Bearer {session.token(call.plane)}", **extra}


def once(http: httpx.Client, call: Call, session: Session) -> Answer:
    """Send one request once. Raises httpx.HTTPError when no answer came."""
    answer = http.request(call.method, call.url, params=dict(call.query), json=call.body, headers=headers(session, call))
    return read(answer)


def send(http: httpx.Client, op: str, call: Call, session: Session, *, sleep: Callable[[float], None] = time.sleep) -> Answer:
    """Send a request, again after a throttle or a passing failure; the answer may be not-found. Raises the error that its status means."""
    last: HandoffError = CloudError(f"{op}: not sent")
    wait_s = FIRST_WAIT_S
    for number in range(TRIES):
        if number:
            sleep(min(wait_s, LONGEST_WAIT_S) * random.uniform(0.5, 1.0))  # noqa: S311 jitter, not a secret
            wait_s *= 2
        try:
            answer = once(http, call, session)
        except httpx.HTTPError as error:
            last = CloudError(f"{op}: no answer ({type(error).__name__})")
            continue
        if answer.status == 202:
            return _finish(http, op, call, session, answer, sleep)
        if answer.status < 300 or (answer.status == 404 and answer.code in NOT_FOUND):
            return answer
        last = refusal(op, answer)
        if not last.retriable or answer.status in {400, 404, 409, 412}:
            raise last
        after = answer.headers.get("retry-after", "")
        wait_s = max(wait_s, float(after)) if after.isdigit() else wait_s
    raise last


def _finish(http: httpx.Client, op: str, call: Call, session: Session, answer: Answer, sleep: Callable[[float], None]) -> Answer:
    """Follow what ARM does in the background to its end: accepted is not done.

    source: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations (read 2026-11-22)
    """
    where = answer.headers.get("azure-asyncoperation") or answer.headers.get("location")
    if not where:
        raise CloudError(f"{op}: accepted, but with no word on where its end is to be seen")
    look = Call(plane=call.plane, method="GET", url=where, query={}, body=None)
    for _ in range(POLLS):
        seen = once(http, look, session)
        state = str(seen.body.get("status", "")).lower()
        if seen.status in {200, 204} and state in {"", "succeeded"}:
            return Answer(status=200, body=seen.body, headers={**seen.headers, "x-ms-request-id": answer.request_id})
        if seen.status >= 400 or state in {"failed", "canceled"}:
            raise CloudError(f"{op}: accepted, but it ended as {state or seen.status}")
        after = seen.headers.get("retry-after", "")
        sleep(min(float(after), 15.0) if after.isdigit() else 0.5)
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
    try:
        body = answer.json() if text.startswith(("{", "[")) else {}
    except ValueError:
        body = {}
    return Answer(status=answer.status_code, body=body if isinstance(body, dict) else {}, headers={key.lower(): value for key, value in answer.headers.items()}, text=text)


def _xml_code(text: str) -> str:
    if "<Error>" not in text or "<!DOCTYPE" in text:
        return ""
    try:
        return ElementTree.fromstring(text.lstrip("\ufeff")).findtext("Code") or ""  # noqa: S314 no entities: a DOCTYPE is refused above
    except ElementTree.ParseError:
        return ""
