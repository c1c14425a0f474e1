from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.lab.provider.diff import Change, adopt, changes, not_held, same
from handoff.lab.provider.record import Created, Record
from handoff.lab.provider.values import UNKNOWN

RECORD = Record(
    token="toy:index:Thing",
    create=lambda _ctx, _inputs: Created(id="x"),
    read=lambda _ctx, _id, _state: {},
    handled=frozenset({"name", "tags", "rules", "policy", "size"}),
    kept=frozenset({"note"}),
    unordered=frozenset({"rules"}),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": [1, 2], "b": 1}', '{"b":1,"a":[1,2]}'),
        ({"Version": "1"}, '{"Version": "1"}'),
        (["b", "a"], ["a", "b"]),
        (30, 30.0),
        (None, ""),
        ({}, None),
        (False, None),
        ({"a": None, "b": 1}, {"b": 1}),
    ],
)
def test_same_in_meaning(one: Any, other: Any) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1}', '{"a": 2}'),
        (["a"], ["a", "a"]),
        (1, True),
        (0, False),
        ("1", 1),
        (UNKNOWN, UNKNOWN),
        (UNKNOWN, None),
        ([{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 1}]),
        ("{", "["),
    ],
)
def test_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same(other, one)


def test_objects_without_order_only_where_the_record_says_so() -> None:
    one, other = [{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 1}]
    assert same(one, other, path="rules", unordered=RECORD.unordered)
    assert not same(one, other, path="size", unordered=RECORD.unordered)


@given(JSON)
def test_everything_known_is_the_same_as_itself(value: Any) -> None:
    assert same(value, value)


def test_changes_name_the_deepest_path() -> None:
    old = {"name": "a", "tags": {"x": "1", "y": "2"}, "size": 1, "rules": [{"n": 1}]}
    new = {"name": "a", "tags": {"x": "1", "y": "3", "z": "4"}, "rules": [{"n": 2}], "policy": "p"}
    assert changes(old, new, RECORD) == {"policy": Change.ADD, "rules": Change.UPDATE, "size": Change.DELETE, "tags.y": Change.UPDATE, "tags.z": Change.ADD}
    assert changes(old, dict(old), RECORD) == {}


@given(st.dictionaries(st.sampled_from(sorted(RECORD.handled)), JSON), st.dictionaries(st.sampled_from(sorted(RECORD.handled)), JSON))
def test_what_is_adopted_explains_what_was_found(inputs: dict[str, Any], found: dict[str, Any]) -> None:
    adopted = adopt(inputs, {}, found, RECORD)
    assert all(same(adopted.get(key), found.get(key), path=key, unordered=RECORD.unordered) for key in RECORD.handled)


def test_adoption_keeps_the_wording_and_leaves_computed_values_out() -> None:
    inputs = {"policy": '{"a": 1}', "tags": {"x": "1"}, "note": "mine"}
    outputs = {"policy": '{"a":1}', "tags": {"x": "1"}, "size": 8, "name": "made-up"}
    assert adopt(inputs, outputs, {"policy": '{"a":1}', "tags": {"x": "1"}, "size": 8, "name": "made-up"}, RECORD) == inputs


def test_drift_is_adopted() -> None:
    inputs, outputs = {"tags": {"x": "1"}, "size": 8}, {"tags": {"x": "1"}, "size": 8}
    assert adopt(inputs, outputs, {"tags": {"x": "1", "hand": "made"}}, RECORD) == {"tags": {"x": "1", "hand": "made"}}
    assert adopt({}, {}, {"size": 9}, RECORD) == {"size": 9}


def test_what_the_emulator_does_not_hold_is_named() -> None:
    assert not_held({"name": "a", "tags": {"x": "1"}, "note": "n"}, {"name": "a", "tags": {"x": "1", "more": "2"}, "size": 1}, RECORD) == []
    assert not_held({"name": "a", "tags": {"x": "1"}}, {"name": "b", "tags": {}}, RECORD) == ["name", "tags.x"]
