"""Every operator, for contexts known whole and in part."""

from __future__ import annotations

from typing import Any

import pytest

from handoff.iam.conditions import Context, OneOf, Truth, all_hold, holds
from handoff.iam.document import Condition, condition_of

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
ARN = "arn:aws:iam::111111111111:role/ops"


def said(operator: str, wanted: Any, actual: Any, *, key: str = "aws:Key") -> Truth:
    (condition,) = condition_of({operator: {key: wanted}}, where="x")
    return holds(condition, Context.of({} if actual is ... else {"AWS:KEY": actual}))


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "truth"),
    [
        ("StringEquals", "a", "a", T),
        ("StringEquals", ["b", "a"], "a", T),
        ("StringEquals", "a", "A", F),
        ("StringEquals", "a*", "ab", F),
        ("StringEquals", "a", ..., F),
        ("StringNotEquals", ["a", "b"], "a", F),
        ("StringNotEquals", ["a", "b"], "c", T),
        ("StringNotEquals", "a", ..., T),
        ("StringEqualsIgnoreCase", "a", "A", T),
        ("StringNotEqualsIgnoreCase", "a", "A", F),
        ("StringLike", "a*", "ab", T),
        ("StringLike", "a?", "abc", F),
        ("StringLike", "*", ..., F),
        ("StringNotLike", ["a*", "b*"], "cd", T),
        ("StringNotLike", ["a*", "b*"], "bd", F),
        ("NumericEquals", "10", "10.0", T),
        ("NumericLessThan", "10", "9", T),
        ("NumericLessThan", "10", "x", F),
        ("NumericGreaterThanEquals", ["5", "50"], "7", T),
        ("NumericNotEquals", "10", "10", F),
        ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", T),
        ("DateLessThan", "2026-01-01T00:00:00Z", "1767225600", F),
        ("DateGreaterThan", "2026-01-01T01:00:00+02:00", "2025-12-31T23:30:00Z", T),
        ("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", T),
        ("Bool", "true", "True", T),
        ("Bool", False, "true", F),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", T),
        ("BinaryEquals", "QmluYXJ5", "Qmlu", F),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", T),
        ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", T),
        ("IpAddress", "203.0.113.9", "203.0.113.9", T),
        ("IpAddress", "203.0.113.0/24", "198.51.100.1", F),
        ("IpAddress", "203.0.113.0/24", "no address", F),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", F),
        ("NotIpAddress", "203.0.113.0/24", "2001:db8::1", T),
        ("ArnLike", "arn:aws:iam::*:role/o*", ARN, T),
        ("ArnEquals", "arn:aws:iam::*:role/o*", ARN, T),
        ("ArnNotLike", "arn:aws:iam::*:role/o*", ARN, F),
        ("ArnNotEquals", "arn:aws:iam::222222222222:*", ARN, T),
        ("Null", "true", ..., T),
        ("Null", "true", "a", F),
        ("Null", "false", "a", T),
        ("Null", ["true", "false"], "a", T),
        ("StringEqualsIfExists", "a", ..., T),
        ("StringEqualsIfExists", "a", "b", F),
        ("BoolIfExists", "true", ..., T),
        ("StringNotEqualsIfExists", "a", ..., T),
        ("ForAnyValue:StringEquals", ["a", "b"], ["x", "a"], T),
        ("ForAnyValue:StringEquals", ["a", "b"], ["x", "y"], F),
        ("ForAnyValue:StringEquals", "a", ..., F),
        ("ForAnyValue:StringEquals", "a", [], F),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "x"], T),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], F),
        ("ForAnyValue:StringNotEquals", "a", ..., F),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], T),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "x"], F),
        ("ForAllValues:StringEquals", "a", ..., T),
        ("ForAllValues:StringNotLike", "a*", ["b", "ab"], F),
        ("ForAllValues:StringNotLike", "a*", ["b", "c"], T),
        ("NoSuchOperator", "a", "a", U),
    ],
)
def test_operators(operator: str, wanted: Any, actual: Any, truth: Truth) -> None:
    assert said(operator, wanted, actual) is truth
    assert said(operator, wanted, actual, key="AWS:kEy") is truth, "keys ignore case"
    assert said(operator.upper(), wanted, actual) is truth, "and so do operators"


