"""Projects, and the services that are switched on in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.gcp._base import guarded, in_project, labelled, mask, project_of
from handoff.lab.provider.record import Created, Naming, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties


def _create(ctx: Context, inputs: Properties) -> Created:
    parent = f"folders/{str(inputs['folderId']).removeprefix('folders/')}" if inputs.get("folderId") else f"organizations/{inputs.get('orgId', '')}"
    body = {"projectId": inputs["projectId"], "displayName": inputs["name"], "parent": parent, "labels": inputs.get("labels") or {}}
    ctx.gcp.request("POST", "/v3/projects", body)
    if inputs.get("billingAccount"):
        _pay(ctx, str(inputs["projectId"]), inputs["billingAccount"])
    return Created(id=f"projects/{inputs['projectId']}")


def _pay(ctx: Context, project: str, account: object) -> None:
    ctx.gcp.request("PUT", f"/v1/projects/{project}/billingInfo", {"billingAccountName": f"billingAccounts/{account}" if account else ""})


def _read(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    path = resource_id if resource_id.startswith("projects/") else f"projects/{resource_id}"
    found = ctx.gcp.find(f"/v3/{path}")
    if found is None or found["state"] != "ACTIVE":
        return None
    paid = ctx.gcp.request("GET", f"/v1/{path}/billingInfo").get("billingAccountName", "")
    kind, _, number = found["parent"].partition("/")
    return {
        "projectId": found["projectId"],
        "name": found["displayName"],
        "number": found["name"].removeprefix("projects/"),
        "labels": found.get("labels", {}),
        **({"orgId": number} if kind == "organizations" else {"folderId": number}),
        **({"billingAccount": paid.removeprefix("billingAccounts/")} if paid else {}),
    }


def _update(ctx: Context, resource_id: str, old: Properties, new: Properties) -> None:
    ctx.gcp.request("PATCH", f"/v3/{resource_id}", {"displayName": new["name"], "labels": new.get("labels") or {}}, params=mask(("displayName", "labels")))
    if old.get("billingAccount") != new.get("billingAccount"):
        _pay(ctx, str(new["projectId"]), new.get("billingAccount"))


def _delete(ctx: Context, resource_id: str, _state: Properties) -> None:
    ctx.gcp.request("DELETE", f"/v3/{resource_id}")


def _service(resource_id: str) -> str:
    project, _, service = resource_id.partition("/")
    return f"/v1/projects/{project}/services/{service}"


def _enable(ctx: Context, inputs: Properties) -> Created:
    resource_id = f"{project_of(ctx, inputs)}/{inputs['service']}"
    ctx.gcp.request("POST", f"{_service(resource_id)}:enable", {})
    return Created(id=resource_id)


def _read_service(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    found = ctx.gcp.find(_service(resource_id))
    if found is None or found["state"] != "ENABLED":
        return None
    project, _, service = resource_id.partition("/")
    return {"service": service, "project": state.get("project") or project}


def _disable(ctx: Context, resource_id: str, state: Properties) -> None:
    if state.get("disableOnDestroy"):
        body = {"disableDependentServices": bool(state.get("disableDependentServices"))}
        ctx.gcp.request("POST", f"{_service(resource_id)}:disable", body)


def _keep(_ctx: Context, _id: str, _old: Properties, _new: Properties) -> None:
    """Nothing but what state keeps can change in place."""


RECORDS: tuple[Record, ...] = (
    labelled(
        guarded(
            Record(
                token="gcp:organizations/project:Project",
                create=_create,
                read=_read,
                update=_update,
                delete=_delete,
                handled=frozenset({"projectId", "name", "orgId", "folderId", "billingAccount"}),
                kept=frozenset({"autoCreateNetwork"}),
                computed=frozenset({"number"}),
                # source: https://www.pulumi.com/registry/packages/gcp/api-docs/organizations/project/ (read 2026-11-22)
                defaults={"deletionPolicy": "PREVENT"},
                replace_on=frozenset({"projectId", "orgId", "folderId"}),
                delete_before_replace=True,
                name_property="projectId",
                naming=Naming(max_length=30, lower=True),
                check=lambda _ctx, inputs: (
                    {} if inputs.get("orgId") or inputs.get("folderId") else {"orgId": "the lab's projects lie in an organization or folder"}
                ),
            )
        )
    ),
    in_project(
        guarded(
            Record(
                token="gcp:projects/service:Service",
                create=_enable,
                read=_read_service,
                update=_keep,
                delete=_disable,
                handled=frozenset({"service"}),
                kept=frozenset({"disableOnDestroy", "disableDependentServices", "checkIfServiceHasUsageOnDestroy"}),
                required=frozenset({"service"}),
                replace_on=frozenset({"service"}),
            )
        )
    ),
)
