"""Google's way of saying no: one exception, rendered in the shape of the API that was called.

source: https://cloud.google.com/apis/design/errors (read 2026-11-22)
"""

from __future__ import annotations

from typing import Any

_HTTP = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
}
_STORAGE_REASONS = {400: "invalid", 401: "required", 403: "forbidden", 404: "notFound", 409: "conflict", 412: "conditionNotMet", 429: "rateLimitExceeded"}


class Refusal(Exception):
    """A call that the stand-in will not carry out; `status` is a google.rpc.Code name."""

    def __init__(self, status: str, message: str, *, reason: str | None = None, http: int | None = None, metadata: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.http = http if http is not None else _HTTP[status]
        self.metadata = metadata or {}

    def body(self, *, api: str) -> dict[str, Any]:
        """The JSON that Google's API of this name would send."""
        if api in {"storage", "compute"}:
            first = {"message": self.message, "domain": "global", "reason": self.reason or _STORAGE_REASONS.get(self.http, "backendError")}
            return {"error": {"code": self.http, "message": self.message, "errors": [first]}}
        error: dict[str, Any] = {"code": self.http, "message": self.message, "status": self.status}
        if self.reason:
            domain = "iam.googleapis.com" if self.reason == "IAM_PERMISSION_DENIED" else f"{api}.googleapis.com"
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": self.reason, "domain": domain, "metadata": self.metadata}]
        return {"error": error}


def invalid(message: str) -> Refusal:
    """400 INVALID_ARGUMENT."""
    return Refusal("INVALID_ARGUMENT", message)


def not_found(what: str) -> Refusal:
    """404 NOT_FOUND for a named thing."""
    return Refusal("NOT_FOUND", f"{what} was not found.")


def exists(what: str) -> Refusal:
    """409 ALREADY_EXISTS for a named thing."""
    return Refusal("ALREADY_EXISTS", f"{what} already exists.")


def denied(permission: str, resource: str) -> Refusal:
    """403 PERMISSION_DENIED that names the missing permission."""
    metadata = {"permission": permission, "resource": resource}
    message = f"Permission '{permission}' denied on resource '{resource}' (or it may not exist)."
    return Refusal("PERMISSION_DENIED", message, reason="IAM_PERMISSION_DENIED", metadata=metadata)
