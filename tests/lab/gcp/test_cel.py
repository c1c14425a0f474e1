"""The condition language: what holds, what does not, and what is refused rather than guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handoff.lab.gcp import cel

SCOPE = {
    "request": {"time": datetime(2026, 11, 22, tzinfo=UTC)},
    "resource": {"name": "projects/_/buckets/records/objects/a"},
    "assertion": {"sub": "repo:nimbus/ops", "nested": {"ref": "main"}},
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('request.time < timestamp("2026-11-23T00:00:00Z")', True),
        ('request.time < timestamp("2026-11-22T00:00:00Z")', False),
        ('request.time >= timestamp("2026-11-22T00:00:00Z")', True),
        ('resource.name.startsWith("projects/_/buckets/records/")', True),
        ('resource.name.endsWith("/b")', False),
        ("assertion.sub == 'repo:nimbus/ops' && assertion.nested.ref == 'main'", True),
        ("assertion.sub == 'x' || assertion['sub'] == 'repo:nimbus/ops'", True),
        ("!(assertion.sub == 'x')", True),
        ("assertion.sub in ['a', 'repo:nimbus/ops']", True),
        ("assertion.sub in ['a']", False),
        ("assertion.absent == 'x'", False),
        ("assertion.absent != 'x'", False),
        ("assertion.sub < request.time", False),
    ],
)
def test_holds(expression: str, expected: bool) -> None:
    assert cel.holds(expression, SCOPE) is expected


@pytest.mark.parametrize(
    "expression",
    [
        "assertion.sub.matches('x')",
        "request.time.getHours() < 3",
        "assertion.sub == 'a' +",
        "assertion.sub ==",
        "size(assertion.sub) > 1",
        "timestamp('yesterday') < request.time",
        "timestamp('2026-01-01T00:00:00') < request.time",
        "assertion.sub == 'a' assertion.sub == 'b'",
        "",
        "(assertion.sub == 'a'",
    ],
)
def test_what_is_not_understood_is_refused(expression: str) -> None:
    with pytest.raises(cel.Unsupported):
        cel.parse(expression)
