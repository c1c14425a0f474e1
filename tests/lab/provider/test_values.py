from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import struct_pb2

from handoff.lab.provider.record import EmulatorError
from handoff.lab.provider.values import UNKNOWN, Asset, decode, encode, knows

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ASSET = "c44067f5952c0a294b673a41bacd8c17"


def wire(value: dict[str, object]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(value)
    return struct


def test_plain_values_come_back_as_they_went() -> None:
    value = {"text": "a", "count": 3, "share": 0.5, "on": True, "off": False, "list": [1, "b", {"c": None, "d": [1]}], "nested": {"x": {}}}
    assert decode(encode(value)) == {**value, "list": [1, "b", {"d": [1]}]}


def test_whole_numbers_are_integers() -> None:
    assert type(decode(wire({"days": 30.0}))["days"]) is int
    assert type(decode(wire({"share": 30.5}))["share"]) is float


def test_unset_is_left_out() -> None:
    assert decode(wire({"gone": None, "there": ""})) == {"there": ""}


def test_unknown_goes_both_ways() -> None:
    sent = encode({"id": UNKNOWN, "known": "x"})
    assert sent["id"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert decode(sent) == {"id": UNKNOWN, "known": "x"}
    assert not knows(decode(sent))
    assert not knows({"deep": [{"er": UNKNOWN}]})
    assert knows({"deep": [{"er": "x"}]})


def test_secrets_are_unwrapped_and_wrapped() -> None:
    assert decode(wire({"password": {SIGNATURE: SECRET, "value": "hush"}})) == {"password": "hush"}
    sent = encode({"password": "hush", "name": "n"}, secret=frozenset({"password"}))
    assert dict(sent["password"]) == {SIGNATURE: SECRET, "value": "hush"}
    assert sent["name"] == "n"


def test_assets_keep_their_wire_form(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"bytes")
    given = {
        "text": {SIGNATURE: ASSET, "text": "hello"},
        "file": {SIGNATURE: ASSET, "path": str(file)},
        "missing": {SIGNATURE: ASSET, "path": str(tmp_path / "no")},
    }
    values = decode(wire(given))
    assert decode(encode(values)) == values
    assert isinstance(values["text"], Asset)
    assert values["text"].content() == b"hello"
    assert values["file"].content() == b"bytes"
    with pytest.raises(EmulatorError, match="absolute path"):
        values["missing"].content()


def test_what_is_no_json_value_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        encode({"a": {1, 2}})
