"""Answers that say no, in the shape each of the five services uses."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(Exception):
    """An answer that ends the call; `response` gives it in its service's shape."""

    status: int
    code: str

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """`{"error": {"code", "message"}}`, which ARM and Key Vault share."""
        return JSONResponse({"error": {"code": self.code, "message": self.message}}, status_code=self.status, headers=self.headers)


class ArmRefusal(Refusal):
    """ARM's and Key Vault's shape."""


class GraphRefusal(Refusal):
    """Microsoft Graph's shape: an inner error with the request id."""

    def response(self) -> Response:
        """`{"error": {"code", "message", "innerError"}}`."""
        number = str(uuid.uuid4())
        inner = {"date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "request-id": number, "client-request-id": number}
        return JSONResponse({"error": {"code": self.code, "message": self.message, "innerError": inner}}, status_code=self.status, headers=self.headers)


class EntraRefusal(Refusal):
    """The token endpoint's shape; `number` is the AADSTS code."""

    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        super().__init__(status, error, message)
        self.number = number

    def response(self) -> Response:
        """OAuth's `error` with Entra's numbers beside it."""
        trace = str(uuid.uuid4())
        at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        body = {
            "error": self.code,
            "error_description": f"AADSTS{self.number}: {self.message} Trace ID: {trace} Correlation ID: {trace} Timestamp: {at}",
            "error_codes": [self.number],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": trace,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        return JSONResponse(body, status_code=self.status)


class BlobRefusal(Refusal):
    """The blob service's XML shape."""

    def response(self) -> Response:
        """`<Error><Code/><Message/></Error>`, with the code in `x-ms-error-code` too."""
        number = str(uuid.uuid4())
        text = f"{escape(self.message)}\nRequestId:{number}\nTime:{datetime.now(UTC).isoformat()}"
        body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{self.code}</Code><Message>{text}</Message></Error>'
        headers = {"x-ms-error-code": self.code, "x-ms-request-id": number, **self.headers}
        return Response(body, status_code=self.status, media_type="application/xml", headers=headers)


@dataclass(slots=True, kw_only=True)
class Fault:
    """An injected failure: calls whose `METHOD /path` matches get this answer, `times` times."""

    match: str
    status: int
    times: int
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
