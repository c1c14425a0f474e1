"""Azure Resource Manager: every call authenticated, authorised, checked against locks and policies, and recorded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from handoff.lab.azure import activity, arm_store, arm_views, rbac
from handoff.lab.azure.arm_ids import GROUP_TYPE, Target, parse
from handoff.lab.azure.arm_types import TYPES
from handoff.lab.azure.call import page
from handoff.lab.azure.caller import TokenFault, identify
from handoff.lab.azure.refusals import ArmRefusal

if TYPE_CHECKING:
    from handoff.lab.azure.backend import Backend
    from handoff.lab.azure.call import Call
    from handoff.lab.azure.caller import Caller

AUDIENCES = tuple(host + slash for host in ("https://management.azure.com", "https://management.core.windows.net") for slash in ("", "/"))
_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}


async def answer(call: Call, backend: Backend) -> Response:
    """The answer to one call on the management host."""
    caller = _caller(call)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(-\w+)?", call.query.get("api-version", "")):
        raise ArmRefusal(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
    fixed = arm_views.fixed(call, caller)
    if fixed is not None:
        return fixed
    target = parse(call.path, is_post=call.method == "POST")
    if target is None:
        raise ArmRefusal(404, "NotFound", f"The lab knows no resource at '{call.path}'.")
    _check_tenant(call, caller, target)
    known = TYPES.get(target.type.lower())
    if known is None:
        namespace, _, name = target.type.partition("/")
        raise ArmRefusal(
            404,
            "InvalidResourceType",
            f"The resource type '{name}' could not be found in the namespace '{namespace}' of the lab. Known: {', '.join(sorted(t.type for t in TYPES.values()))}.",
        )
    action = action_of(call.method, target)
    is_write = call.method not in {"GET", "HEAD"}
    try:
        _authorise(call, caller, target, action)
        response = await _handled(call, caller, target, backend)
    except ArmRefusal as refusal:
        if is_write:
            activity.record(call.world, caller, method=call.method, action=action, resource_id=target.id, status=refusal.status)
        raise
    if is_write:
        activity.record(call.world, caller, method=call.method, action=action, resource_id=target.id, status=response.status_code)
    return response


def _caller(call: Call) -> Caller:
    try:
        return identify(call.world, call.bearer(), AUDIENCES)
    except TokenFault as error:
        codes = {"missing": "AuthenticationFailed", "expired": "ExpiredAuthenticationToken", "audience": "InvalidAuthenticationTokenAudience"}
        challenge = f'Bearer authorization_uri="{call.world.url}/common", error="invalid_token", error_description="{error}"'
        message = "Authentication failed. The 'Authorization' header is missing." if error.reason == "missing" else f"The access token is invalid: {error}"
        raise ArmRefusal(401, codes.get(error.reason, "InvalidAuthenticationToken"), message, headers={"WWW-Authenticate": challenge}) from error


def _check_tenant(call: Call, caller: Caller, target: Target) -> None:
    """The subscription exists, and the caller's tenant is its tenant or manages it by delegation."""
    subscription = rbac.subscription_of(target.id)
    if subscription is None:
        return
    tenant = rbac.tenant_of(call.world, target.id)
    if tenant is None:
        raise ArmRefusal(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")
    if caller.is_root or caller.tenant == tenant:
        return
    if not any(
        held["managedByTenantId"] == caller.tenant and rbac.subscription_of(r["_scope"]) == subscription
        for r in call.world.live_and_ghosts(rbac.DELEGATIONS)
        for held in [r["_definition"]]
    ):
        raise ArmRefusal(
            401,
            "InvalidAuthenticationTokenTenant",
            f"The access token is from the wrong issuer 'https://sts.windows.net/{caller.tenant}/'. It must match the tenant 'https://sts.windows.net/{tenant}/' associated with this subscription. "
            "Please use the authority (URL) 'https://login.windows.net/" + tenant + "' to get the token.",
        )


def action_of(method: str, target: Target) -> str:
    """The RBAC action of a call."""
    name = "Microsoft.Resources/subscriptions/resourceGroups" if target.type.lower() == GROUP_TYPE.lower() else target.type
    return f"{name}/{target.action}/action" if method == "POST" else f"{name}/{_VERBS.get(method, 'write')}"


def _authorise(call: Call, caller: Caller, target: Target, action: str) -> None:
    if not rbac.permits(call.world, caller, action, target.id):
        raise denied(caller, action, target.id)


def denied(caller: Caller, action: str, scope: str) -> ArmRefusal:
    """ARM's refusal for want of a role."""
    return ArmRefusal(
        403,
        "AuthorizationFailed",
        f"The client '{caller.app_id}' with object id '{caller.object_id}' does not have authorization to perform action '{action}' over scope '{scope}' or the scope is invalid. "
        "If access was recently granted, please refresh your credentials.",
    )


async def _handled(call: Call, caller: Caller, target: Target, backend: Backend) -> Response:
    if target.is_collection:
        if call.method != "GET":
            raise ArmRefusal(405, "MethodNotAllowed", f"{call.method} is not allowed on a collection.")
        return JSONResponse(page(call, arm_views.listed(call, caller, target), link="nextLink"))
    if call.method == "POST":
        return arm_store.acted(call, target)
    if call.method in {"GET", "HEAD"}:
        found = arm_views.one(call, target)
        return JSONResponse(found) if call.method == "GET" else Response(status_code=204)
    if call.method in {"PUT", "PATCH"}:
        return await arm_store.written(call, caller, target, backend)
    if call.method == "DELETE":
        return await arm_store.deleted(call, target, backend)
    raise ArmRefusal(405, "MethodNotAllowed", f"{call.method} is not allowed here.")
