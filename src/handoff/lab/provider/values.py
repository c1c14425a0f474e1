"""Between the engine's protobuf Struct and plain Python values, with unknowns, secrets and assets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from google.protobuf import struct_pb2

from handoff.lab.provider.record import EmulatorError, Properties

if TYPE_CHECKING:
    from collections.abc import Mapping

# The wire's signatures, as `pulumi.runtime.rpc` of the installed SDK has them.
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
_UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS: Final = frozenset(
    {
        _UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)


class Unknown:
    """A value that is not known before the update runs."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file or text that the program hands over; `wire` is what state keeps."""

    wire: Mapping[str, Any]

    def content(self) -> bytes:
        """The asset's bytes. Raises EmulatorError for a file that cannot be read and for archives and remote assets."""
        if "text" in self.wire:
            return str(self.wire["text"]).encode()
        path = self.wire.get("path")
        if not path or self.wire[_SIGNATURE] != _ASSET:
            raise EmulatorError("UnsupportedAsset", "the lab takes string and file assets only")
        try:
            return Path(str(path)).read_bytes()
        except OSError as error:
            raise EmulatorError("UnreadableAsset", f"{path}: {error.strerror}; give an absolute path") from error


def decode(struct: struct_pb2.Struct) -> Properties:
    """Plain values; secrets are unwrapped (the engine keeps track of them), unset fields left out."""
    return {key: value for key, field in struct.fields.items() if (value := _from_wire(field)) is not None}


def encode(values: Mapping[str, Any], *, secret: frozenset[str] = frozenset()) -> struct_pb2.Struct:
    """The wire form of plain values; the `secret` ones wrapped, so that state holds them encrypted."""
    wrapped = {key: {_SIGNATURE: _SECRET, "value": value} if key in secret else value for key, value in values.items() if value is not None}
    return struct_pb2.Struct(fields={key: _to_wire(value) for key, value in wrapped.items()})


def knows(value: object) -> bool:
    """Whether nothing in the value is unknown."""
    if isinstance(value, dict):
        return all(knows(item) for item in value.values())
    if isinstance(value, list):
        return all(knows(item) for item in value)
    return not isinstance(value, Unknown)


def _from_wire(value: struct_pb2.Value) -> Any:  # noqa: ANN401 - any JSON value
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
        case "number_value":
            return int(value.number_value) if value.number_value.is_integer() else value.number_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_from_wire(item) for item in value.list_value.values]
        case "struct_value":
            return _object(value.struct_value)
        case _:
            return None


def _object(struct: struct_pb2.Struct) -> Any:  # noqa: ANN401 - a signed object may stand for any value
    plain = decode(struct)
    match plain.get(_SIGNATURE):
        case None:
            return plain
        case signature if signature == _SECRET:
            return plain.get("value")
        case signature if signature == _OUTPUT:
            return plain.get("value", UNKNOWN)
        case signature if signature == _RESOURCE:
            return plain.get("id", plain.get("urn"))
        case _:
            return Asset(wire=plain)


def _to_wire(value: object) -> struct_pb2.Value:
    match value:
        case None:
            return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case Unknown():
            return struct_pb2.Value(string_value=_UNKNOWN_STRING)
        case bool():
            return struct_pb2.Value(bool_value=value)
        case int() | float():
            return struct_pb2.Value(number_value=value)
        case str():
            return struct_pb2.Value(string_value=value)
        case Asset():
            return struct_pb2.Value(struct_value=encode(value.wire))
        case dict():
            return struct_pb2.Value(struct_value=encode(value))
        case list() | tuple():
            return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_to_wire(item) for item in value]))
        case _:
            raise TypeError(f"a record gave a {type(value).__name__}, which is no JSON value")
