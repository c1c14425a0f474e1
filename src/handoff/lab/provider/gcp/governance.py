"""Budgets and organization policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.provider.gcp._base import delete_path, given, guarded, tail
from handoff.lab.provider.record import Created, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties

_BUDGET = ("displayName", "ownershipScope", "budgetFilter", "thresholdRules")
_SWITCHES = ("allowAll", "denyAll", "enforce")


def _budget_body(inputs: Properties) -> dict[str, Any]:
    amount = inputs["amount"]
    body = {"amount": {"lastPeriodAmount": {}} if amount.get("lastPeriodAmount") else given(amount, ("specifiedAmount",)), **given(inputs, _BUDGET)}
    return body | ({"notificationsRule": inputs["allUpdatesRule"]} if inputs.get("allUpdatesRule") else {})


def _create_budget(ctx: Context, inputs: Properties) -> Created:
    account = str(inputs["billingAccount"]).removeprefix("billingAccounts/")
    made = ctx.gcp.request("POST", f"/v1/billingAccounts/{account}/budgets", _budget_body(inputs))
    return Created(id=made["name"])


def _read_budget(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v1/{resource_id}")
    if found is None:
        return None
    amount = {"lastPeriodAmount": True} if "lastPeriodAmount" in found["amount"] else found["amount"]
    account = resource_id.split("/")[1]
    known = str(state.get("billingAccount", ""))
    out: Properties = {"billingAccount": known if tail(known) == account else account, "amount": amount, "name": found["name"], **given(found, _BUDGET)}
    return out | ({"allUpdatesRule": found["notificationsRule"]} if found.get("notificationsRule") else {})


def _update_budget(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    body = _budget_body(new)
    names = ("amount", "notificationsRule", *(name for name in _BUDGET if name != "ownershipScope"))
    ctx.gcp.request("PATCH", f"/v1/{resource_id}", body, params={"updateMask": ",".join(names)})


def _delete_budget(ctx: Context, resource_id: str, _state: Properties) -> None:
    delete_path(ctx, f"/v1/{resource_id}")


def _spec(wanted: Properties) -> dict[str, Any]:
    """Switches are texts in the provider and truth values in the API."""
    rules = [
        {**given(rule, ("values", "condition")), **{name: str(rule[name]).upper() == "TRUE" for name in _SWITCHES if rule.get(name)}}
        for rule in wanted.get("rules") or []
    ]
    return {"rules": rules, **given(wanted, ("inheritFromParent", "reset"))}


def _shown(spec: Properties) -> Properties:
    rules = [
        {**given(rule, ("values", "condition")), **{name: str(rule[name]).upper() for name in _SWITCHES if name in rule}} for rule in spec.get("rules", [])
    ]
    return {"rules": rules, **given(spec, ("inheritFromParent", "reset"))}


def _policy_body(resource_id: str, inputs: Properties) -> dict[str, Any]:
    return {"name": resource_id} | {name: _spec(inputs[name]) for name in ("spec", "dryRunSpec") if inputs.get(name)}


def _create_policy(ctx: Context, inputs: Properties) -> Created:
    resource_id = f"{inputs['parent']}/policies/{tail(str(inputs['name']))}"
    ctx.gcp.request("POST", f"/v2/{inputs['parent']}/policies", _policy_body(resource_id, inputs))
    return Created(id=resource_id)


def _read_policy(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v2/{resource_id}")
    if found is None:
        return None
    parent, _, constraint = resource_id.partition("/policies/")
    known = str(state.get("name", ""))
    out: Properties = {"name": known if known and tail(known) == constraint else resource_id, "parent": parent, "etag": found["etag"]}
    return out | {name: _shown(found[name]) for name in ("spec", "dryRunSpec") if found.get(name)}


def _update_policy(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    ctx.gcp.request("PATCH", f"/v2/{resource_id}", _policy_body(resource_id, new))


def _delete_policy(ctx: Context, resource_id: str, _state: Properties) -> None:
    delete_path(ctx, f"/v2/{resource_id}")


RECORDS: tuple[Record, ...] = (
    guarded(
        Record(
            token="gcp:billing/budget:Budget",
            create=_create_budget,
            read=_read_budget,
            update=_update_budget,
            delete=_delete_budget,
            handled=frozenset({"billingAccount", "amount", "allUpdatesRule", *_BUDGET}),
            computed=frozenset({"name"}),
            required=frozenset({"billingAccount", "amount"}),
            replace_on=frozenset({"billingAccount"}),
        )
    ),
    guarded(
        Record(
            token="gcp:orgpolicy/policy:Policy",
            create=_create_policy,
            read=_read_policy,
            update=_update_policy,
            delete=_delete_policy,
            handled=frozenset({"name", "parent", "spec", "dryRunSpec"}),
            computed=frozenset({"etag"}),
            required=frozenset({"parent", "name"}),
            replace_on=frozenset({"name", "parent"}),
        )
    ),
)
