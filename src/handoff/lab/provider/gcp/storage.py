"""Buckets and objects."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from handoff.lab.provider.gcp._base import delete_path, given, guarded, in_project, labelled, project_of
from handoff.lab.provider.record import Created, Missing, Naming, Record
from handoff.lab.provider.values import Asset

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties

_CONDITIONS = frozenset({"age", "createdBefore", "daysSinceNoncurrentTime", "numNewerVersions", "matchesPrefixes", "matchesStorageClasses", "withState"})
_LISTS = {"matchesPrefixes": "matchesPrefix", "matchesStorageClasses": "matchesStorageClass"}
_LIVE = {"LIVE": True, "ARCHIVED": False}
_BUCKET = frozenset(
    {
        "name",
        "location",
        "storageClass",
        "uniformBucketLevelAccess",
        "publicAccessPrevention",
        "versioning",
        "encryption",
        "retentionPolicy",
        "softDeletePolicy",
    }
    | {"lifecycleRules", "logging", "defaultEventBasedHold", "requesterPays", "rpo"}
)


def _body(inputs: Properties) -> dict[str, Any]:
    """The bucket as the API takes it; what is unset is null, which a PATCH understands as removal."""
    retention, soft = inputs.get("retentionPolicy"), inputs.get("softDeletePolicy")
    rules = inputs.get("lifecycleRules")
    access: dict[str, Any] = {"uniformBucketLevelAccess": {"enabled": bool(inputs.get("uniformBucketLevelAccess"))}}
    access["publicAccessPrevention"] = inputs.get("publicAccessPrevention") or "inherited"
    return {
        "storageClass": inputs.get("storageClass") or "STANDARD",
        "labels": inputs.get("labels") or None,
        "iamConfiguration": access,
        "versioning": inputs.get("versioning"),
        "encryption": inputs.get("encryption"),
        "logging": inputs.get("logging"),
        "retentionPolicy": {"retentionPeriod": str(retention["retentionPeriod"])} if retention else None,
        **({"softDeletePolicy": {"retentionDurationSeconds": str(soft.get("retentionDurationSeconds", 604800))}} if soft else {}),
        "lifecycle": {"rule": [{"action": rule["action"], "condition": _condition(rule["condition"])} for rule in rules]} if rules else None,
        "defaultEventBasedHold": inputs.get("defaultEventBasedHold"),
        "billing": {"requesterPays": True} if inputs.get("requesterPays") else None,
        "rpo": inputs.get("rpo"),
    }


def _condition(wanted: Properties) -> dict[str, Any]:
    out = {_LISTS.get(name, name): value for name, value in wanted.items() if name != "withState" and name in _CONDITIONS}
    return out | ({"isLive": _LIVE[wanted["withState"]]} if wanted.get("withState") in _LIVE else {})


def _shown_condition(found: Properties) -> Properties:
    names = {there: here for here, there in _LISTS.items()}
    out = {names.get(name, name): value for name, value in found.items() if name != "isLive"}
    return out | ({"withState": "LIVE" if found["isLive"] else "ARCHIVED"} if "isLive" in found else {})


def _check(_ctx: Context, inputs: Properties) -> dict[str, str]:
    rules = inputs.get("lifecycleRules")
    strange = {key for rule in rules if isinstance(rule, dict) for key in rule.get("condition", {})} - _CONDITIONS if isinstance(rules, list) else set()
    return {"lifecycleRules": f"the lab does not handle the conditions {', '.join(sorted(strange))}"} if strange else {}


def _create(ctx: Context, inputs: Properties) -> Created:
    body = {name: value for name, value in _body(inputs).items() if value is not None}
    name = inputs["name"]
    ctx.gcp.request("POST", "/storage/v1/b", {**body, "name": name, "location": inputs["location"]}, params={"project": project_of(ctx, inputs)})
    _lock(ctx, str(name), inputs)
    return Created(id=str(name))


def _lock(ctx: Context, name: str, inputs: Properties) -> None:
    if (inputs.get("retentionPolicy") or {}).get("isLocked"):
        found = ctx.gcp.request("GET", f"/storage/v1/b/{name}")
        if not found.get("retentionPolicy", {}).get("isLocked"):
            ctx.gcp.request("POST", f"/storage/v1/b/{name}/lockRetentionPolicy", params={"ifMetagenerationMatch": found["metageneration"]})


def _read(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    found = ctx.gcp.find(f"/storage/v1/b/{resource_id}")
    if found is None:
        return None
    access = found["iamConfiguration"]
    named = str(state.get("location", ""))
    out: Properties = {
        "name": found["name"],
        # Google answers in capitals; state keeps the program's wording of the same place.
        "location": named if named.upper() == found["location"] else found["location"],
        "project": state.get("project") or _project_id(ctx, found["projectNumber"]),
        "uniformBucketLevelAccess": bool(access["uniformBucketLevelAccess"].get("enabled")),
        "publicAccessPrevention": access["publicAccessPrevention"],
        **given(found, ("storageClass", "labels", "versioning", "encryption", "logging", "defaultEventBasedHold", "rpo", "selfLink", "timeCreated", "updated")),
        "projectNumber": int(found["projectNumber"]),
        "url": f"gs://{found['name']}",
    }
    if found.get("retentionPolicy"):
        retention = found["retentionPolicy"]
        out["retentionPolicy"] = {"retentionPeriod": str(retention["retentionPeriod"]), **given(retention, ("isLocked",))}
    if found.get("softDeletePolicy"):
        out["softDeletePolicy"] = {"retentionDurationSeconds": int(found["softDeletePolicy"]["retentionDurationSeconds"])}
    if found.get("lifecycle", {}).get("rule"):
        out["lifecycleRules"] = [{"action": rule["action"], "condition": _shown_condition(rule["condition"])} for rule in found["lifecycle"]["rule"]]
    return out | ({"requesterPays": True} if found.get("billing", {}).get("requesterPays") else {})


def _project_id(ctx: Context, number: str) -> str:
    return str(ctx.gcp.request("GET", f"/v3/projects/{number}")["projectId"])


def _update(ctx: Context, resource_id: str, _old: Properties, new: Properties) -> None:
    ctx.gcp.request("PATCH", f"/storage/v1/b/{resource_id}", _body(new))
    _lock(ctx, resource_id, new)


def _delete(ctx: Context, resource_id: str, state: Properties) -> None:
    if state.get("forceDestroy"):
        for name in _objects(ctx, resource_id):
            delete_path(ctx, f"/storage/v1/b/{resource_id}/o/{quote(name, safe='')}")
    delete_path(ctx, f"/storage/v1/b/{resource_id}")


def _objects(ctx: Context, bucket: str) -> list[str]:
    names: list[str] = []
    token = ""
    while True:
        listed = ctx.gcp.request("GET", f"/storage/v1/b/{bucket}/o", params={"pageToken": token} if token else None)
        names += [item["name"] for item in listed.get("items", [])]
        token = str(listed.get("nextPageToken", ""))
        if not token:
            return names


def _upload(ctx: Context, inputs: Properties) -> Created:
    source, text = inputs.get("source"), inputs.get("content")
    content = source.content() if isinstance(source, Asset) else str(text or "").encode()
    # Metadata first, then the bytes, in one request; the boundary is too long to occur in them by chance.
    boundary = secrets.token_hex(24)
    kind = str(inputs.get("contentType") or "application/octet-stream")
    about = {
        **given(inputs, ("name", "cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "metadata", "storageClass")),
        "contentType": kind,
    }
    head = f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(about)}\r\n--{boundary}\r\nContent-Type: {kind}\r\n\r\n"
    ctx.gcp.send(
        "POST",
        f"/upload/storage/v1/b/{inputs['bucket']}/o",
        content=head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
        headers={"content-type": f"multipart/related; boundary={boundary}"},
        params={"uploadType": "multipart"},
    )
    return Created(id=f"{inputs['bucket']}-{inputs['name']}")


def _object_path(resource_id: str, state: Properties) -> str:
    """From state, or at import from `BUCKET/NAME`."""
    bucket, _, name = resource_id.partition("/")
    return f"/storage/v1/b/{state.get('bucket') or bucket}/o/{quote(str(state.get('name') or name), safe='')}"


def _read_object(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
    try:
        found = ctx.gcp.request("GET", _object_path(resource_id, state))
    except Missing:
        return None
    shown = ("bucket", "name", "contentType", "cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "metadata", "storageClass")
    out: Properties = {**given(found, (*shown, "crc32c", "mediaLink", "selfLink")), "md5hash": found.get("md5Hash", ""), "outputName": found["name"]}
    return out | {"generation": int(found["generation"])}


def _reupload(ctx: Context, _id: str, _old: Properties, new: Properties) -> None:
    _upload(ctx, new)


def _delete_object(ctx: Context, resource_id: str, state: Properties) -> None:
    delete_path(ctx, _object_path(resource_id, state))


_OBJECT = frozenset({"bucket", "name", "contentType", "cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "metadata", "storageClass"})

RECORDS: tuple[Record, ...] = (
    in_project(
        labelled(
            guarded(
                Record(
                    token="gcp:storage/bucket:Bucket",
                    create=_create,
                    read=_read,
                    update=_update,
                    delete=_delete,
                    handled=_BUCKET,
                    kept=frozenset({"forceDestroy"}),
                    computed=frozenset({"projectNumber", "selfLink", "timeCreated", "updated", "url"}),
                    required=frozenset({"location"}),
                    defaults={"storageClass": "STANDARD"},
                    replace_on=frozenset({"name", "location"}),
                    name_property="name",
                    naming=Naming(lower=True),
                    check=_check,
                )
            )
        )
    ),
    guarded(
        Record(
            token="gcp:storage/bucketObject:BucketObject",
            create=_upload,
            read=_read_object,
            update=_reupload,
            delete=_delete_object,
            handled=_OBJECT,
            write_only=frozenset({"content", "source"}),
            computed=frozenset({"crc32c", "generation", "md5hash", "mediaLink", "outputName", "selfLink"}),
            required=frozenset({"bucket"}),
            replace_on=frozenset({"bucket", "name"}),
            name_property="name",
        )
    ),
)
