"""Groups and who belongs to them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from handoff.lab.provider.record import Created, EmulatorError, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties

_FIELDS = {
    "displayName": "displayName",
    "description": "description",
    "securityEnabled": "securityEnabled",
    "mailEnabled": "mailEnabled",
    "mailNickname": "mailNickname",
    "assignableToRole": "isAssignableToRole",
    "types": "groupTypes",
    "visibility": "visibility",
    "theme": "theme",
}
"""SDK name to Graph's. source: https://learn.microsoft.com/graph/api/resources/group (read 2026-11-22)"""
_LINKS = ("members", "owners")
_GRAPH = "https://graph.microsoft.com/v1.0"


def _path(group_id: str) -> str:
    return f"/v1.0/groups/{group_id.removeprefix('/groups/')}"


def _body(inputs: Properties) -> Properties:
    return {wire: inputs[name] for name, wire in _FIELDS.items() if name in inputs}


def _create(ctx: Context, inputs: Properties) -> Created:
    if inputs.get("preventDuplicateNames"):
        name = str(inputs["displayName"]).replace("'", "''")
        twins = ctx.graph.request("GET", "/v1.0/groups", params={"$filter": f"displayName eq '{name}'"})["value"]
        if twins:
            raise EmulatorError("DuplicateName", f"an existing group has the name {inputs['displayName']}: {twins[0]['id']}")
    bound = {f"{link}@odata.bind": [f"{_GRAPH}/directoryObjects/{one}" for one in inputs[link]] for link in _LINKS if inputs.get(link)}
    # Graph needs a mail nickname of every group; azuread makes one up as well.
    body = {"mailEnabled": False, "mailNickname": secrets.token_hex(5), "securityEnabled": False, **_body(inputs), **bound}
    return Created(id=f"/groups/{ctx.graph.request('POST', '/v1.0/groups', body)['id']}")


def _read(ctx: Context, group_id: str, state: Properties) -> Properties | None:
    found = ctx.graph.find(_path(group_id))
    if found is None:
        return None
    shown = {name: found[wire] for name, wire in _FIELDS.items() if found.get(wire) is not None}
    # Who belongs to a group is the program's only where the program lists it; GroupMember looks after single members.
    links = {link: sorted(_linked(ctx, group_id, link)) for link in _LINKS if state.get(link)}
    return {**shown, **links, "objectId": found["id"]}


def _linked(ctx: Context, group_id: str, link: str) -> set[str]:
    found: set[str] = set()
    params: dict[str, str] = {}
    while True:
        page = ctx.graph.request("GET", f"{_path(group_id)}/{link}", params=params)
        found |= {str(item["id"]) for item in page["value"]}
        if "@odata.nextLink" not in page:
            return found
        params = {"$skiptoken": page["@odata.nextLink"].rpartition("skiptoken=")[2].partition("&")[0]}


def _update(ctx: Context, group_id: str, old: Properties, new: Properties) -> None:
    cleared = {wire: None for name, wire in _FIELDS.items() if name in old and name not in new and name == "description"}
    ctx.graph.request("PATCH", _path(group_id), {**cleared, **_body(new)})
    for link in _LINKS:
        if link not in new:
            continue
        held, wanted = _linked(ctx, group_id, link), set(new[link])
        for one in sorted(wanted - held):
            ctx.graph.request("POST", f"{_path(group_id)}/{link}/$ref", {"@odata.id": f"{_GRAPH}/directoryObjects/{one}"})
        for one in sorted(held - wanted):
            ctx.graph.request("DELETE", f"{_path(group_id)}/{link}/{one}/$ref")


def _delete(ctx: Context, group_id: str, _state: Properties) -> None:
    ctx.graph.request("DELETE", _path(group_id))


def _member_parts(member_id: str) -> tuple[str, str]:
    group, between, member = member_id.partition("/member/")
    if not between or not group or not member:
        raise EmulatorError("InvalidId", f"'{member_id}' is not GROUP/member/OBJECT")
    return group, member


def _create_member(ctx: Context, inputs: Properties) -> Created:
    group, member = str(inputs["groupObjectId"]), str(inputs["memberObjectId"])
    ctx.graph.request("POST", f"{_path(group)}/members/$ref", {"@odata.id": f"{_GRAPH}/directoryObjects/{member}"})
    return Created(id=f"{group}/member/{member}")


def _read_member(ctx: Context, member_id: str, _state: Properties) -> Properties | None:
    group, member = _member_parts(member_id)
    if ctx.graph.find(_path(group)) is None or member not in _linked(ctx, group, "members"):
        return None
    return {"groupObjectId": group, "memberObjectId": member}


def _delete_member(ctx: Context, member_id: str, _state: Properties) -> None:
    group, member = _member_parts(member_id)
    ctx.graph.request("DELETE", f"{_path(group)}/members/{member}/$ref")


RECORDS = (
    Record(
        token="azuread:index/group:Group",
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        handled=frozenset(_FIELDS) | frozenset(_LINKS),
        kept=frozenset({"preventDuplicateNames"}),
        computed=frozenset({"objectId", "mailNickname", "mailEnabled"}),
        required=frozenset({"displayName"}),
        replace_on=frozenset({"assignableToRole", "types", "mailNickname"}),
    ),
    Record(
        token="azuread:index/groupMember:GroupMember",
        create=_create_member,
        read=_read_member,
        delete=_delete_member,
        handled=frozenset({"groupObjectId", "memberObjectId"}),
        required=frozenset({"groupObjectId", "memberObjectId"}),
    ),
)
