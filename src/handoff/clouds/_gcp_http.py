"""One request to a Google API, and what its answer means."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from handoff.clouds import _gcp_login
from handoff.clouds._gcp_methods import Call
from handoff.errors import AccessDenied, CloudError, CredentialsRefused, HandoffError, Throttled, Unsupported

TRIES = 4
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 8.0
LONGEST_ASKED_S = 60.0
"""A `Retry-After` beyond this is not waited out: the caller is told instead."""
_DISABLED = frozenset({"SERVICE_DISABLED", "API_DISABLED"})
_NOT_THE_CREDENTIAL = frozenset({"SECURITY_POLICY_VIOLATED", "BILLING_DISABLED", "CONSUMER_INVALID", "CONSUMER_SUSPENDED", "USER_PROJECT_DENIED"})
"""Reasons of a 403 that lie in the network, the project or its billing: another caller would be refused too.
source: https://cloud.google.com/apis/design/errors, google/api/error_reason.proto (read 2026-11-22)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    readable: bool = True
    """The body was a JSON object; False for anything else, an empty one included."""

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
    def refuses_the_credential(self) -> bool:
        """True when Google itself says that this caller may not, for a reason that lies in the caller."""
        if not self.error or self.reason in _DISABLED | _NOT_THE_CREDENTIAL:
            return False
        return isinstance(refusal("", self), CredentialsRefused | AccessDenied)

    @property
    def request_id(self) -> str:
        """What Google calls this answer, where it says."""
        return next((self.headers[name] for name in ("x-goog-request-id", "x-request-id", "x-guploader-uploadid") if name in self.headers), "")


def client(timeout_s: float = _gcp_login.TIMEOUT_S) -> httpx.Client:
    """A client of its own for each connection; a lab's base is taken as it is, without the machine's proxy and CA variables."""
    return httpx.Client(timeout=timeout_s, trust_env=_gcp_login.base() is None, follow_redirects=False)


def once(http: httpx.Client, call: Call, token: str) -> Answer:
    """Send one request once. Raises httpx.HTTPError when no answer came."""
    answer = http.request(call.method, call.url, params=dict(call.query), json=call.body, headers={"Authorization": f"Bearer {token}"})
    return read(answer)


def read(answer: httpx.Response) -> Answer:
    """An answer that has been read, in our words."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    headers = {key.lower(): value for key, value in answer.headers.items()}
    return Answer(status=answer.status_code, body=body if isinstance(body, dict) else {}, headers=headers, readable=isinstance(body, dict))


def send(http: httpx.Client, op: str, call: Call, token: str, *, sleep: Callable[[float], None] = time.sleep) -> Answer:
    """Send a request, again after a throttle or a passing failure; the answer may be Google's own not-found. Raises the error that its status means."""
    last: HandoffError = CloudError(f"{op}: not sent")
    wait_s, asked_s = FIRST_WAIT_S, 0.0
    for number in range(TRIES):
        if number:
            sleep(max(min(wait_s, LONGEST_WAIT_S) * random.uniform(0.5, 1.0), asked_s))  # noqa: S311 jitter, not a secret
            wait_s, asked_s = wait_s * 2, 0.0
        try:
            answer = once(http, call, token)
        except httpx.HTTPError as error:
            last = CloudError(f"{op}: no answer ({type(error).__name__})")
            last.__cause__ = error
            continue
        if answer.status < 300 or (answer.status == 404 and answer.error in {"NOT_FOUND", "notFound"}):
            return answer
        last = refusal(op, answer)
        asked_s = _asked_s(answer)
        if not last.retriable or answer.status in {409, 412} or asked_s > LONGEST_ASKED_S:
            raise last
    raise last


def _asked_s(answer: Answer) -> float:
    """Seconds that `Retry-After` asks for; it may be a number or a date."""
    after = answer.headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    try:
        return max(0.0, (parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds()) if after else 0.0
    except (ValueError, TypeError):
        return 0.0


def refusal(op: str, answer: Answer) -> HandoffError:  # noqa: C901 one case per status, each a line or two
    """What a status of 300 and above means. Without Google's own error body somebody on the way has answered, and nothing is refused."""
    told = f"{op}: HTTP {answer.status} {answer.error}: {answer.message}".rstrip(": ")
    match answer.status:
        case 429:
            return Throttled(told)
        case 404 if not answer.error:
            return _final(CloudError(f"{told}: not Google's own not-found", hint=f"Is {_gcp_login.BASE} right?"))
        case 401 | 403 | 407 if not answer.error:
            return _final(CloudError(f"{told}: not Google's own refusal", hint="A proxy or another server on the way has answered; see its settings."))
        case 401:
            return CredentialsRefused(told)
        case 403 if answer.reason in _DISABLED or answer.error == "accessNotConfigured":
            return Unsupported(told, hint="The API is not enabled in the project; nothing can be claimed about what it holds.")
        case 403 if answer.error in {"RESOURCE_EXHAUSTED", "rateLimitExceeded", "userRateLimitExceeded"} or answer.reason == "RATE_LIMIT_EXCEEDED":
            return Throttled(told)
        case 403:
            return AccessDenied(told)
        case 501:
            return Unsupported(told)
        case 408 | 409 | 412:
            return CloudError(told)
        case status if status < 500:
            return _final(CloudError(told, hint="The request itself is at fault: sending it again gives the same answer."))
        case _:
            return CloudError(told)


def _final(error: CloudError) -> CloudError:
    error.retriable = False
    return error
