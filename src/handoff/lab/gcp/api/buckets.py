"""Cloud Storage buckets: all their settings are kept here, because the emulator that holds the bytes drops most of them."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from handoff.lab.gcp import policies
from handoff.lab.gcp.api.org_policy import check_location
from handoff.lab.gcp.calls import Call, handles, page
from handoff.lab.gcp.refusal import Refusal, invalid
from handoff.lab.gcp.resources import canonical
from handoff.lab.gcp.state import Record, moment, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

API = "storage.v1"
_MULTI = {"US", "EU", "ASIA"}
_DUAL = {"EUR4", "EUR5", "EUR7", "EUR8", "NAM4", "ASIA1"}
_FIXED = frozenset(
    {"id", "name", "kind", "location", "locationType", "projectNumber", "timeCreated", "updated", "metageneration", "etag", "selfLink", "generation"}
)


def _project(call: Call) -> str:
    return f"projects/{call.need('project')}"


def _bucket(call: Call) -> str:
    return f"b/{bucket_of(call)['name']}"  # names are global, so a missing bucket is 404 for everybody


def bucket_of(call: Call, name: str | None = None) -> Record:
    """The bucket's record or Google's 404."""
    record = call.state.table("buckets").get(f"b/{name or call.params['bucket']}")
    if record is None:
        raise Refusal("NOT_FOUND", "The specified bucket does not exist.")
    return record


@handles(API, "buckets.insert", may="storage.buckets.create", at=_project)
async def insert(call: Call) -> Record:
    """Create a bucket, where the organization's location policy allows it."""
    name = str(call.body.get("name", ""))
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", name):
        raise invalid(f"Invalid bucket name: '{name}'")
    project = call.find("projects", _canonical_project(call))
    if f"b/{name}" in call.state.table("buckets"):
        raise Refusal("ALREADY_EXISTS", "Your previous request to create the named bucket succeeded and you already own it.", reason="conflict")
    location = str(call.body.get("location") or "US").upper()
    check_location(call, project["_key"], location)
    answer = await call.objects.post("/storage/v1/b", json={"name": name}, params={"project": project["projectId"]})
    if answer.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.CONFLICT}:
        raise Refusal("UNAVAILABLE", f"The store of bytes answered {answer.status_code}.")
    kind = "multi-region" if location in _MULTI else "dual-region" if location in _DUAL else "region"
    record: Record = {
        **{field: value for field, value in call.body.items() if field not in _FIXED and value is not None},
        "kind": "storage#bucket",
        "id": name,
        "name": name,
    }
    record |= {
        "location": location,
        "locationType": kind,
        "projectNumber": project["_number"],
        "metageneration": "1",
        "etag": "CAE=",
        "generation": call.state.number(),
    }
    record |= {"timeCreated": call.stamp(), "updated": call.stamp(), "selfLink": f"https://www.googleapis.com/storage/v1/b/{name}", "_project": project["_key"]}
    record.setdefault("storageClass", "STANDARD")
    _filled(call, record)
    call.state.table("buckets")[f"b/{name}"] = record
    policies.write(call.state, f"b/{name}", {"bindings": _convenience(project["projectId"])}, call.now)
    return shown(record)


def _canonical_project(call: Call) -> str:
    return canonical(call.state, _project(call))


def _filled(call: Call, record: Record) -> None:
    """What Google fills in."""
    access = record.setdefault("iamConfiguration", {})
    uniform = access.setdefault("uniformBucketLevelAccess", {"enabled": False})
    if uniform.get("enabled") and "lockedTime" not in uniform:
        uniform["lockedTime"] = call.stamp(plus_s=90 * 86400)
    access["bucketPolicyOnly"] = dict(uniform)
    access.setdefault("publicAccessPrevention", "inherited")
    retention = record.get("retentionPolicy")
    if retention and "effectiveTime" not in retention:
        retention["effectiveTime"] = call.stamp()
    record.setdefault("softDeletePolicy", {"retentionDurationSeconds": "604800", "effectiveTime": call.stamp()})


def _convenience(project_id: str) -> list[Record]:
    """The bindings that every new bucket has.

    source: https://cloud.google.com/storage/docs/access-control/iam#convenience-values (read 2026-11-22)
    """
    owners = [f"projectEditor:{project_id}", f"projectOwner:{project_id}"]
    readers = [f"projectViewer:{project_id}"]
    return [
        {"role": "roles/storage.legacyBucketOwner", "members": owners},
        {"role": "roles/storage.legacyBucketReader", "members": readers},
        {"role": "roles/storage.legacyObjectOwner", "members": owners},
        {"role": "roles/storage.legacyObjectReader", "members": readers},
    ]


