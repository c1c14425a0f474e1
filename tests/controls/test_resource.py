from __future__ import annotations

import json

import pytest

from handoff.controls.resource import SIGNATURE, UNKNOWN, Resource, Stack, plain

SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
STRING, BOOLEAN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"


def made(**inputs: object) -> Resource:
    found = plain(inputs)
    assert isinstance(found, dict)
    return Resource(urn="urn:it", type="a:b:C", name="it", inputs=found)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("text", "text"),
        (STRING, UNKNOWN),
        (BOOLEAN, UNKNOWN),
        ("[secret]", UNKNOWN),
        ({SIGNATURE: SECRET, "ciphertext": "v1:xyz"}, UNKNOWN),
        ({SIGNATURE: SECRET, "plaintext": json.dumps({"a": STRING})}, {"a": UNKNOWN}),
        ({SIGNATURE: SECRET, "value": "open"}, "open"),
        ({SIGNATURE: OUTPUT, "secret": True}, UNKNOWN),
        ({SIGNATURE: OUTPUT, "value": 3}, 3),
        ({SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "asset"}, {"text": "asset"}),
        ([1, [STRING]], [1, [UNKNOWN]]),
        (None, None),
    ],
)
def test_engine_notation_becomes_plain(raw: object, expected: object) -> None:
    assert plain(raw) == expected


def test_the_unknown_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(UNKNOWN)


def test_a_path_is_followed_to_values_absence_and_the_unknown() -> None:
    one = made(a={"b": [{"c": 1}, {"c": STRING}, {"d": 2}]}, e=STRING, f=None)
    assert one.get("a.b[0].c") == 1
    assert list(one.each("a.b[*].c")) == [("a.b[0].c", 1), ("a.b[1].c", UNKNOWN)]
    assert list(one.each("e.anything[*].below")) == [("e", UNKNOWN)]
    assert one.get("f") is None
    assert one.get("a.missing.deeper") is None
    assert one.get("a.b.c") is None


def test_settings_belong_by_link_before_value() -> None:
    owner = Resource(urn="urn:one", type="t:t:Bucket", name="one", inputs={"bucket": "one"})
    linked = Resource(urn="urn:s1", type="t:t:Block", name="s1", inputs={"bucket": UNKNOWN}, links={"bucket": ("urn:one",)})
    foreign = Resource(urn="urn:s2", type="t:t:Block", name="s2", inputs={"bucket": "one"}, links={"bucket": ("urn:two",)})
    named = Resource(urn="urn:s3", type="t:t:Block", name="s3", inputs={"bucket": "one"})
    stray = Resource(urn="urn:s4", type="t:t:Block", name="s4", inputs={"bucket": UNKNOWN})
    assert Stack([owner, linked, foreign]).settings_of(owner, "t:t:Block", "bucket", identity="bucket") == ((linked,), True)
    assert Stack([owner, named]).settings_of(owner, "t:t:Block", "bucket", identity="bucket") == ((named,), True)
    assert Stack([owner, stray]).settings_of(owner, "t:t:Block", "bucket", identity="bucket") == ((), False)
