"""Cloud Storage objects: permission is checked here, bytes lie in gcp-storage-emulator."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from starlette.responses import Response

from handoff.lab.gcp import schema
from handoff.lab.gcp.api.buckets import bucket_of, retained
from handoff.lab.gcp.calls import Call, handles, page
from handoff.lab.gcp.discovery import document
from handoff.lab.gcp.refusal import Refusal

if TYPE_CHECKING:
    from handoff.lab.gcp.state import Record

API = "storage.v1"
_HOP = {"connection", "transfer-encoding", "content-length", "server", "date", "content-encoding", "keep-alive"}
_SENT = {"content-type", "content-range", "range", "x-upload-content-type", "x-upload-content-length", "x-goog-resumable"}


def _object(call: Call) -> str:
    return f"{_bucket(call)}/o/{call.params['object']}"


def _bucket(call: Call) -> str:
    return f"b/{bucket_of(call)['name']}"


def _source(call: Call) -> str:
    return f"b/{bucket_of(call, call.params['sourceBucket'])['name']}/o/{call.params['sourceObject']}"


async def _pass(call: Call, *, path: str | None = None, params: tuple[tuple[str, str], ...] | None = None) -> httpx.Response:
    headers = {name: value for name, value in call.request.headers.items() if name in _SENT}
    target = path if path is not None else call.request.scope["raw_path"].decode().split("?", 1)[0]
    query = httpx.QueryParams(params if params is not None else tuple(call.request.query_params.multi_items()))
    answer = await call.objects.request(call.request.method, target, params=query, headers=headers, content=call.raw)
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Refusal("UNAVAILABLE", f"The store of bytes answered {answer.status_code}.")
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise Refusal("NOT_FOUND", f"No such object: {call.params.get('bucket', '')}/{call.params.get('object', '')}")
    return answer


def _clean(call: Call, record: Record) -> Record:
    """The emulator's object with our address in its links, and without fields that Google's schema does not have or types otherwise."""
    known = document(API)["schemas"]["Object"]["properties"]
    out: Record = {name: value for name, value in record.items() if name in known and value is not None and name != "acl"}
    if "mediaLink" in out:
        place = f"b/{quote(out['bucket'], safe='')}/o/{quote(out['name'], safe='')}"  # the emulator leaves slashes and blanks as they are
        out["mediaLink"] = f"{call.base_url}/download/storage/v1/{place}?generation={out['generation']}&alt=media"
    if "size" in out:
        out["size"] = str(out["size"])
    key = (bucket_of(call, out.get("bucket")).get("encryption") or {}).get("defaultKmsKeyName")
    if key:
        out["kmsKeyName"] = f"{key}/cryptoKeyVersions/1"
    return out


@handles(API, "objects.list", may="storage.objects.list", at=_bucket, anonymous=True)
async def listing(call: Call) -> Record:
    """Objects of a bucket, paged here because the emulator gives all at once."""
    bucket_of(call)
    passed = tuple((name, value) for name, value in call.request.query_params.multi_items() if name in {"prefix", "delimiter", "matchGlob"})
    answer = await _pass(call, params=passed)
    body = answer.json()
    items = {item["name"]: _clean(call, item) for item in body.get("items", [])}
    out = {"kind": "storage#objects"} | page(call, items, "items", size="maxResults", default=1000)
    return out | ({"prefixes": body["prefixes"]} if body.get("prefixes") else {})


@handles(API, "objects.get", may="storage.objects.get", at=_object, anonymous=True)
async def get(call: Call) -> Record | Response:
    """Metadata, or the bytes with alt=media."""
    bucket = bucket_of(call)
    if call.ask("alt") != "media" and not call.request.url.path.startswith("/download/"):
        return _clean(call, (await _pass(call)).json())
    _readable(call, bucket)
    path = f"/download/storage/v1/b/{quote(call.params['bucket'], safe='')}/o/{quote(call.params['object'], safe='')}"
    answer = await _pass(call, path=path, params=(("alt", "media"),))
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
    return Response(answer.content, status_code=answer.status_code, headers=headers)


def _readable(call: Call, bucket: Record) -> None:
    """Bytes under a customer-managed key cannot be had while its primary version is not enabled."""
    name = (bucket.get("encryption") or {}).get("defaultKmsKeyName", "")
    key = call.state.table("cryptoKeys").get(name)
    if key is None:
        return
    version = call.state.table("cryptoKeyVersions").get(key.get("_primary", ""))
    if version is None or version["state"] != "ENABLED":
        state = "missing" if version is None else version["state"]
        raise Refusal("PERMISSION_DENIED", f"Cloud KMS key {name} is not usable, current state is: {state}.", http=HTTPStatus.BAD_REQUEST)


@handles(API, "objects.insert", may="storage.objects.create", at=_bucket)
async def insert(call: Call) -> Record | Response:
    """Upload: simple, multipart or resumable (whose further requests carry upload_id)."""
    _readable(call, bucket_of(call))
    answer = await _pass(call)
    location = answer.headers.get("location")
    if location or answer.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
        if location:
            headers["location"] = location.replace(str(call.objects.base_url).rstrip("/"), call.base_url)
        return Response(answer.content, status_code=answer.status_code, headers=headers)
    record = _clean(call, answer.json())
    schema.response(call.method, record)
    return Response(json.dumps(record), media_type="application/json")


@handles(API, "objects.patch", may="storage.objects.update", at=_object)
async def patch(call: Call) -> Record:
    """Change metadata."""
    bucket_of(call)
    return _clean(call, (await _pass(call)).json())


@handles(API, "objects.delete", may="storage.objects.delete", at=_object)
async def delete(call: Call) -> None:
    """Delete, unless the bucket's retention policy still holds it."""
    bucket = bucket_of(call)
    path = f"/storage/v1/b/{quote(call.params['bucket'], safe='')}/o/{quote(call.params['object'], safe='')}"
    found = await call.objects.get(path)
    if found.status_code == HTTPStatus.OK and retained(bucket, found.json()["timeCreated"], call):
        raise Refusal(
            "PERMISSION_DENIED",
            f"Object '{call.params['bucket']}/{call.params['object']}' is subject to bucket's retention policy and cannot be deleted or overwritten.",
            reason="retentionPolicyNotMet",
        )
    await _pass(call)


@handles(API, "objects.rewrite", may="storage.objects.get", at=_source)
async def rewrite(call: Call) -> Record:
    """Copy within the stand-in, in one go."""
    target = call.params["destinationBucket"]
    bucket_of(call, call.params["sourceBucket"])
    bucket_of(call, target)
    call.demand("storage.objects.create", f"b/{target}")
    body = (await _pass(call)).json()
    return {name: str(value) if name in {"totalBytesRewritten", "objectSize"} else value for name, value in body.items() if name != "resource"} | {
        "resource": _clean(call, body["resource"])
    }