@handles(API, "buckets.get", may="storage.buckets.get", at=_bucket, anonymous=True)
def get(call: Call) -> Record:
    """One bucket."""
    return shown(bucket_of(call))


@handles(API, "buckets.list", may="storage.buckets.list", at=_project)
def listing(call: Call) -> Record:
    """Buckets of a project."""
    project = call.find("projects", _canonical_project(call))
    found = {
        name: record
        for name, record in call.state.table("buckets").items()
        if record["_project"] == project["_key"] and record["name"].startswith(call.ask("prefix"))
    }
    return {"kind": "storage#buckets"} | page(call, found, "items", size="maxResults", default=1000)


@handles(API, "buckets.patch", may="storage.buckets.update", at=_bucket)
def patch(call: Call) -> Record:
    """Change the fields that were sent; null removes one. A locked retention policy can only grow."""
    record = bucket_of(call)
    _match(call, record)
    _locked(record, call.body)
    for field, value in call.body.items():
        if field in _FIXED:
            continue
        if value is None:
            record.pop(field, None)
        elif field in {"iamConfiguration", "labels"} and isinstance(record.get(field), dict):
            record[field] = {key: item for key, item in {**record[field], **value}.items() if item is not None}
        else:
            record[field] = value
    return _changed(call, record)


@handles(API, "buckets.update", may="storage.buckets.update", at=_bucket)
def update(call: Call) -> Record:
    """Replace all settings."""
    record = bucket_of(call)
    _match(call, record)
    _locked(record, call.body)
    for field in [field for field in record if field not in _FIXED and not field.startswith("_")]:
        del record[field]
    record |= {field: value for field, value in call.body.items() if field not in _FIXED and value is not None}
    record.setdefault("storageClass", "STANDARD")
    return _changed(call, record)


def _match(call: Call, record: Record) -> None:
    wanted = call.ask("ifMetagenerationMatch")
    if wanted and wanted != record["metageneration"]:
        raise Refusal("FAILED_PRECONDITION", "At least one of the pre-conditions you specified did not hold.", http=412)


def _locked(record: Record, body: Mapping[str, object]) -> None:
    retention = record.get("retentionPolicy") or {}
    if not retention.get("isLocked") or "retentionPolicy" not in body:
        return
    wanted = body["retentionPolicy"]
    if not isinstance(wanted, dict) or int(wanted.get("retentionPeriod", 0)) < int(retention["retentionPeriod"]):
        raise Refusal("PERMISSION_DENIED", f"Cannot reduce retention duration of a locked Retention Policy for bucket '{record['name']}'.")


def _changed(call: Call, record: Record) -> Record:
    record["metageneration"] = str(int(record["metageneration"]) + 1)
    record["updated"] = call.stamp()
    _filled(call, record)
    return shown(record)


@handles(API, "buckets.lockRetentionPolicy", may="storage.buckets.update", at=_bucket)
def lock(call: Call) -> Record:
    """Lock the retention policy for good."""
    record = bucket_of(call)
    _match(call, record)
    if not record.get("retentionPolicy"):
        raise invalid("The bucket has no retention policy.")
    record["retentionPolicy"]["isLocked"] = True
    return _changed(call, record)


@handles(API, "buckets.delete", may="storage.buckets.delete", at=_bucket)
async def delete(call: Call) -> None:
    """Delete an empty bucket."""
    record = bucket_of(call)
    listed = await call.objects.get(f"/storage/v1/b/{record['name']}/o")
    if listed.status_code == HTTPStatus.OK and listed.json().get("items"):
        raise Refusal("ALREADY_EXISTS", "The bucket you tried to delete is not empty.", reason="conflict")
    answer = await call.objects.delete(f"/storage/v1/b/{record['name']}")
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Refusal("UNAVAILABLE", f"The store of bytes answered {answer.status_code}.")
    del call.state.table("buckets")[f"b/{record['name']}"]
    call.state.table("policies").pop(f"b/{record['name']}", None)


def retained(record: Record, created: str, now_call: Call) -> bool:
    """True while the bucket's retention policy forbids to delete an object created then."""
    period = int((record.get("retentionPolicy") or {}).get("retentionPeriod", 0))
    return period > 0 and (now_call.now - moment(created)).total_seconds() < period
