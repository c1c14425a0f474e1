"""Conditional access policies: who must prove more than a password, and who is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handoff.lab.provider.record import Created, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from handoff.lab.provider.record import Context, Properties

_PREFIXES = {"included": "include", "excluded": "exclude"}
"""azuread says `includedUsers` where Graph says `includeUsers`. source: https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset (read 2026-11-22)"""


def _to_graph(name: str) -> str:
    if name == "termsOfUses":
        return "termsOfUse"
    found = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), None)
    return _PREFIXES[found] + name.removeprefix(found) if found else name


def _from_graph(name: str) -> str:
    if name == "termsOfUse":
        return "termsOfUses"
    found = next((own for own, wire in _PREFIXES.items() if name.startswith(wire) and name[len(wire) : len(wire) + 1].isupper()), None)
    return found + name.removeprefix(_PREFIXES[found]) if found else name


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {rename(key): _renamed(inner, rename) for key, inner in value.items()}
    return [_renamed(item, rename) for item in value] if isinstance(value, list) else value


_COLLECTION = "/v1.0/identity/conditionalAccess/policies"
_HANDLED = frozenset({"displayName", "state", "conditions", "grantControls"})


def _path(policy_id: str) -> str:
    return f"{_COLLECTION}/{policy_id.rpartition('/')[2]}"


def _body(inputs: Properties) -> Properties:
    return {key: _renamed(value, _to_graph) for key, value in inputs.items() if key in _HANDLED}


def _create(ctx: Context, inputs: Properties) -> Created:
    made = ctx.graph.request("POST", _COLLECTION, _body(inputs))
    return Created(id=f"/identity/conditionalAccess/policies/{made['id']}")


def _read(ctx: Context, policy_id: str, _state: Properties) -> Properties | None:
    found = ctx.graph.find(_path(policy_id))
    if found is None:
        return None
    return {**{key: _renamed(found[key], _from_graph) for key in sorted(_HANDLED) if found.get(key) is not None}, "objectId": found["id"]}


def _update(ctx: Context, policy_id: str, _old: Properties, new: Properties) -> None:
    ctx.graph.request("PATCH", _path(policy_id), {"grantControls": None, **_body(new)})


def _delete(ctx: Context, policy_id: str, _state: Properties) -> None:
    ctx.graph.request("DELETE", _path(policy_id))


RECORDS = (
    Record(
        token="azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
        create=_create,
        read=_read,
        update=_update,
        delete=_delete,
        handled=_HANDLED,
        computed=frozenset({"objectId"}),
        required=frozenset({"displayName", "state", "conditions"}),
    ),
)
