"""What AWS types share: the per-resource region of pulumi-aws 7, tags with the provider's default tags, clients."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handoff.lab.provider.record import Context, Properties, Record


def client(ctx: Context, service: str, properties: Mapping[str, Any]) -> Any:  # noqa: ANN401 - boto3 clients have no static type
    """A client in the resource's own region when it names one, else in the provider's."""
    region = properties.get("region")
    return ctx.aws(service, str(region) if region else None)


def regional(record: Record) -> Record:
    """Adds pulumi-aws 7's per-resource `region`: the provider's unless the resource names its own."""

    def read(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
        found = record.read(ctx, resource_id, state)
        return None if found is None else {"region": state.get("region") or ctx.region, **found}

    return replace(
        record,
        read=read,
        handled=record.handled | {"region"},
        replace_on=record.replace_on | {"region"},
        computed=record.computed | {"region"},
        implied=lambda ctx: {"region": ctx.region},
    )


def tagged(record: Record) -> Record:
    """Adds `tags` and `tagsAll`; the record sends `tagsAll` and its `read` gives every tag back as `tags`."""

    def read(ctx: Context, resource_id: str, state: Properties) -> Properties | None:
        found = record.read(ctx, resource_id, state)
        if found is None:
            return None
        every = found.get("tags") or {}
        common = (ctx.config.get("defaultTags") or {}).get("tags", {})
        own = state.get("tags") or {}
        mine = {key: value for key, value in every.items() if key in own or common.get(key) != value}
        return {**found, "tags": mine, "tagsAll": every}

    return replace(record, read=read, handled=record.handled | {"tags", "tagsAll"}, computed=record.computed | {"tagsAll"})


def tag_list(tags: Mapping[str, str] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """AWS's list form."""
    return [{key: name, value: text} for name, text in sorted((tags or {}).items())]


def tag_map(tags: Iterable[Mapping[str, str]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Pulumi's map form."""
    return {item[key]: item[value] for item in tags or ()}


def tag_change(old: Properties, new: Properties) -> tuple[dict[str, str], list[str]]:
    """(tags to set, keys to remove) between two states."""
    before, after = old.get("tagsAll") or {}, new.get("tagsAll") or {}
    return {key: value for key, value in after.items() if before.get(key) != value}, sorted(before.keys() - after.keys())


def given(**fields: object) -> dict[str, object]:
    """The fields that are set: boto3 refuses None."""
    return {key: value for key, value in fields.items() if value is not None}


def text(value: object) -> str:
    """A policy document that boto3 may have decoded."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def pascal(value: Any, names: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - any JSON value
    """Pulumi's camelCase fields as AWS writes them; `names` holds the irregular ones."""
    if isinstance(value, dict):
        return {(names or {}).get(key, key[:1].upper() + key[1:]): pascal(item, names) for key, item in value.items() if item is not None}
    return [pascal(item, names) for item in value] if isinstance(value, list) else value


def camel(value: Any, names: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - any JSON value
    """The way back; `names` is the same map."""
    back = {there: here for here, there in (names or {}).items()}
    if isinstance(value, dict):
        return {back.get(key, key[:1].lower() + key[1:]): camel(item, names) for key, item in value.items()}
    return [camel(item, names) for item in value] if isinstance(value, list) else value
