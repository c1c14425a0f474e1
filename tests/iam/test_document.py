"""A policy is read whole or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handoff.errors import CloudError
from handoff.iam.document import Condition, Effect, Named, parse

GOOD: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def test_single_values_need_no_brackets_and_truth_values_and_numbers_are_text() -> None:
    conditions = {"Bool": {"aws:SecureTransport": False}, "NumericLessThan": {"s3:max-keys": [10, 20]}}
    text = json.dumps({"Version": "2012-10-17", "Statement": {**GOOD, "Principal": {"AWS": "1", "Service": ["a", "b"]}, "Condition": conditions}})
    (statement,) = parse(text, where="x").statements
    assert statement.effect is Effect.ALLOW
    assert statement.principals == (Named(type="AWS", value="1"), Named(type="Service", value="a"), Named(type="Service", value="b"))
    assert (statement.actions, statement.not_actions, statement.resources) == (("s3:GetObject",), None, ("*",))
    assert statement.conditions == (
        Condition(operator="Bool", key="aws:SecureTransport", values=("false",)),
        Condition(operator="NumericLessThan", key="s3:max-keys", values=("10", "20")),
    )


@pytest.mark.parametrize(("version", "has"), [("2012-10-17", True), ("2008-10-17", False), (None, False)])
def test_only_the_new_version_has_variables(version: str | None, has: bool) -> None:
    document = parse({"Statement": [GOOD]} | ({"Version": version} if version else {}), where="x")
    assert document.statements[0].has_variables is has


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "<html/>",
        "[]",
        None,
        7,
        {"Statement": ["text"]},
        {"Statement": [{**GOOD, "Effect": "allow"}]},
        {"Statement": [{name: value for name, value in GOOD.items() if name != "Effect"}]},
        {"Statement": [{name: value for name, value in GOOD.items() if name != "Action"}]},
        {"Statement": [{**GOOD, "NotAction": "s3:*"}]},
        {"Statement": [{**GOOD, "NotPrincipal": "*"}]},
        {"Statement": [{**GOOD, "Principal": 7}]},
        {"Statement": [{**GOOD, "Action": [{"a": 1}]}]},
        {"Statement": [{**GOOD, "Condition": ["x"]}]},
        {"Statement": [{**GOOD, "Condition": {"StringEquals": "x"}}]},
        {"Statement": [{**GOOD, "Conditions": {}}]},
    ],
)
def test_what_is_no_policy_is_an_error_that_says_where(broken: object) -> None:
    assert parse({"Statement": [GOOD]}, where="queue jobs").statements, "the good one is read"
    with pytest.raises(CloudError, match="queue jobs"):
        parse(broken, where="queue jobs")
