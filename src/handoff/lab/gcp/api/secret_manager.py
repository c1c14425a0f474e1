"""Secret Manager, global and regional."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from handoff.lab.gcp.calls import Call, handles, masked, page
from handoff.lab.gcp.checksum import crc32c
from handoff.lab.gcp.refusal import Refusal, exists, invalid
from handoff.lab.gcp.resources import numbered
from handoff.lab.gcp.state import Record, shown

if TYPE_CHECKING:
    from collections.abc import Callable

API = "secretmanager.v1"
_FIXED = frozenset({"name", "createTime", "replication", "etag"})


def _show(call: Call) -> Callable[[Record], Record]:
    return lambda record: shown(record) | {"name": numbered(call.state, record["name"])}


def _create(call: Call) -> Record:
    key = call.need("secretId")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", key):
        raise invalid("The secretId must be 1 to 255 letters, digits, hyphens and underscores.")
    call.find("projects", "/".join(call.name.split("/")[:2]))
    regional = "/locations/" in call.name
    replication = call.body.get("replication")
    if regional == bool(replication):
        raise invalid("Regional secrets take no replication." if regional else "Secret.replication is required.")
    name = f"{call.name}/secrets/{key}"
    if name in call.state.table("secrets"):
        raise exists(f"Secret [{numbered(call.state, name)}]")
    record = {
        **{field: value for field, value in call.body.items() if field not in {"name", "createTime", "etag"}},
        "name": name,
        "createTime": call.stamp(),
        "etag": '"1"',
    }
    call.state.table("secrets")[name] = record
    return _show(call)(record)


def _get(call: Call) -> Record:
    return _show(call)(call.find("secrets"))


def _list(call: Call) -> Record:
    prefix = f"{call.name}/secrets/"
    return page(
        call, {name: record for name, record in call.state.table("secrets").items() if name.startswith(prefix)}, "secrets", default=25, show=_show(call)
    )


def _patch(call: Call) -> Record:
    record = call.find("secrets")
    masked(record, call.body, call.need("updateMask"), fixed=_FIXED)
    return _show(call)(record)


def _delete(call: Call) -> Record:
    call.find("secrets")
    for table in ("secrets", "versions", "policies"):
        for name in [name for name in call.state.table(table) if name == call.name or name.startswith(call.name + "/")]:
            del call.state.table(table)[name]
    return {}


def _add(call: Call) -> Record:
    call.find("secrets")
    payload = call.body.get("payload") or {}
    try:
        data = base64.b64decode(payload.get("data", ""), validate=True)
    except binascii.Error as error:
        raise invalid("payload.data is not base64.") from error
    checksum = crc32c(data)
    if "dataCrc32c" in payload and payload["dataCrc32c"] != checksum:
        raise invalid("The checksum of the payload does not match.")
    number = 1 + sum(1 for name in call.state.table("versions") if name.startswith(call.name + "/versions/"))
    name = f"{call.name}/versions/{number}"
    record: Record = {
        "name": name,
        "createTime": call.stamp(),
        "state": "ENABLED",
        "etag": f'"{number}"',
        "_data": base64.b64encode(data).decode(),
        "_crc": checksum,
    }
    record |= {"clientSpecifiedPayloadChecksum": True} if "dataCrc32c" in payload else {}
    call.state.table("versions")[name] = record
    return _show(call)(record)


def _version(call: Call) -> Record:
    secret, _, wanted = call.name.rpartition("/versions/")
    versions = {name: record for name, record in call.state.table("versions").items() if name.startswith(secret + "/versions/")}
    if wanted == "latest" and versions:
        return max(versions.values(), key=lambda record: int(record["name"].rsplit("/", 1)[1]))
    if call.name not in versions:
        raise Refusal("NOT_FOUND", f"Secret Version [{numbered(call.state, call.name)}] not found.")
    return versions[call.name]


def _get_version(call: Call) -> Record:
    return _show(call)(_version(call))


def _versions(call: Call) -> Record:
    call.find("secrets")
    prefix = f"{call.name}/versions/"
    return page(call, {name: record for name, record in call.state.table("versions").items() if name.startswith(prefix)}, "versions", show=_show(call))


def _access(call: Call) -> Record:
    record = _version(call)
    if record["state"] != "ENABLED":
        raise Refusal("FAILED_PRECONDITION", f"Secret Version [{numbered(call.state, record['name'])}] is in {record['state']} state.")
    return {"name": numbered(call.state, record["name"]), "payload": {"data": record["_data"], "dataCrc32c": record["_crc"]}}


def _become(state: str) -> Callable[[Call], Record]:
    def run(call: Call) -> Record:
        record = _version(call)
        if record["state"] == "DESTROYED" and state != "DESTROYED":
            raise Refusal("FAILED_PRECONDITION", "The version is destroyed.")
        record["state"] = state
        if state == "DESTROYED":
            record.pop("_data", None)
            record["destroyTime"] = call.stamp()
        return _show(call)(record)

    return run


for _base in ("projects", "projects.locations"):
    handles(API, f"{_base}.secrets.create", may="secretmanager.secrets.create")(_create)
    handles(API, f"{_base}.secrets.get", may="secretmanager.secrets.get")(_get)
    handles(API, f"{_base}.secrets.list", may="secretmanager.secrets.list")(_list)
    handles(API, f"{_base}.secrets.patch", may="secretmanager.secrets.update")(_patch)
    handles(API, f"{_base}.secrets.delete", may="secretmanager.secrets.delete")(_delete)
    handles(API, f"{_base}.secrets.addVersion", may="secretmanager.versions.add")(_add)
    handles(API, f"{_base}.secrets.versions.get", may="secretmanager.versions.get")(_get_version)
    handles(API, f"{_base}.secrets.versions.list", may="secretmanager.versions.list")(_versions)
    handles(API, f"{_base}.secrets.versions.access", may="secretmanager.versions.access")(_access)
    handles(API, f"{_base}.secrets.versions.enable", may="secretmanager.versions.enable")(_become("ENABLED"))
    handles(API, f"{_base}.secrets.versions.disable", may="secretmanager.versions.disable")(_become("DISABLED"))
    handles(API, f"{_base}.secrets.versions.destroy", may="secretmanager.versions.destroy")(_become("DESTROYED"))
