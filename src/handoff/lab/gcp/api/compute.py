"""Compute: networks, subnetworks and firewalls, with operations that are done at once. Nothing runs in them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from handoff.lab.gcp.calls import Call, handles, masked, page
from handoff.lab.gcp.refusal import Refusal, exists, invalid
from handoff.lab.gcp.resources import canonical
from handoff.lab.gcp.state import Record, shown

if TYPE_CHECKING:
    from collections.abc import Callable

API = "compute.v1"
_LINK = "https://www.googleapis.com/compute/v1/"
_FIXED = frozenset({"name", "id", "kind", "selfLink", "creationTimestamp", "region"})


def _project(call: Call) -> str:
    return canonical(call.state, f"projects/{call.params['project']}")


def _place(call: Call) -> str:
    region = call.params.get("region")
    return f"{_project(call)}/regions/{region}" if region else f"{_project(call)}/global"


def _operation(call: Call, verb: str, target: Record) -> Record:
    number = call.state.number()
    name = f"operation-{number}"
    full = f"{_place(call)}/operations/{name}"
    record = {"kind": "compute#operation", "id": number, "name": name, "operationType": verb, "status": "DONE", "progress": 100, "selfLink": _LINK + full}
    record |= {"targetLink": target["selfLink"], "targetId": target["id"], "insertTime": call.stamp(), "startTime": call.stamp(), "endTime": call.stamp()}
    record |= {"user": call.caller.name} | ({"region": f"{_LINK}{_place(call)}"} if "region" in call.params else {})
    call.state.table("computeOperations")[full] = record
    return record


def _get_operation(call: Call) -> Record:
    return call.find("computeOperations", f"{_place(call)}/operations/{call.params['operation']}")


for _scope in ("globalOperations", "regionOperations"):
    handles(API, f"{_scope}.get", may=f"compute.{_scope}.get", at=_project)(_get_operation)
    handles(API, f"{_scope}.wait", may=f"compute.{_scope}.get", at=_project)(_get_operation)


def _register(table: str, singular: str, prepare: Callable[[Call, Record], None]) -> None:
    kind = f"compute#{singular}"

    def key(call: Call) -> str:
        return f"{_place(call)}/{table}/{call.params[singular.lower()]}"

    def insert(call: Call) -> Record:
        name = f"{_place(call)}/{table}/{_new_name(call)}"
        if name in call.state.table(table):
            raise exists(f"The resource '{name}'")
        sent = {field: value for field, value in call.body.items() if value is not None}
        record = {**sent, "kind": kind, "id": call.state.number(), "selfLink": _LINK + name, "creationTimestamp": call.stamp(), "_name": name}
        prepare(call, record)
        call.state.table(table)[name] = record
        return _operation(call, "insert", record)

    def get(call: Call) -> Record:
        return shown(_found(call, table, key(call)))

    def listing(call: Call) -> Record:
        prefix = f"{_place(call)}/{table}/"
        found = {name: record for name, record in call.state.table(table).items() if name.startswith(prefix)}
        return {"kind": f"{kind}List", "id": prefix.rstrip("/")} | page(call, found, "items", size="maxResults", default=500)

    def patch(call: Call) -> Record:
        record = _found(call, table, key(call))
        masked(record, call.body, "", fixed=_FIXED)
        return _operation(call, "patch", record)

    def delete(call: Call) -> Record:
        record = _found(call, table, key(call))
        _refuse_used(call, record)
        del call.state.table(table)[key(call)]
        return _operation(call, "delete", record)

    for verb, permission, run in (
        ("insert", "create", insert),
        ("get", "get", get),
        ("list", "list", listing),
        ("patch", "update", patch),
        ("delete", "delete", delete),
    ):
        handles(API, f"{table}.{verb}", may=f"compute.{table}.{permission}", at=_project)(run)


def _new_name(call: Call) -> str:
    call.find("projects", _project(call))
    if not call.body.get("name"):
        raise invalid("Invalid value for field 'resource.name': a name is required.")
    return str(call.body["name"])


def _refuse_used(call: Call, record: Record) -> None:
    for other in ("subnetworks", "firewalls"):
        for name, item in call.state.table(other).items():
            if item.get("network") == record["selfLink"]:
                message = f"The network resource '{record['_name']}' is already being used by '{name}'"
                raise Refusal("FAILED_PRECONDITION", message, reason="resourceInUseByAnotherResource")


def _found(call: Call, table: str, name: str) -> Record:
    record = call.state.table(table).get(name)
    if record is None:
        raise Refusal("NOT_FOUND", f"The resource '{name}' was not found")
    return record


def _linked(call: Call, text: str) -> str:
    """A network in any of the forms that Google takes, as its self link."""
    tail = text.removeprefix(_LINK).removeprefix("https://compute.googleapis.com/compute/v1/")
    name = canonical(call.state, tail) if tail.startswith("projects/") else f"{_project(call)}/{tail}"
    return str(_found(call, "networks", name)["selfLink"])


def _network(call: Call, record: Record) -> None:
    record.setdefault("autoCreateSubnetworks", False)
    record.setdefault("routingConfig", {"routingMode": "REGIONAL"})


def _subnetwork(call: Call, record: Record) -> None:
    record["network"] = _linked(call, str(record.get("network", "")))
    record["region"] = _LINK + _place(call)
    try:
        block = ipaddress.ip_network(str(record.get("ipCidrRange", "")))
    except ValueError as error:
        raise invalid(f"Invalid value for field 'resource.ipCidrRange': {error}") from error
    record["gatewayAddress"] = str(block[1])
    record |= {"fingerprint": "AAAAAAAAAAA=", "purpose": record.get("purpose", "PRIVATE"), "stackType": record.get("stackType", "IPV4_ONLY")}
    record.setdefault("privateIpGoogleAccess", False)


def _firewall(call: Call, record: Record) -> None:
    record["network"] = _linked(call, str(record.get("network", "global/networks/default")))
    record.setdefault("direction", "INGRESS")
    record.setdefault("priority", 1000)
    record.setdefault("disabled", False)


_register("networks", "network", _network)
_register("subnetworks", "subnetwork", _subnetwork)
_register("firewalls", "firewall", _firewall)
