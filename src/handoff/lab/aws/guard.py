"""Who asks, and whether they may: ministack's own checks of signature, key and policies, for what ministack itself does not serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.clouds._aws_ops import permission
from handoff.lab.aws.standin import Fault

if TYPE_CHECKING:
    from handoff.lab.aws.request import Operation, Request


def caller(request: Request) -> str:
    """The ARN of who asks; the account's root when the key is unknown, which `check` then refuses."""
    from ministack.core.iam_evaluator import caller_arn, pin_request_caller

    pin_request_caller(dict(request.headers), dict(request.query))
    return str(caller_arn())


def check(request: Request, operation: Operation, resource: str) -> None:
    """Raises the refusal when signature, key, session or a policy does not let the caller do this."""
    from ministack.core.iam_actions import _AUTH_FAILURES
    from ministack.core.iam_evaluator import AuthError, enforce
    from ministack.core.responses import get_region
    from ministack.core.router import extract_access_key_id

    action = permission(operation.op)
    key = extract_access_key_id(dict(request.headers), dict(request.query))
    denied = enforce(key, action, operation.signing_name, get_region(), resource_arn=resource)
    if denied is None:
        return
    speaks_json = "json" in operation.protocol
    if isinstance(denied, AuthError):
        query_code, query_status, json_code, _ = _AUTH_FAILURES[denied.code]
        raise Fault(json_code if speaks_json else query_code, denied.message, status=403 if speaks_json else query_status)
    reason = "with an explicit deny" if denied.decision == "Deny" else "because no identity-based policy allows it"
    message = f"User: {denied.principal_arn} is not authorized to perform: {action} on resource: {resource} {reason}"
    code = {"ec2": "UnauthorizedOperation", "query": "AccessDenied", "rest-xml": "AccessDenied"}.get(operation.protocol, "AccessDeniedException")
    raise Fault(code, message, status=400 if operation.protocol == "json" else 403)
