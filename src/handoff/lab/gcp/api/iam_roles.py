"""IAM roles: predefined ones (read only) and custom ones of projects and organizations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.lab.gcp.calls import HANDLERS, Call, handles, masked, page
from handoff.lab.gcp.refusal import Refusal, exists, invalid
from handoff.lab.gcp.roles import ROLES, grants
from handoff.lab.gcp.state import shown

if TYPE_CHECKING:
    from handoff.lab.gcp.state import Record

API = "iam.v1"
_FIXED = frozenset({"name", "deleted", "etag"})


def _holder(call: Call) -> str:
    return "/".join(call.name.split("/")[:2])


def _predefined(call: Call, name: str, *, full: bool) -> Record:
    record: Record = {"name": name, "title": name.removeprefix("roles/"), "stage": "GA", "etag": "AA=="}
    known = sorted({entry.may for entry in HANDLERS.values() if entry.may})
    return record | ({"includedPermissions": [permission for permission in known if grants(call.state, name, permission)]} if full else {})


@handles(API, "roles.get", may=None)
def predefined(call: Call) -> Record:
    """A predefined role; its permissions are those of the lab's own services."""
    if call.name not in ROLES:
        raise Refusal("NOT_FOUND", f"The role named {call.name} was not found.")
    return _predefined(call, call.name, full=True)


@handles(API, "roles.list", may=None)
def predefined_list(call: Call) -> Record:
    """All predefined roles of the lab."""
    return page(call, {name: _predefined(call, name, full=call.ask("view") == "FULL") for name in ROLES}, "roles", default=300)


def _create(call: Call) -> Record:
    key = str(call.body.get("roleId", ""))
    if not re.fullmatch(r"[a-zA-Z0-9_.]{3,64}", key):
        raise invalid("The role_id must be 3 to 64 letters, digits, underscores and periods.")
    name = f"{call.name}/roles/{key}"
    if name in call.state.table("roles"):
        raise exists(f"A role named {key} in {call.name}")
    role = call.body.get("role") or {}
    _check(role)
    record = {"stage": "GA", **{field: value for field, value in role.items() if field not in _FIXED}, "name": name, "etag": "BwX1"}
    call.state.table("roles")[name] = record
    return shown(record)


def _check(role: Record) -> None:
    for permission in role.get("includedPermissions", []):
        if not re.fullmatch(r"[a-z][a-zA-Z0-9]*(\.[a-zA-Z0-9]+){2,}", permission):
            raise invalid(f"Permission {permission} is not valid.")


def _listing(call: Call) -> Record:
    prefix = f"{call.name}/roles/"
    deleted = call.ask("showDeleted") == "true"
    found = {name: record for name, record in call.state.table("roles").items() if name.startswith(prefix) and (deleted or not record.get("deleted"))}

    def show(record: Record) -> Record:
        return {field: value for field, value in shown(record).items() if field != "includedPermissions" or call.ask("view") == "FULL"}

    return page(call, found, "roles", default=300, show=show)


def _patch(call: Call) -> Record:
    record = call.find("roles")
    _check(call.body)
    masked(record, call.body, call.ask("updateMask"), fixed=_FIXED)
    return shown(record)


def _delete(call: Call) -> Record:
    record = call.find("roles")
    record["deleted"] = True
    return shown(record)


def _undelete(call: Call) -> Record:
    record = call.find("roles")
    record.pop("deleted", None)
    return shown(record)


def _get(call: Call) -> Record:
    return shown(call.find("roles"))


for _level in ("projects", "organizations"):
    handles(API, f"{_level}.roles.create", may="iam.roles.create")(_create)
    handles(API, f"{_level}.roles.list", may="iam.roles.list")(_listing)
    handles(API, f"{_level}.roles.get", may="iam.roles.get", at=_holder)(_get)
    handles(API, f"{_level}.roles.patch", may="iam.roles.update", at=_holder)(_patch)
    handles(API, f"{_level}.roles.delete", may="iam.roles.delete", at=_holder)(_delete)
    handles(API, f"{_level}.roles.undelete", may="iam.roles.undelete", at=_holder)(_undelete)
