"""Cloud Resource Manager: organizations, folders, projects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.lab.gcp import policies
from handoff.lab.gcp.calls import Call, handles, masked, page
from handoff.lab.gcp.refusal import Refusal, exists, invalid
from handoff.lab.gcp.resources import canonical, chain
from handoff.lab.gcp.state import Record, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

V3 = "cloudresourcemanager.v3"
V1 = "cloudresourcemanager.v1"
_TYPE = "type.googleapis.com/google.cloud.resourcemanager.v3."


def operation(call: Call, response: Mapping[str, object], kind: str) -> Record:
    """A long-running operation that is done at once."""
    record: Record = {"name": f"operations/lab.{call.state.number()}", "done": True, "response": {"@type": kind, **response}}
    call.state.table("operations")[record["name"]] = record
    return record


def _parent(call: Call) -> str:
    parent = call.body.get("parent")
    if not isinstance(parent, str) or parent not in {**call.state.table("organizations"), **call.state.table("folders")}:
        raise invalid(f"parent must name an organization or folder of the lab, not {parent!r}")
    return parent


def _parent_asked(call: Call) -> str:
    return call.need("parent")


@handles(V3, "organizations.get", may="resourcemanager.organizations.get")
def organization(call: Call) -> Record:
    """Get an organization."""
    return shown(call.find("organizations"))


@handles(V3, "organizations.search", may=None)
def organizations(call: Call) -> Record:
    """Organizations that the caller may see."""
    seen = {name: record for name, record in call.state.table("organizations").items() if _may_see(call, "resourcemanager.organizations.get", name)}
    return page(call, seen, "organizations")


@handles(V3, "folders.create", may="resourcemanager.folders.create", at=_parent)
def create_folder(call: Call) -> Record:
    """Create a folder."""
    name = f"folders/{call.state.number()}"
    record = {
        "name": name,
        "parent": _parent(call),
        "displayName": call.body.get("displayName", ""),
        "state": "ACTIVE",
        "createTime": call.stamp(),
        "etag": "W/1",
    }
    call.state.table("folders")[name] = record
    return operation(call, record, _TYPE + "Folder")


@handles(V3, "folders.get", may="resourcemanager.folders.get")
def folder(call: Call) -> Record:
    """Get a folder."""
    return shown(call.find("folders"))


@handles(V3, "folders.list", may="resourcemanager.folders.list", at=_parent_asked)
def folders(call: Call) -> Record:
    """Folders of a parent."""
    return page(call, {name: record for name, record in call.state.table("folders").items() if record["parent"] == call.ask("parent")}, "folders")


@handles(V3, "projects.create", may="resourcemanager.projects.create", at=_parent)
def create_project(call: Call) -> Record:
    """Create a project. A project that waits for its deletion makes way for a new one of the same id (on Google it would not)."""
    key = str(call.body.get("projectId", ""))
    if not re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", key):
        raise invalid(f"projectId {key!r}: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter.")
    old = call.state.table("projects").get(f"projects/{key}")
    if old is not None and (old["state"] == "ACTIVE" or old["parent"] != _parent(call)):
        raise exists("Requested entity")
    if old is not None:
        _purge(call, f"projects/{key}")
    number = call.state.number()
    record = {"name": f"projects/{number}", "projectId": key, "parent": _parent(call), "displayName": call.body.get("displayName") or key, "state": "ACTIVE"}
    record |= {"createTime": call.stamp(), "updateTime": call.stamp(), "etag": 'W/"1"', "_number": number, "_key": f"projects/{key}"}
    record |= {"labels": call.body["labels"]} if call.body.get("labels") else {}
    call.state.table("projects")[f"projects/{key}"] = record
    if not call.caller.is_root:
        policies.write(call.state, f"projects/{key}", {"bindings": [{"role": "roles/owner", "members": [call.caller.name]}]}, call.now)
    return operation(call, shown(record), _TYPE + "Project")


def _purge(call: Call, key: str) -> None:
    # Buckets are named globally: those of the project go by their owner.
    for table in call.state.tables.values():
        for name in [name for name, record in table.items() if name == key or name.startswith(key + "/") or record.get("_project") == key]:
            del table[name]


@handles(V3, "projects.get", may="resourcemanager.projects.get")
def project(call: Call) -> Record:
    """Get a project."""
    return shown(call.find("projects"))


@handles(V3, "projects.list", may="resourcemanager.projects.list", at=_parent_asked)
def projects(call: Call) -> Record:
    """Projects directly under a parent."""
    hidden = call.ask("showDeleted") != "true"
    found = {
        key: record
        for key, record in call.state.table("projects").items()
        if record["parent"] == call.ask("parent") and not (hidden and record["state"] != "ACTIVE")
    }
    return page(call, found, "projects")


@handles(V3, "projects.search", may=None)
def search_projects(call: Call) -> Record:
    """Projects that the caller may see; the query understands `id:X`, `projectId:X`, `parent:X`, `state:X`, joined by blanks."""
    found = {
        key: record
        for key, record in call.state.table("projects").items()
        if _may_see(call, "resourcemanager.projects.get", key) and _fits(record, call.ask("query"))
    }
    return page(call, found, "projects")


def _fits(record: Record, query: str) -> bool:
    names = {"id": "projectId", "projectId": "projectId", "parent": "parent", "state": "state"}
    for term in query.split():
        name, mark, value = term.replace("=", ":", 1).partition(":")
        if not mark or name not in names:
            raise invalid(f"The lab does not understand the query term {term!r}.")
        if record[names[name]] != value.strip('"'):
            return False
    return True


def _may_see(call: Call, permission: str, resource: str) -> bool:
    return policies.allowed(call.state, call.caller, permission, resource, call.now)


@handles(V3, "projects.patch", may="resourcemanager.projects.update")
def patch_project(call: Call) -> Record:
    """Change labels or display name."""
    record = call.find("projects")
    masked(record, call.body, call.ask("updateMask"), fixed=frozenset({"name", "projectId", "parent", "state", "createTime", "etag"}))
    record["updateTime"] = call.stamp()
    return operation(call, shown(record), _TYPE + "Project")


@handles(V3, "projects.delete", may="resourcemanager.projects.delete")
def delete_project(call: Call) -> Record:
    """Mark a project for deletion."""
    record = call.find("projects")
    if record["state"] != "ACTIVE":
        raise Refusal("FAILED_PRECONDITION", "Project is not active.")
    record |= {"state": "DELETE_REQUESTED", "deleteTime": call.stamp()}
    return operation(call, shown(record), _TYPE + "Project")


@handles(V3, "projects.undelete", may="resourcemanager.projects.undelete")
def undelete_project(call: Call) -> Record:
    """Take a deletion back."""
    record = call.find("projects")
    if record["state"] != "DELETE_REQUESTED":
        raise Refusal("FAILED_PRECONDITION", "Project is not marked for deletion.")
    record["state"] = "ACTIVE"
    record.pop("deleteTime", None)
    return operation(call, shown(record), _TYPE + "Project")


def _v1_name(call: Call) -> str:
    return canonical(call.state, f"projects/{call.params['projectId']}")


@handles(V1, "projects.get", may="resourcemanager.projects.get", at=_v1_name)
def project_v1(call: Call) -> Record:
    """Get a project in the older shape."""
    return _as_v1(call.find("projects", _v1_name(call)))


@handles(V1, "projects.list", may=None)
def projects_v1(call: Call) -> Record:
    """Projects that the caller may see, in the older shape."""
    if call.ask("filter"):
        raise invalid("The lab does not filter this listing.")
    found = {key: record for key, record in call.state.table("projects").items() if _may_see(call, "resourcemanager.projects.get", key)}
    return page(call, found, "projects", show=_as_v1)


@handles(V1, "projects.getAncestry", may="resourcemanager.projects.get", at=_v1_name)
def ancestry(call: Call) -> Record:
    """The project and what is above it."""
    kinds = {"projects": "project", "folders": "folder", "organizations": "organization"}
    return {"ancestor": [{"resourceId": {"type": kinds[name.split("/")[0]], "id": name.split("/")[1]}} for name in chain(call.state, _v1_name(call))]}


def _as_v1(record: Record) -> Record:
    kind, _, key = record["parent"].partition("/")
    out: Record = {"projectId": record["projectId"], "projectNumber": record["_number"], "name": record["displayName"], "createTime": record["createTime"]}
    out |= {"lifecycleState": record["state"], "parent": {"type": kind.removesuffix("s"), "id": key}}
    return out | ({"labels": record["labels"]} if "labels" in record else {})


@handles(V3, "operations.get", may=None)
def get_operation(call: Call) -> Record:
    """A long-running operation of any API that keeps them under `operations/`."""
    return call.find("operations")
