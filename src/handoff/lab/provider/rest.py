"""Authorised HTTP to the lab's Azure and GCP stand-ins, and what their refusals mean."""

from __future__ import annotations

import json as jsonlib
import threading
import time
from typing import TYPE_CHECKING, Any, cast

import httpx

from handoff.lab.provider.record import Answer, EmulatorError, Missing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handoff.lab.provider.record import Properties

TIMEOUT_S = 30.0
_EARLY_S = 60.0


class Token:
    """A bearer token that is fetched on first use and again shortly before it ends; safe to share between threads."""

    def __init__(self, fetch: Callable[[], tuple[str, float]]) -> None:
        """`fetch` returns the token and its lifetime in seconds."""
        self._fetch = fetch
        self._lock = threading.Lock()
        self._value = ""
        self._until = 0.0

    def value(self) -> str:
        """A token that is still good."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._value, lifetime_s = self._fetch()
                self._until = time.monotonic() + max(lifetime_s - _EARLY_S, lifetime_s / 2)
            return self._value

    def drop(self) -> None:
        """Forget it: the server refused it."""
        with self._lock:
            self._until = 0.0


class HttpRest:
    """One API behind a bearer token. Implements `record.Rest`."""

    def __init__(self, client: httpx.Client, base: str, token: Token) -> None:
        self._client = client
        self._base = base.rstrip("/")
        self._token = token

    def request(self, method: str, path: str, json: object = None, *, params: Mapping[str, str] | None = None) -> Properties:
        """See `record.Rest`."""
        content = b"" if json is None else jsonlib.dumps(json).encode()
        headers = {} if json is None else {"content-type": "application/json"}
        answer = self.send(method, path, content=content, headers=headers, params=params)
        if not answer.body.strip():
            return {}
        try:
            value = jsonlib.loads(answer.body)
        except ValueError as error:
            raise EmulatorError("BrokenAnswer", f"{method} {path} did not answer JSON", status=answer.status) from error
        return cast("Properties", value) if isinstance(value, dict) else {"value": value}

    def find(self, path: str, *, params: Mapping[str, str] | None = None) -> Properties | None:
        """See `record.Rest`."""
        try:
            return self.request("GET", path, params=params)
        except Missing:
            return None

    def send(
        self,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """See `record.Rest`."""
        response = self._once(method, path, content, headers, params)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._token.drop()
            response = self._once(method, path, content, headers, params)
        if response.is_success:
            return Answer(status=response.status_code, headers=dict(response.headers), body=response.content)
        raise failure(method, path, response)

    def _once(self, method: str, path: str, content: bytes, headers: Mapping[str, str] | None, params: Mapping[str, str] | None) -> httpx.Response:
        sent = {"authorization": f"Bearer {self._token.value()}", **(headers or {})}
        url = httpx.URL(self._base + "/" + path.lstrip("/"))
        if params:
            url = url.copy_merge_params(dict(params))
        try:
            return self._client.request(method, url, content=content, headers=sent)
        except httpx.HTTPError as error:
            raise EmulatorError("Unreachable", f"{method} {self._base}: {error}; `handoff lab status` says which process is down") from error


def failure(method: str, path: str, response: httpx.Response) -> EmulatorError:
    """The vendor's code and message from an error answer."""
    code, message = f"HTTP {response.status_code}", response.text[:500].strip()
    try:
        body: Any = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        inner = body.get("error", body)
        if isinstance(inner, dict):
            code, message = str(inner.get("status") or inner.get("code") or code), str(inner.get("message") or message)
        else:
            code, message = str(inner), str(body.get("error_description") or message)
    kind = Missing if response.status_code == httpx.codes.NOT_FOUND else EmulatorError
    return kind(code, f"{message} ({method} {path.partition('?')[0]})", status=response.status_code)