@pytest.mark.parametrize(
    ("operator", "wanted", "known", "truth"),
    [
        ("StringEquals", "a", ("a", "b"), U),
        ("StringEquals", ["a", "b"], ("a", "b"), T),
        ("StringEquals", "c", ("a", "b"), F),
        ("StringNotEquals", "c", ("a", "b"), T),
        ("StringEquals", "ab", ("a*",), U),
        ("StringEquals", "cb", ("a*",), F),
        ("StringLike", "a*", ("ab*",), T),
        ("StringNotLike", "a*", ("ab*",), F),
        ("StringLike", "abc*", ("ab*",), U),
        ("ArnLike", "arn:aws:iam::222222222222:*", ("arn:aws:???::111111111111:*",), F),
        ("ArnNotLike", "arn:aws:iam::222222222222:*", ("arn:aws:???::111111111111:*",), T),
        ("ArnLike", "arn:aws:iam::111111111111:role/*", ("arn:aws:???::111111111111:*",), U),
        ("IpAddress", "10.0.0.0/8", ("10.1.0.0/16",), T),
        ("IpAddress", "10.1.0.0/16", ("10.0.0.0/8",), U),
        ("NotIpAddress", "10.1.0.0/16", ("192.0.2.0/24",), T),
        ("NumericLessThan", "5", ("*",), U),
    ],
)
def test_a_value_that_is_one_of_several(operator: str, wanted: Any, known: tuple[str, ...], truth: Truth) -> None:
    (condition,) = condition_of({operator: {"aws:Key": wanted}}, where="x")
    assert holds(condition, Context.of({"aws:Key": OneOf(patterns=known)}, is_whole=False)) is truth


@pytest.mark.parametrize(
    ("operator", "truth"),
    [("StringEquals", U), ("StringNotEquals", U), ("StringEqualsIfExists", U), ("Null", U), ("ForAnyValue:StringEquals", U)],
)
def test_what_is_not_known_is_neither(operator: str, truth: Truth) -> None:
    (condition,) = condition_of({operator: {"aws:Key": "a"}}, where="x")
    assert holds(condition, Context(is_whole=False)) is truth
    assert holds(condition, Context()) is not truth, "with a whole context it is decided"


def test_a_star_holds_for_every_value_but_not_for_none() -> None:
    condition = Condition(operator="StringLike", key="aws:Key", values=("*",))
    assert holds(condition, Context(is_whole=False)) is U
    assert holds(Condition(operator="StringLikeIfExists", key="aws:Key", values=("*",)), Context(is_whole=False)) is T


def test_all_conditions_together() -> None:
    context = Context.of({"a": "1", "b": "2"}, is_whole=False)
    assert all_hold(condition_of({"StringEquals": {"a": "1", "b": "2"}}, where="x"), context) is T
    assert all_hold(condition_of({"StringEquals": {"a": "1", "c": "2"}}, where="x"), context) is U
    assert all_hold(condition_of({"StringEquals": {"c": "2", "a": "0"}}, where="x"), context) is F


@pytest.mark.parametrize(
    ("wanted", "actual", "truth"),
    [
        ("${aws:username}", "ann", T),
        ("${AWS:UserName}-x", "ann-x", T),
        ("${aws:PrincipalTag/team, 'ops'}", "ops", T),
        ("${aws:PrincipalTag/team}", "", F),
        ("${aws:username}*", "ann-1", T),
        ("${*}", "*", T),
        ("${*}", "x", F),
        ("${?}${$}", "?$", T),
        ("${star}", "*", T),
        ("${star}", "anything", F),
        ("${several}", "a", F),
        ("${aws:username", "${aws:username", T),
    ],
)
def test_variables(wanted: str, actual: str, truth: Truth) -> None:
    context = Context.of({"aws:username": "ann", "star": "*", "several": ["a", "b"], "aws:Key": actual})
    condition = Condition(operator="StringLike", key="aws:Key", values=(wanted,))
    assert holds(condition, context) is truth
    if truth is T and wanted.startswith("${aws:username}"):
        assert holds(condition, context, has_variables=False) is F, "plain text in the old version"


def test_a_variable_that_is_not_known_decides_nothing() -> None:
    context = Context.of({"aws:Key": "ann"}, is_whole=False)
    condition = Condition(operator="StringEquals", key="aws:Key", values=("${aws:username}",))
    assert holds(condition, context) is U
    assert holds(Condition(operator="StringEquals", key="aws:Key", values=("${aws:username}", "ann")), context) is T
    assert holds(Condition(operator="StringNotEquals", key="aws:Key", values=("${aws:username}",)), context) is U
