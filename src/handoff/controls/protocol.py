"""The engine's analyzer protocol: the Pulumi SDK's own message classes, and its values as plain ones.

source: https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/analyzer.proto (read 2026-11-22)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from google.protobuf.struct_pb2 import Struct, Value

from handoff.controls import generated
from handoff.controls.resource import plain

if TYPE_CHECKING:
    from pulumi.runtime.proto import analyzer_pb2 as messages
    from pulumi.runtime.proto import plugin_pb2 as plugins

if not TYPE_CHECKING:
    messages = generated.module("analyzer_pb2")
    plugins = generated.module("plugin_pb2")


def values(struct: Struct) -> dict[str, object]:
    """A message's properties as plain values: sentinels and unreadable secrets become UNKNOWN."""
    return cast("dict[str, object]", plain({name: _value(one) for name, one in struct.fields.items()}))


def put(properties: Struct, path: str, value: object) -> None:
    """Set a value at a dotted path of a message's properties; objects on the way are made when there are none."""
    at, (*way, last) = properties, path.split(".")
    for step in way:
        at = at.fields[step].struct_value
    at.update({last: value})


def _value(value: Value) -> object:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "struct_value":
        return {name: _value(one) for name, one in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_value(one) for one in value.list_value.values]
    return None


__all__ = ["messages", "plugins", "put", "values"]
