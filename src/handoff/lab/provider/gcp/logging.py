"""Log buckets and sinks of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.provider.gcp._base import delete_path, given, guarded, in_project, mask, project_of, tail
from handoff.lab.provider.record import Created, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties

_BUILT_IN = frozenset({"_Default", "_Required"})
_SINK = ("destination", "filter", "description", "disabled", "exclusions")


def _bucket_body(inputs: Properties) -> dict[str, Any]:
    body = given(inputs, ("retentionDays", "locked", "description"))
    if inputs.get("cmekSettings"):
        body["cmekSettings"] = {"kmsKeyName": inputs["cmekSettings"]["kmsKeyName"]}
    return body | ({"analyticsEnabled": True} if inputs.get("enableAnalytics") else {})


def _create_bucket(ctx: Context, inputs: Properties) -> Created:
    parent = f"projects/{project_of(ctx, inputs)}/locations/{inputs['location']}"
    name = f"{parent}/buckets/{inputs['bucketId']}"
    old = ctx.gcp.find(f"/v2/{name}")
    if old is None:
        ctx.gcp.request("POST", f"/v2/{parent}/buckets", _bucket_body(inputs), params={"bucketId": inputs["bucketId"]})
        return Created(id=name)
    if old.get("lifecycleState") == "DELETE_REQUESTED":
        ctx.gcp.request("POST", f"/v2/{name}:undelete", {})
    body = _bucket_body(inputs)
    ctx.gcp.request("PATCH", f"/v2/{name}", body, params=mask(body))
    return Created(id=name)


def _read_bucket(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v2/{resource_id}")
    if found is None or found["lifecycleState"] != "ACTIVE":
        return None
    out: Properties = {"bucketId": tail(resource_id), "location": resource_id.split("/")[3], "name": found["name"], "lifecycleState": found["lifecycleState"]}
    out |= given(found, ("retentionDays", "locked", "description"))
    out |= {"enableAnalytics": True} if found.get("analyticsEnabled") else {}
    return out | ({"cmekSettings": given(found["cmekSettings"], ("kmsKeyName",))} if found.get("cmekSettings") else {})


def _update_bucket(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    ctx.gcp.request(
        "PATCH", f"/v2/{resource_id}", _bucket_body(new), params=mask(("retentionDays", "locked", "description", "cmekSettings", "analyticsEnabled"))
    )


def _delete_bucket(ctx: Context, resource_id: str, _state: Properties) -> None:
    if tail(resource_id) not in _BUILT_IN:
        delete_path(ctx, f"/v2/{resource_id}")


def _create_sink(ctx: Context, inputs: Properties) -> Created:
    parent = f"projects/{project_of(ctx, inputs)}"
    unique = "false" if inputs.get("uniqueWriterIdentity") is False else "true"
    ctx.gcp.request("POST", f"/v2/{parent}/sinks", given(inputs, ("name", *_SINK)), params={"uniqueWriterIdentity": unique})
    return Created(id=f"{parent}/sinks/{inputs['name']}")


def _read_sink(ctx: Context, resource_id: str, _state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/v2/{resource_id}")
    return None if found is None else {"name": tail(resource_id), "writerIdentity": found["writerIdentity"], **given(found, _SINK)}


def _update_sink(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    ctx.gcp.request("PATCH", f"/v2/{resource_id}", given(new, _SINK), params=mask(_SINK) | {"uniqueWriterIdentity": "true"})


def _delete_sink(ctx: Context, resource_id: str, _state: Properties) -> None:
    delete_path(ctx, f"/v2/{resource_id}")


RECORDS: tuple[Record, ...] = (
    in_project(
        guarded(
            Record(
                token="gcp:logging/projectBucketConfig:ProjectBucketConfig",
                create=_create_bucket,
                read=_read_bucket,
                update=_update_bucket,
                delete=_delete_bucket,
                handled=frozenset({"bucketId", "location", "retentionDays", "locked", "description", "cmekSettings", "enableAnalytics"}),
                computed=frozenset({"name", "lifecycleState"}),
                required=frozenset({"bucketId", "location"}),
                replace_on=frozenset({"bucketId", "location"}),
            )
        )
    ),
    in_project(
        guarded(
            Record(
                token="gcp:logging/projectSink:ProjectSink",
                create=_create_sink,
                read=_read_sink,
                update=_update_sink,
                delete=_delete_sink,
                handled=frozenset({"name", *_SINK}),
                write_only=frozenset({"uniqueWriterIdentity"}),
                computed=frozenset({"writerIdentity"}),
                required=frozenset({"destination"}),
                replace_on=frozenset({"name"}),
                name_property="name",
            )
        )
    ),
)
