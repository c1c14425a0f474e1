"""Cloud Logging: sinks and log buckets. Entries are not kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.lab.gcp.calls import Call, handles, masked, page
from handoff.lab.gcp.refusal import Refusal, exists, invalid
from handoff.lab.gcp.resources import project_of
from handoff.lab.gcp.state import Record, shown

if TYPE_CHECKING:
    from collections.abc import Callable

API = "logging.v2"
_SINKS = "projects.sinks"
_BUCKETS = "projects.locations.buckets"
_BUILT_IN = {"_Default": 30, "_Required": 400}


def _show(_call: Call) -> Callable[[Record], Record]:
    return lambda record: {**shown(record), "name": record["_short"]}


@handles(API, f"{_SINKS}.create", may="logging.sinks.create")
def create_sink(call: Call) -> Record:
    """Create a sink with a writer identity of its own."""
    project = call.find("projects")
    key = str(call.body.get("name", ""))
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", key):
        raise invalid(f"Invalid sink name {key!r}")
    if not call.body.get("destination"):
        raise invalid("A sink needs a destination.")
    name = f"{call.name}/sinks/{key}"
    if name in call.state.table("sinks"):
        raise exists(f"Sink {key}")
    writer = f"serviceAccount:service-{project['_number']}@gcp-sa-logging.iam.gserviceaccount.com"
    record = {**call.body, "name": name, "resourceName": name, "_short": key, "writerIdentity": writer, "createTime": call.stamp(), "updateTime": call.stamp()}
    call.state.table("sinks")[name] = record
    return _show(call)(record)


@handles(API, f"{_SINKS}.get", may="logging.sinks.get")
def sink(call: Call) -> Record:
    """One sink."""
    return _show(call)(call.find("sinks"))


@handles(API, f"{_SINKS}.list", may="logging.sinks.list")
def sinks(call: Call) -> Record:
    """Sinks of a project."""
    prefix = f"{call.name}/sinks/"
    return page(call, {name: record for name, record in call.state.table("sinks").items() if name.startswith(prefix)}, "sinks", show=_show(call))


def _patch_sink(call: Call) -> Record:
    record = call.find("sinks")
    masked(record, call.body, call.ask("updateMask") or "destination,filter,includeChildren", fixed=frozenset({"name", "writerIdentity", "createTime"}))
    record["updateTime"] = call.stamp()
    return _show(call)(record)


handles(API, f"{_SINKS}.patch", may="logging.sinks.update")(_patch_sink)
handles(API, f"{_SINKS}.update", may="logging.sinks.update")(_patch_sink)


@handles(API, f"{_SINKS}.delete", may="logging.sinks.delete")
def delete_sink(call: Call) -> Record:
    """Delete a sink."""
    call.find("sinks")
    del call.state.table("sinks")[call.name]
    return {}


def _bucket(call: Call) -> Record:
    """A log bucket; `_Default` and `_Required` are there from the beginning, in `global`."""
    key = call.name.rsplit("/", 1)[1]
    if key in _BUILT_IN and call.name not in call.state.table("logBuckets") and project_of(call.state, call.name):
        call.state.table("logBuckets")[call.name] = {"name": call.name, "lifecycleState": "ACTIVE", "retentionDays": _BUILT_IN[key]}
    return call.find("logBuckets")


@handles(API, f"{_BUCKETS}.create", may="logging.buckets.create")
def create_bucket(call: Call) -> Record:
    """Create a log bucket."""
    call.find("projects", "/".join(call.name.split("/")[:2]))
    name = f"{call.name}/buckets/{call.need('bucketId')}"
    if name in call.state.table("logBuckets"):
        raise exists(f"Bucket {name}")
    record = {"retentionDays": 30, **call.body, "name": name, "lifecycleState": "ACTIVE", "createTime": call.stamp(), "updateTime": call.stamp()}
    call.state.table("logBuckets")[name] = record
    return shown(record)


@handles(API, f"{_BUCKETS}.get", may="logging.buckets.get")
def bucket(call: Call) -> Record:
    """One log bucket."""
    return shown(_bucket(call))


@handles(API, f"{_BUCKETS}.list", may="logging.buckets.list")
def buckets(call: Call) -> Record:
    """Log buckets of a location; `-` means all."""
    pattern = re.escape(call.name).replace("locations/\\-", "locations/[^/]+") + "/buckets/.+"
    return page(call, {name: record for name, record in call.state.table("logBuckets").items() if re.fullmatch(pattern, name)}, "buckets")


@handles(API, f"{_BUCKETS}.patch", may="logging.buckets.update")
def patch_bucket(call: Call) -> Record:
    """Change a log bucket; a locked one does not change any more."""
    record = _bucket(call)
    if record.get("locked"):
        raise Refusal("FAILED_PRECONDITION", f"Bucket {record['name']} is locked.")
    masked(record, call.body, call.need("updateMask"), fixed=frozenset({"name", "createTime", "lifecycleState"}))
    record["updateTime"] = call.stamp()
    return shown(record)


@handles(API, f"{_BUCKETS}.delete", may="logging.buckets.delete")
def delete_bucket(call: Call) -> Record:
    """Mark a log bucket for deletion; locked and built-in ones stay."""
    record = _bucket(call)
    if record.get("locked") or call.name.rsplit("/", 1)[1] in _BUILT_IN:
        raise Refusal("FAILED_PRECONDITION", f"Bucket {record['name']} is locked or built in.")
    record["lifecycleState"] = "DELETE_REQUESTED"
    return {}


@handles(API, f"{_BUCKETS}.undelete", may="logging.buckets.undelete")
def undelete_bucket(call: Call) -> Record:
    """Take a deletion back."""
    _bucket(call)["lifecycleState"] = "ACTIVE"
    return {}
