"""Repeating a call that AWS did not answer for good, and keeping to the pace that it asks for.

Both stand on two events that botocore emits for every message, each page and each repetition: so no call goes out unseen. botocore's own
retries are taken off, since they neither tell a pace nor honour Retry-After.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import botocore.exceptions as sdk

from handoff import fan
from handoff.clouds._aws_errors import THROTTLED

if TYPE_CHECKING:
    from handoff.clouds._pace import Pace

_LONGEST_S = 20.0
_TRANSIENT = frozenset({500, 502, 503, 504})
# source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html (read 2026-11-22)
_AGAIN = frozenset({"RequestTimeout", "RequestTimeoutException", "TransactionInProgressException"})
_SLOWER = THROTTLED | {"ProvisionedThroughputExceededException"}


class Retry:
    """The handlers of one client."""

    def __init__(self, pace: Pace, *, attempts: int) -> None:
        self._pace = pace
        self._attempts = attempts

    def wire(self, client: Any) -> None:  # noqa: ANN401 - botocore's clients are made at run time and have no type
        """Puts this in place of botocore's retries."""
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.unregister(f"needs-retry.{service}", unique_id=f"retry-config-{service}")
        client.meta.events.register(f"before-send.{service}", self._before)
        client.meta.events.register(f"needs-retry.{service}", self._after)

    def _before(self, **_: object) -> None:
        fan.go_on()
        self._pace.take()

    def _after(self, *, response: Any, attempts: int, caught_exception: Exception | None, operation: Any, **_: object) -> float | None:  # noqa: ANN401
        http, parsed = response if response is not None else (None, {})
        code, status = str(parsed.get("Error", {}).get("Code", "")), http.status_code if http is not None else 0
        slower = status == 429 or (code in _SLOWER and status >= 300)
        after_s = _seconds(http.headers.get("Retry-After", "")) if http is not None else 0.0
        if slower:
            self._pace.throttled(after_s)
        broken = isinstance(caught_exception, sdk.ConnectionError | sdk.HTTPClientError)
        again = slower or broken or status in _TRANSIENT or (code in _AGAIN and status >= 300) or _says_retryable(operation, code, status)
        if not again or attempts >= self._attempts:
            return None
        fan.pause(max(after_s, min(_LONGEST_S, random.random() * 2 ** (attempts - 1))))  # noqa: S311 - spreading calls, not hiding anything
        return 0.0


def _says_retryable(operation: Any, code: str, status: int) -> bool:  # noqa: ANN401
    """True when the service's own model calls the error one to be tried again."""
    if status < 300 or not code:
        return False
    return any("retryable" in shape.metadata and code in {shape.name, shape.metadata.get("error", {}).get("code")} for shape in operation.error_shapes)


def _seconds(text: str) -> float:
    """The header's seconds; its other form, a date, is left to the backoff."""
    return min(_LONGEST_S * 3, float(text)) if text.isascii() and text.isdecimal() else 0.0
