"""Equal values have equal bytes, and what is no JSON is never written."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff import canonical
from handoff.model import Read, Scope, ScopeType, Secret

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20)


@given(values)
def test_a_value_survives_and_its_bytes_are_stable(value: object) -> None:
    written = canonical.encode(value)
    assert json.loads(written) == value
    assert canonical.encode(json.loads(written)) == written
    assert json.loads(canonical.pretty(value)) == value


@given(st.dictionaries(st.text(), scalars, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    assert canonical.digest(value) == canonical.digest(dict(reversed(value.items())))


def test_the_digest_is_of_the_bytes_that_anybody_can_write() -> None:
    assert canonical.encode({"b": "ü", "a": (1, True)}) == b'{"a":[1,true],"b":"\\u00fc"}'
    assert canonical.digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_values_of_the_model() -> None:
    scope = Scope(type=ScopeType.AWS_ACCOUNT, id="1")
    assert canonical.plain({"read": Read.DENIED, "scope": scope, "set": {"b", "a"}}) == {
        "read": "denied",
        "scope": {"type": "aws.account", "id": "1", "region": ""},
        "set": ["a", "b"],
    }


@pytest.mark.parametrize("value", [Secret("s"), {"deep": [Secret("s")]}, {Secret("s")}, object(), b"bytes"])
def test_what_is_not_json_is_refused(value: object) -> None:
    for write in (canonical.encode, canonical.pretty, canonical.digest):
        with pytest.raises(TypeError):
            write(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), datetime(2026, 1, 1)])
def test_what_has_no_one_meaning_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - three sources, one class
        canonical.encode([value])


def test_times_are_utc_and_come_back() -> None:
    at = datetime(2026, 11, 22, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert canonical.rfc3339(at) == "2026-11-22T12:00:00.000005Z"
    assert canonical.parse_time(canonical.rfc3339(at)) == at.astimezone(UTC)
