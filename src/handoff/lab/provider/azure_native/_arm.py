"""Most ARM types alike: one PUT, one GET, one DELETE, and `properties` flattened into the resource as azure-native does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.lab.provider.record import Created, Naming, Record
from handoff.lab.provider.values import UNKNOWN, knows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handoff.lab.provider.record import Context, Properties

TOP = frozenset({"location", "tags", "sku", "kind", "identity", "plan", "zones", "extendedLocation", "managedBy", "etag"})
"""Fields that ARM keeps beside `properties`. source: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types (read 2026-11-22)"""
HEX_NAME = Naming(separator="", digits=8, max_length=24, lower=True)
"""azure-native's way: the logical name and eight hexadecimal digits, here for names that allow letters and digits only."""
PLAIN_NAME = Naming(separator="", digits=8, max_length=63)

_PLACE = re.compile(r"\{(\w+)\}")


def arm_record(
    token: str,
    path: str,
    api_version: str,
    *,
    handled: frozenset[str] | set[str],
    name_property: str | None = None,
    naming: Naming = PLAIN_NAME,
    top: frozenset[str] = TOP,
    kept: frozenset[str] | set[str] = frozenset(),
    write_only: frozenset[str] | set[str] = frozenset(),
    computed: frozenset[str] | set[str] = frozenset(),
    replace_on: frozenset[str] | set[str] = frozenset(),
    required: frozenset[str] | set[str] = frozenset(),
    unordered: frozenset[str] | set[str] = frozenset(),
    secret: frozenset[str] | set[str] = frozenset(),
    defaults: Mapping[str, object] | None = None,
    body: Callable[[Context, Properties], Properties] | None = None,
    outputs: Callable[[Properties], Properties] | None = None,
    remove: Callable[[Context, str], None] | None = None,
    delete_before_replace: bool = False,
) -> Record:
    """A record for an ARM type.

    `path` is the resource's id as a template: `{subscription}` is the provider's, every other `{place}` an input of that name
    (add it to nothing: it is handled, required unless it is `name_property`, and replaces). A place may hold slashes only when
    its name ends in `scope` or `uri`. A type whose `handled` names `properties` itself is not flattened, as in azure-native.
    `body(ctx, inputs)` and `outputs(answer)` replace the flattening where a type is special; `outputs` gets ARM's whole answer
    and returns properties (places and `name`, `type` are added). `remove(ctx, arm_id)` replaces ARM's DELETE.
    """
    places = frozenset(_PLACE.findall(path)) - {"subscription"}
    template = _matcher(path)
    every = frozenset(handled) | frozenset(write_only)
    query = {"api-version": api_version}

    def build(ctx: Context, inputs: Properties) -> Properties:
        if body:
            return body(ctx, inputs)
        fields = every - places
        return _nest(inputs, fields, fields if "properties" in fields else top)

    def flat(arm_id: str, answer: Properties) -> Properties:
        found = outputs(answer) if outputs else whole(answer) if "properties" in every else flatten(answer)
        match = template.fullmatch(arm_id)
        inside = {name: value for name, value in match.groupdict().items() if name != "subscription"} if match else {}
        named: Properties = {key: answer[key] for key in ("name", "type") if key in answer}
        return {**found, **{name: "/" + value if _holds_slashes(name) else value for name, value in inside.items()}, **named}

    def create(ctx: Context, inputs: Properties) -> Created:
        where = _fill(path, {"subscription": ctx.subscription, **inputs})
        answer = ctx.azure.request("PUT", where, build(ctx, inputs), params=query)
        return Created(id=str(answer.get("id") or where))

    def read(ctx: Context, arm_id: str, _state: Properties) -> Properties | None:
        answer = ctx.azure.find(arm_id, params=query)
        return None if answer is None else flat(arm_id, answer)

    def update(ctx: Context, arm_id: str, _old: Properties, new: Properties) -> None:
        ctx.azure.request("PUT", arm_id, build(ctx, new), params=query)

    def delete(ctx: Context, arm_id: str, _state: Properties) -> None:
        if remove:
            remove(ctx, arm_id)
            return
        ctx.azure.request("DELETE", arm_id, params=query)

    return Record(
        token=token,
        create=create,
        read=read,
        update=update,
        delete=delete,
        handled=frozenset(handled) | places,
        kept=frozenset(kept),
        write_only=frozenset(write_only),
        computed=frozenset(computed) | {"name", "type"},
        secret=frozenset(secret),
        required=(places | frozenset(required)) - {name_property or ""},
        defaults=dict(defaults or {}),
        unordered=frozenset(unordered),
        replace_on=frozenset(replace_on) | places | ({"location"} & frozenset(handled)),
        delete_before_replace=delete_before_replace,
        name_property=name_property,
        naming=naming,
    )


def _fill(path: str, values: Mapping[str, object]) -> str:
    return _PLACE.sub(lambda place: str(values[place[1]]).strip("/"), path)


def _holds_slashes(place: str) -> bool:
    return place.lower().endswith(("scope", "uri"))


def _matcher(path: str) -> re.Pattern[str]:
    """The template as a pattern over ids; ARM compares ids without case."""
    parts = _PLACE.split(path)
    pieces = [re.escape(part) if number % 2 == 0 else f"(?P<{part}>{'.+' if _holds_slashes(part) else '[^/]+'})" for number, part in enumerate(parts)]
    return re.compile("".join(pieces), re.IGNORECASE)


def _nest(inputs: Properties, fields: frozenset[str], top: frozenset[str]) -> Properties:
    beside = {key: inputs[key] for key in sorted(fields & top) if key in inputs}
    inner = {key: inputs[key] for key in sorted(fields - top) if key in inputs}
    return {**beside, "properties": inner} if "properties" not in top else beside


def flatten(answer: Properties) -> Properties:
    """ARM's answer with `properties` lifted to the top, as most azure-native types show it."""
    inner = answer.get("properties") or {}
    return {**inner, **whole(answer, without=frozenset({"id", "properties"}))}


def whole(answer: Properties, without: frozenset[str] = frozenset({"id"})) -> Properties:
    """ARM's answer as it stands, for the types that azure-native does not flatten."""
    return {key: value for key, value in answer.items() if key not in without}


def identities_by_id(_ctx: Context, inputs: Properties) -> dict[str, str]:
    """The SDK lists the identities' ids; ARM, and the state, keep an object by id."""
    identity = inputs.get("identity")
    if isinstance(identity, dict) and isinstance(ids := identity.get("userAssignedIdentities"), list):
        inputs["identity"] = {**identity, "userAssignedIdentities": {str(one): {} for one in ids} if knows(ids) else UNKNOWN}
    return {}
