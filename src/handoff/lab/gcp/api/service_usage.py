"""Service Usage: which APIs a project has switched on. The stand-in records it and does not refuse calls to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.gcp.api.resource_manager import operation
from handoff.lab.gcp.calls import Call, handles, page
from handoff.lab.gcp.refusal import invalid
from handoff.lab.gcp.resources import numbered

if TYPE_CHECKING:
    from handoff.lab.gcp.state import Record

API = "serviceusage.v1"
_TYPE = "type.googleapis.com/google.api.serviceusage.v1."


def _project(call: Call) -> str:
    return "/".join(call.name.split("/")[:2])


def _record(call: Call, name: str) -> Record:
    service = name.rsplit("/", 1)[1]
    known = call.state.table("services").get(name, {"state": "DISABLED"})
    return {"name": numbered(call.state, name), "parent": numbered(call.state, _project(call)), "config": {"name": service}, "state": known["state"]}


def _switch(call: Call, name: str, state: str) -> Record:
    call.find("projects", _project(call))
    if not name.endswith(".googleapis.com"):
        raise invalid(f"Not found or permission denied for service(s): {name.rsplit('/', 1)[1]}.")
    call.state.table("services")[name] = {"state": state}
    return _record(call, name)


@handles(API, "services.enable", may="serviceusage.services.enable", at=_project)
def enable(call: Call) -> Record:
    """Switch on."""
    return operation(call, {"service": _switch(call, call.name, "ENABLED")}, _TYPE + "EnableServiceResponse")


@handles(API, "services.batchEnable", may="serviceusage.services.enable", at=_project)
def batch_enable(call: Call) -> Record:
    """Switch several on."""
    services = [_switch(call, f"{_project(call)}/services/{service}", "ENABLED") for service in call.body.get("serviceIds", [])]
    return operation(call, {"services": services}, _TYPE + "BatchEnableServicesResponse")


@handles(API, "services.disable", may="serviceusage.services.disable", at=_project)
def disable(call: Call) -> Record:
    """Switch off."""
    return operation(call, {"service": _switch(call, call.name, "DISABLED")}, _TYPE + "DisableServiceResponse")


@handles(API, "services.get", may="serviceusage.services.get", at=_project)
def get(call: Call) -> Record:
    """One service."""
    return _record(call, call.name)


@handles(API, "services.list", may="serviceusage.services.list", at=_project)
def listing(call: Call) -> Record:
    """Services, by default those that were ever switched on; `filter=state:ENABLED` or `state:DISABLED`."""
    wanted = call.ask("filter").removeprefix("state:")
    if call.ask("filter") and wanted not in {"ENABLED", "DISABLED"}:
        raise invalid("filter must be state:ENABLED or state:DISABLED")
    prefix = f"{_project(call)}/services/"
    found = {
        name: _record(call, name)
        for name, record in call.state.table("services").items()
        if name.startswith(prefix) and (not wanted or record["state"] == wanted)
    }
    return page(call, found, "services", default=50)
