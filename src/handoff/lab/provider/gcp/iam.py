"""Service accounts, their keys, custom roles, workload identity pools and providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.provider.gcp._base import active, delete_path, given, guarded, in_project, mask, project_of, tail
from handoff.lab.provider.record import Created, Naming, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties

_POOL = ("displayName", "description", "disabled", "mode")
_PROVIDER = ("displayName", "description", "disabled", "attributeMapping", "attributeCondition", "oidc")


def _create_account(ctx: Context, inputs: Properties) -> Created:
    body = {"accountId": inputs["accountId"], "serviceAccount": given(inputs, ("displayName", "description"))}
    made = ctx.gcp.request("POST", f"/v1/projects/{project_of(ctx, inputs)}/serviceAccounts", body)
    if inputs.get("disabled"):
        ctx.gcp.request("POST", f"/v1/{made['name']}:disable", {})
    return Created(id=made["name"])


def _read_account(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v1/{resource_id}")
    if found is None:
        return None
    email = found["email"]
    own: Properties = {"accountId": email.split("@", 1)[0], "email": email, "member": f"serviceAccount:{email}", "name": found["name"]}
    return own | {"uniqueId": found["uniqueId"], "disabled": bool(found.get("disabled"))} | given(found, ("displayName", "description"))


def _update_account(ctx: Context, resource_id: str, old: Properties, new: Properties) -> None:
    fields = {name: new.get(name, "") for name in ("displayName", "description")}
    ctx.gcp.request("PATCH", f"/v1/{resource_id}", {"serviceAccount": fields, "updateMask": "displayName,description"})
    if bool(old.get("disabled")) != bool(new.get("disabled")):
        ctx.gcp.request("POST", f"/v1/{resource_id}:{'disable' if new.get('disabled') else 'enable'}", {})


def _delete_named(ctx: Context, resource_id: str, _state: Properties) -> None:
    delete_path(ctx, f"/v1/{resource_id}")


def _delete_federated(ctx: Context, resource_id: str, _state: Properties) -> None:
    # Deleted pools and providers can be read for 30 days more, and deleting one twice is refused.
    if active(ctx.gcp.find(f"/v1/{resource_id}")) is not None:
        delete_path(ctx, f"/v1/{resource_id}")


def _account_name(text: str) -> str:
    return text if text.startswith("projects/") else f"projects/-/serviceAccounts/{text}"


def _create_key(ctx: Context, inputs: Properties) -> Created:
    made = ctx.gcp.request("POST", f"/v1/{_account_name(str(inputs['serviceAccountId']))}/keys", given(inputs, ("keyAlgorithm", "privateKeyType")))
    return Created(id=made["name"], outputs={"privateKey": made["privateKeyData"]})


def _read_key(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v1/{resource_id}", params={"publicKeyType": state.get("publicKeyType") or "TYPE_X509_PEM_FILE"})
    if found is None:
        return None
    account = resource_id.split("/keys/", 1)[0]
    # The account may have been named by its address or its full name; state keeps the wording.
    known = str(state.get("serviceAccountId", ""))
    own: Properties = {"serviceAccountId": known if known and tail(known) == tail(account) else account, "keyAlgorithm": found["keyAlgorithm"]}
    return own | {"name": found["name"], "publicKey": found["publicKeyData"], "validAfter": found["validAfterTime"], "validBefore": found["validBeforeTime"]}


def _role_body(inputs: Properties) -> Properties:
    return {
        "title": inputs["title"],
        "description": inputs.get("description", ""),
        "includedPermissions": inputs["permissions"],
        "stage": inputs.get("stage", "GA"),
    }


def _create_role(ctx: Context, inputs: Properties) -> Created:
    parent = f"projects/{project_of(ctx, inputs)}"
    name = f"{parent}/roles/{inputs['roleId']}"
    old = ctx.gcp.find(f"/v1/{name}")
    if old is not None and old.get("deleted"):  # a deleted role keeps its id for a while, so it is brought back, as the vendor's provider does
        ctx.gcp.request("POST", f"/v1/{name}:undelete", {})
        _update_role(ctx, name, old, inputs)
    else:
        ctx.gcp.request("POST", f"/v1/{parent}/roles", {"roleId": inputs["roleId"], "role": _role_body(inputs)})
    return Created(id=name)


def _read_role(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v1/{resource_id}")
    if found is None or found.get("deleted"):
        return None
    own: Properties = {"roleId": tail(resource_id), "name": resource_id, "title": found["title"], "permissions": found.get("includedPermissions", [])}
    return own | {"stage": found.get("stage", "GA"), "description": found.get("description", ""), "deleted": False}


def _delete_role(ctx: Context, resource_id: str, state: Properties) -> None:
    if _read_role(ctx, resource_id, state) is not None:
        delete_path(ctx, f"/v1/{resource_id}")


def _update_role(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    ctx.gcp.request("PATCH", f"/v1/{resource_id}", _role_body(new), params=mask(("title", "description", "includedPermissions", "stage")))


def _create_pool(ctx: Context, inputs: Properties) -> Created:
    key = inputs["workloadIdentityPoolId"]
    parent = f"projects/{project_of(ctx, inputs)}/locations/global"
    ctx.gcp.request("POST", f"/v1/{parent}/workloadIdentityPools", given(inputs, _POOL), params={"workloadIdentityPoolId": key})
    return Created(id=f"{parent}/workloadIdentityPools/{key}")


def _read_pool(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    found = active(ctx.gcp.find(f"/v1/{resource_id}"))
    if found is None:
        return None
    return {"workloadIdentityPoolId": tail(resource_id), "name": found["name"], "state": found["state"], **given(found, _POOL)}


def _update_pool(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    fields: dict[str, Any] = {"displayName": new.get("displayName", ""), "description": new.get("description", ""), "disabled": bool(new.get("disabled"))}
    ctx.gcp.request("PATCH", f"/v1/{resource_id}", fields, params=mask(fields))


def _create_provider(ctx: Context, inputs: Properties) -> Created:
    parent = f"projects/{project_of(ctx, inputs)}/locations/global/workloadIdentityPools/{inputs['workloadIdentityPoolId']}"
    key = inputs["workloadIdentityPoolProviderId"]
    ctx.gcp.request("POST", f"/v1/{parent}/providers", given(inputs, _PROVIDER), params={"workloadIdentityPoolProviderId": key})
    return Created(id=f"{parent}/providers/{key}")


def _read_provider(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    found = active(ctx.gcp.find(f"/v1/{resource_id}"))
    if found is None:
        return None
    pool = tail(resource_id.split("/providers/", 1)[0])
    own: Properties = {"workloadIdentityPoolId": pool, "workloadIdentityPoolProviderId": tail(resource_id), "name": found["name"], "state": found["state"]}
    return own | given(found, _PROVIDER)


def _update_provider(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    fields: dict[str, Any] = {name: new.get(name) for name in _PROVIDER}
    fields |= {"displayName": new.get("displayName", ""), "description": new.get("description", ""), "disabled": bool(new.get("disabled"))}
    ctx.gcp.request("PATCH", f"/v1/{resource_id}", {name: value for name, value in fields.items() if value is not None}, params=mask(fields))


RECORDS: tuple[Record, ...] = (
    in_project(
        guarded(
            Record(
                token="gcp:serviceaccount/account:Account",
                create=_create_account,
                read=_read_account,
                update=_update_account,
                delete=_delete_named,
                handled=frozenset({"accountId", "displayName", "description", "disabled"}),
                computed=frozenset({"email", "member", "name", "uniqueId"}),
                replace_on=frozenset({"accountId"}),
                name_property="accountId",
                naming=Naming(max_length=30, lower=True),
            )
        )
    ),
    guarded(
        Record(
            token="gcp:serviceaccount/key:Key",
            create=_create_key,
            read=_read_key,
            delete=_delete_named,
            handled=frozenset({"serviceAccountId", "keyAlgorithm"}),
            write_only=frozenset({"keepers", "privateKeyType", "publicKeyType"}),
            computed=frozenset({"name", "privateKey", "publicKey", "validAfter", "validBefore"}),
            secret=frozenset({"privateKey"}),
            required=frozenset({"serviceAccountId"}),
        )
    ),
    in_project(
        guarded(
            Record(
                token="gcp:projects/iAMCustomRole:IAMCustomRole",
                create=_create_role,
                read=_read_role,
                update=_update_role,
                delete=_delete_role,
                handled=frozenset({"roleId", "title", "description", "permissions", "stage"}),
                computed=frozenset({"name", "deleted"}),
                required=frozenset({"permissions", "title"}),
                defaults={"stage": "GA"},
                replace_on=frozenset({"roleId"}),
                name_property="roleId",
                naming=Naming(separator="_", max_length=64),
            )
        )
    ),
    in_project(
        guarded(
            Record(
                token="gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
                create=_create_pool,
                read=_read_pool,
                update=_update_pool,
                delete=_delete_federated,
                handled=frozenset({"workloadIdentityPoolId", *_POOL}),
                computed=frozenset({"name", "state"}),
                required=frozenset({"workloadIdentityPoolId"}),
                replace_on=frozenset({"workloadIdentityPoolId", "mode"}),
            )
        )
    ),
    in_project(
        guarded(
            Record(
                token="gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
                create=_create_provider,
                read=_read_provider,
                update=_update_provider,
                delete=_delete_federated,
                handled=frozenset({"workloadIdentityPoolId", "workloadIdentityPoolProviderId", *_PROVIDER}),
                computed=frozenset({"name", "state"}),
                required=frozenset({"workloadIdentityPoolId", "workloadIdentityPoolProviderId"}),
                replace_on=frozenset({"workloadIdentityPoolId", "workloadIdentityPoolProviderId"}),
            )
        )
    ),
)
