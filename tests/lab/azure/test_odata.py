from __future__ import annotations

import pytest

from handoff.lab.azure.odata import UnsupportedFilter, compiled

RECORD = {"displayName": "A and b", "on": True, "n": None, "tags": ["x", "y"], "owner": {"name": "O'Hara"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("displayName eq 'a AND B'", True),
        ("displayName eq 'c'", False),
        ("displayName ne 'c'", True),
        ("on eq true and n eq null", True),
        ("on eq false or displayName eq 'A and b'", True),
        ("on eq false and displayName eq 'A and b'", False),
        ("owner/name eq 'O''Hara'", True),
        ("tags eq 'y'", True),
        ("displayName in ('z', 'A and b')", True),
        ("displayName in ('z')", False),
        ("startswith(displayName,'a ')", True),
        ("startswith(displayName,'b')", False),
        ("displayName ge 'B'", False),
    ],
)
def test_a_filter_keeps_what_it_says(text: str, expected: bool) -> None:
    assert compiled(text)(RECORD) is expected


@pytest.mark.parametrize("text", ["length(x) eq 3", "displayName", "x eq", "not(x eq 'y')", "tags/any(t: t eq 'x')"])
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedFilter):
        compiled(text)
