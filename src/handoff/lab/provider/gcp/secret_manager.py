"""Secrets and their versions, global and regional."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from handoff.lab.provider.gcp._base import delete_path, given, guarded, in_project, labelled, mask, project_of, tail
from handoff.lab.provider.record import Created, EmulatorError, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties

_FIELDS = ("annotations", "expireTime", "rotation", "topics", "versionDestroyTtl", "customerManagedEncryption")


def _parent(ctx: Context, inputs: Properties) -> str:
    place = f"/locations/{inputs['location']}" if inputs.get("location") else ""
    return f"projects/{project_of(ctx, inputs)}{place}"


def _create(ctx: Context, inputs: Properties) -> Created:
    body: dict[str, Any] = given(inputs, (*_FIELDS, "labels", "ttl"))
    if "replication" in inputs:
        wanted = inputs["replication"]
        body["replication"] = {"userManaged": wanted["userManaged"]} if wanted.get("userManaged") else {"automatic": wanted.get("auto") or {}}
    parent = _parent(ctx, inputs)
    ctx.gcp.request("POST", f"/v1/{parent}/secrets", body, params={"secretId": inputs["secretId"]})
    return Created(id=f"{parent}/secrets/{inputs['secretId']}")


def _read(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v1/{resource_id}")
    if found is None:
        return None
    out: Properties = {
        "secretId": tail(resource_id),
        "name": found["name"],
        "createTime": found["createTime"],
        "labels": found.get("labels", {}),
        **given(found, _FIELDS),
    }
    out["effectiveAnnotations"] = found.get("annotations", {})
    if "/locations/" in resource_id:
        return out | {"location": resource_id.split("/")[3]}
    replication = found["replication"]
    return out | {"replication": {"auto": replication["automatic"]} if "automatic" in replication else {"userManaged": replication["userManaged"]}}


def _update(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    names = ("labels", *(name for name in _FIELDS if name != "customerManagedEncryption"))
    ctx.gcp.request("PATCH", f"/v1/{resource_id}", given(new, names), params=mask(names))


def _delete(ctx: Context, resource_id: str, state: Properties) -> None:
    if state.get("deletionProtection"):
        raise EmulatorError("DeletionPrevented", f"{resource_id} has deletionProtection; switch it off and update before destroying")
    delete_path(ctx, f"/v1/{resource_id}")


def _create_version(ctx: Context, inputs: Properties) -> Created:
    text = str(inputs.get("secretData", ""))
    data = text if inputs.get("isSecretDataBase64") else base64.b64encode(text.encode()).decode()
    made = ctx.gcp.request("POST", f"/v1/{inputs['secret']}:addVersion", {"payload": {"data": data}})
    if inputs.get("enabled") is False:
        ctx.gcp.request("POST", f"/v1/{made['name']}:disable", {})
    return Created(id=made["name"])


def _read_version(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v1/{resource_id}")
    if found is None or found["state"] == "DESTROYED":
        return None
    secret = resource_id.split("/versions/", 1)[0]
    # A secret is named by project id or number; state keeps the wording.
    known = str(state.get("secret", ""))
    out: Properties = {"secret": known if tail(known) == tail(secret) else secret, "enabled": found["state"] == "ENABLED", "name": found["name"]}
    return out | {"createTime": found["createTime"], "version": tail(resource_id)}


def _update_version(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    ctx.gcp.request("POST", f"/v1/{resource_id}:{'disable' if new.get('enabled') is False else 'enable'}", {})


def _destroy_version(ctx: Context, resource_id: str, state: Properties) -> None:
    verb = "disable" if state.get("deletionPolicy") == "DISABLE" else "destroy"
    ctx.gcp.request("POST", f"/v1/{resource_id}:{verb}", {})


def _secret(token: str, place: str) -> Record:
    return in_project(
        labelled(
            guarded(
                Record(
                    token=token,
                    create=_create,
                    read=_read,
                    update=_update,
                    delete=_delete,
                    handled=frozenset({"secretId", place, *_FIELDS}),
                    write_only=frozenset({"ttl"}),
                    kept=frozenset({"deletionProtection"}),
                    computed=frozenset({"name", "createTime", "effectiveAnnotations"}),
                    required=frozenset({place}),
                    replace_on=frozenset({"secretId", place, "customerManagedEncryption", "ttl"}),
                    name_property="secretId",
                )
            )
        )
    )


def _version(token: str) -> Record:
    return guarded(
        Record(
            token=token,
            create=_create_version,
            read=_read_version,
            update=_update_version,
            delete=_destroy_version,
            handled=frozenset({"secret", "enabled"}),
            write_only=frozenset({"secretData", "isSecretDataBase64"}),
            computed=frozenset({"name", "createTime", "version"}),
            secret=frozenset({"secretData"}),
            required=frozenset({"secret"}),
            defaults={"enabled": True},
            replace_on=frozenset({"secret", "secretData", "isSecretDataBase64"}),
        )
    )


RECORDS: tuple[Record, ...] = (
    _secret("gcp:secretmanager/secret:Secret", "replication"),
    _secret("gcp:secretmanager/regionalSecret:RegionalSecret", "location"),
    _version("gcp:secretmanager/secretVersion:SecretVersion"),
    _version("gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion"),
)
