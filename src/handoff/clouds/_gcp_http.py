"""One request to a Google API, and what its answer means."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from handoff.clouds import _gcp_login
from handoff.clouds._gcp_methods import Call
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, HandoffError, Throttled, Unsupported

TRIES = 4
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def error(self) -> str:
        """Google's name for the error (`PERMISSION_DENIED`), or empty when this is not Google's error shape."""
        found = self.body.get("error")
        if not isinstance(found, Mapping):
            return ""
        return str(found.get("status") or next((one.get("reason", "") for one in found.get("errors", []) if isinstance(one, Mapping)), "") or "")

    @property
    def reason(self) -> str:
        """The machine-readable reason inside the details (`SERVICE_DISABLED`), or empty."""
        found = self.body.get("error")
        details = found.get("details", []) if isinstance(found, Mapping) else []
        return next((str(one["reason"]) for one in details if isinstance(one, Mapping) and "reason" in one), "")

    @property
    def message(self) -> str:
        """Google's sentence."""
        found = self.body.get("error")
        return str(found.get("message", "")) if isinstance(found, Mapping) else ""

    @property
    def request_id(self) -> str:
        """What Google calls this answer, where it says."""
        return next((self.headers[name] for name in ("x-goog-request-id", "x-request-id", "x-guploader-uploadid") if name in self.headers), "")


def client() -> httpx.Client:
    """A client of its own for each connection; a lab's base is taken as it is, without the machine's proxy and CA variables."""
    return httpx.Client(timeout=_gcp_login.TIMEOUT_S, trust_env=_gcp_login.base() is None, follow_redirects=False)


def once(http: httpx.Client, call: Call, token: str) -> Answer:
    """Send one request once. Raises httpx.HTTPError when no answer came."""
    answer = http.request(call.method, call.url, params=dict(call.query), json=call.body, headers={"Authorization": f"Bearer {token}"})
    try:
        body = answer.json() if answer.content else {}
    except ValueError:
        body = {}
    return Answer(status=answer.status_code, body=body if isinstance(body, dict) else {}, headers={key.lower(): value for key, value in answer.headers.items()})


def send(http: httpx.Client, op: str, call: Call, token: str, *, sleep: Callable[[float], None] = time.sleep) -> Answer:
    """Send a request, again after a throttle or a passing failure; the answer may be not-found. Raises the error that its status means."""
    last: HandoffError = CloudError(f"{op}: not sent")
    wait_s = FIRST_WAIT_S
    for number in range(TRIES):
        if number:
            sleep(min(wait_s, LONGEST_WAIT_S) * random.uniform(0.5, 1.0))  # noqa: S311 jitter, not a secret
            wait_s *= 2
        try:
            answer = once(http, call, token)
        except httpx.HTTPError as error:
            last = CloudError(f"{op}: no answer ({type(error).__name__})")
            continue
        if answer.status < 300 or answer.status == 404:
            return answer
        last = refusal(op, answer)
        if not last.retriable or answer.status == 409:
            raise last
        after = answer.headers.get("retry-after", "")
        wait_s = max(wait_s, float(after)) if after.isdigit() else wait_s
    raise last


def refusal(op: str, answer: Answer) -> HandoffError:
    """What a status of 300 and above means."""
    told = f"{op}: HTTP {answer.status} {answer.error}: {answer.message}".rstrip(": ")
    match answer.status:
        case 401:
            return CredentialsRefused(told)
        case 403 if answer.reason in {"SERVICE_DISABLED", "API_DISABLED"} or answer.error == "accessNotConfigured":
            return Unsupported(told, hint="The API is not enabled in the project; nothing can be claimed about what it holds.")
        case 403 if answer.error in {"RESOURCE_EXHAUSTED", "rateLimitExceeded", "userRateLimitExceeded"}:
            return Throttled(told)
        case 403 | 407:
            return AccessDenied(told)
        case 429:
            return Throttled(told)
        case 501:
            return Unsupported(told)
        case _:
            return CloudError(told)
