"""The engine's analyzer protocol: the Pulumi SDK's own message classes, without the SDK around them, and its values as plain ones.

`import pulumi` takes 30 MB and a third of a second; a pack that serves the engine needs four generated modules of it.
source: https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/analyzer.proto (read 2026-11-22)
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from google.protobuf.struct_pb2 import Struct, Value

from handoff.controls.resource import plain

if TYPE_CHECKING:
    from pulumi.runtime.proto import analyzer_pb2 as messages
    from pulumi.runtime.proto import plugin_pb2 as plugins

_PARENTS = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def _generated(name: str) -> ModuleType:
    """A generated module of the SDK; where the SDK is not loaded, without loading it."""
    whole = f"pulumi.runtime.proto.{name}"
    if "pulumi" in sys.modules:
        return importlib.import_module(whole)
    spec = importlib.util.find_spec("pulumi")
    if spec is None or spec.origin is None:
        raise ImportError("the Pulumi SDK is not installed")
    folder = Path(spec.origin).parent
    before = set(sys.modules)
    try:
        for parent in _PARENTS:
            bare = ModuleType(parent)
            bare.__path__ = [str(folder.joinpath(*parent.split(".")[1:]))]
            sys.modules[parent] = bare
        return importlib.import_module(whole)
    finally:
        for made in [one for one in sys.modules if one.split(".", 1)[0] == "pulumi" and one not in before]:
            del sys.modules[made]


if not TYPE_CHECKING:
    messages = _generated("analyzer_pb2")
    plugins = _generated("plugin_pb2")


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
