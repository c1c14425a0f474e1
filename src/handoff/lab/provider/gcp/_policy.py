"""Members of IAM policies: one role for one member on one resource, by read, change and write with the etag, repeated when somebody was faster."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from handoff.lab.provider.record import Created, EmulatorError, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.lab.provider.record import Context, Properties

_TRIES = 20
_LONGEST_WAIT_S = 0.3
_CONDITION = ("title", "description", "expression")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A kind of resource that carries a policy."""

    token: str
    parameter: str
    """The input that names the resource."""
    path: Callable[[Context, str, Properties], str]
    """That input's value as the path of the resource's API."""
    style: str
    """How the policy is read: `post` with a body, `bare` POST, `get`, or `bucket`."""
    prefix: str = ""
    """What the provider's ids of this type begin with."""


def read_policy(ctx: Context, path: str, style: str) -> Properties:
    """The policy at version 3, so that conditions are there."""
    version = {"options.requestedPolicyVersion": "3"}
    if style == "post":
        return ctx.gcp.request("POST", f"{path}:getIamPolicy", {"options": {"requestedPolicyVersion": 3}})
    if style == "bare":
        return ctx.gcp.request("POST", f"{path}:getIamPolicy", params=version)
    if style == "get":
        return ctx.gcp.request("GET", f"{path}:getIamPolicy", params=version)
    return ctx.gcp.request("GET", f"{path}/iam", params={"optionsRequestedPolicyVersion": "3"})


def change_policy(ctx: Context, path: str, style: str, edit: Callable[[Properties], bool], *, masked: str = "") -> None:
    """Read, edit, write; `edit` says whether there is anything to write. Raises EmulatorError when others keep being faster."""
    for _ in range(_TRIES):
        policy = read_policy(ctx, path, style)
        if not edit(policy):
            return
        policy["version"] = 3
        try:
            if style == "bucket":
                ctx.gcp.request("PUT", f"{path}/iam", policy)
            else:
                ctx.gcp.request("POST", f"{path}:setIamPolicy", {"policy": policy} | ({"updateMask": masked} if masked else {}))
        except EmulatorError as error:
            if error.status not in {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED}:
                raise
            time.sleep(random.uniform(0.01, _LONGEST_WAIT_S))  # noqa: S311 - to keep parallel writers apart, not to keep a secret
        else:
            return
    raise EmulatorError("ABORTED", f"{path}: the policy changed under every one of {_TRIES} attempts", status=HTTPStatus.CONFLICT)


def member_record(carrier: Carrier) -> Record:
    """The IAMMember type of one carrier."""

    def create(ctx: Context, inputs: Properties) -> Created:
        path = carrier.path(ctx, str(inputs[carrier.parameter]), inputs)

        change_policy(ctx, path, carrier.style, lambda policy: _add(policy, inputs))
        return Created(id=_ids(carrier, inputs)[0])

    def read(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
        where = str(state.get(carrier.parameter) or _resource(carrier, resource_id))
        policy = read_policy(ctx, carrier.path(ctx, where, state), carrier.style)
        for binding in policy.get("bindings", []):
            for member in binding["members"]:
                found: Properties = {carrier.parameter: where, "role": binding["role"], "member": member}
                found |= {"condition": binding["condition"]} if "condition" in binding else {}
                if resource_id in _ids(carrier, found):
                    return {**found, "etag": policy.get("etag", "")}
        return None

    def delete(ctx: Context, _resource_id: str, state: Properties) -> None:
        path = carrier.path(ctx, str(state[carrier.parameter]), state)
        change_policy(ctx, path, carrier.style, lambda policy: _drop(policy, state))

    inputs = frozenset({carrier.parameter, "role", "member", "condition"})
    return Record(
        token=carrier.token,
        create=create,
        read=read,
        delete=delete,
        handled=inputs,
        computed=frozenset({"etag"}),
        required=inputs - {"condition"},
        replace_on=inputs,
    )


def _add(policy: Properties, wanted: Properties) -> bool:
    for binding in policy.setdefault("bindings", []):
        if _is(binding, wanted):
            binding["members"] = sorted({*binding["members"], wanted["member"]})
            return True
    condition = _plain(wanted.get("condition"))
    policy["bindings"].append({"role": wanted["role"], "members": [wanted["member"]]} | ({"condition": condition} if condition else {}))
    return True


def _drop(policy: Properties, wanted: Properties) -> bool:
    for binding in policy.get("bindings", []):
        if _is(binding, wanted) and wanted["member"] in binding["members"]:
            binding["members"] = [member for member in binding["members"] if member != wanted["member"]]
            policy["bindings"] = [other for other in policy["bindings"] if other["members"]]
            return True
    return False


def _is(binding: Properties, wanted: Properties) -> bool:
    return bool(binding["role"] == wanted["role"] and _plain(binding.get("condition")) == _plain(wanted.get("condition")))


def _plain(condition: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {key: value for key, value in (condition or {}).items() if key in _CONDITION and value}


def _ids(carrier: Carrier, found: Properties) -> tuple[str, str]:
    """The provider's id, and the form with blanks that `pulumi import` is given."""
    parts = [f"{carrier.prefix}{found[carrier.parameter]}", found["role"], found["member"]]
    if found.get("condition"):
        parts.append(found["condition"].get("title", ""))
    return "/".join(parts), " ".join(parts)


def _resource(carrier: Carrier, resource_id: str) -> str:
    """The resource in an id of either form: what stands before the role."""
    head = resource_id.split(" ", 1)[0]
    for mark in ("/roles/", "/organizations/"):
        head = head.split(mark, 1)[0]
    if " " not in resource_id and "/projects/" in head:  # a custom role of a project
        head = head.split("/projects/", 1)[0]
    return head.removeprefix(carrier.prefix)
