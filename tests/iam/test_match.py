"""Wildcards, ARNs and principals."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.iam import match
from handoff.iam.document import Named
from handoff.iam.match import Caller, Naming

OWN = "111111111111"
USER = Caller(arn=f"arn:aws:iam::{OWN}:user/ops", unique_id="AIDAEXAMPLEEXAMPLE12")
SESSION = Caller(arn=f"arn:aws:sts::{OWN}:assumed-role/ops/night", unique_id="AROAEXAMPLEEXAMPLE12")
ROOT = Caller(arn=f"arn:aws:iam::{OWN}:root")

texts = st.text(alphabet="ab:/", max_size=8)
patterns = st.text(alphabet="ab:/*?", max_size=8)


def plainly(pattern: str, value: str) -> bool:
    """The same by the slowest and surest way."""
    if not pattern:
        return not value
    if pattern[0] == "*":
        return any(plainly(pattern[1:], value[at:]) for at in range(len(value) + 1))
    return bool(value) and pattern[0] in ("?", value[0]) and plainly(pattern[1:], value[1:])


@given(patterns, texts)
def test_a_pattern_matches_what_it_should(pattern: str, value: str) -> None:
    assert match.like(pattern, value) is plainly(pattern, value)


@given(patterns, patterns, texts)
def test_what_covers_matches_all_of_it_and_what_both_match_is_where_they_meet(one: str, other: str, value: str) -> None:
    if match.covers(one, other) and plainly(other, value):
        assert plainly(one, value)
    if plainly(one, value) and plainly(other, value):
        assert match.meet(one, other)
    assert match.meet(one, other) is match.meet(other, one)


@given(patterns)
def test_a_wildcard_covers_its_instances(pattern: str) -> None:
    assert match.covers("*", pattern)
    assert match.covers(pattern, pattern)
    instance = pattern.replace("*", "ab").replace("?", "a")
    assert match.covers(pattern, instance)
    assert match.meet(pattern, instance)


@given(st.text(alphabet=string.printable, max_size=12))
def test_quoted_text_matches_itself_alone(value: str) -> None:
    assert match.like(match.quoted(value), value)
    assert not match.like(match.quoted("*"), "anything")
    assert not match.like(match.quoted("a?"), "ab")


@pytest.mark.parametrize(("one", "other"), [("a*b", "*c"), ("arn:aws:???::1:*", "arn:aws:iam::2:*"), ("a?", "a"), ("abc", "abd"), ("user/*", "group/*")])
def test_patterns_that_have_nothing_in_common(one: str, other: str) -> None:
    assert not match.meet(one, other)
    assert match.meet(one, one)


def test_a_hostile_pattern_takes_no_long_time() -> None:
    assert not match.like("*a" * 40 + "b", "a" * 4000)
    assert match.like("*a" * 40, "a" * 4000)


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("arn:aws:iam::111111111111:user/*", "arn:aws:iam::111111111111:user/team/ops", True),
        ("arn:aws:iam::*:role/ops", "arn:aws:iam::222222222222:role/ops", True),
        ("arn:aws:iam::1111*:role/ops", "arn:aws:iam::111111111111:role/ops", True),
        ("arn:aws:sns:*:111111111111:jobs", "arn:aws:sns:eu-west-1:111111111111:jobs", True),
        ("arn:aws:*:jobs", "arn:aws:sns:eu-west-1:111111111111:jobs", False),
        ("arn:aws:s3:*", "arn:aws:s3:::records", True),
        ("*", "arn:aws:s3:::records", True),
        ("arn:aws:iam::111111111111:user/ops", "arn:aws:iam::111111111111:user/Ops", False),
        ("arn:aws:sqs:*:111111111111:a", "arn:aws:sqs:x:y:111111111111:a", False),
    ],
)
def test_arns_are_compared_part_by_part(pattern: str, value: str, matches: bool) -> None:
    assert match.arn(pattern, value) is matches


def test_actions_ignore_case_and_nothing_else_does() -> None:
    assert match.action("S3:get*", "s3:GetObject")
    assert not match.like("S3:get*", "s3:GetObject")


@pytest.mark.parametrize(
    ("named", "caller", "naming"),
    [
        ("*", USER, Naming.EVERYONE),
        ("*", Caller(), Naming.EVERYONE),
        (OWN, USER, Naming.ACCOUNT),
        (f"arn:aws:iam::{OWN}:root", SESSION, Naming.ACCOUNT),
        (f"arn:aws:iam::{OWN}:root", ROOT, Naming.ACCOUNT),
        ("222222222222", USER, Naming.NOT),
        (OWN, Caller(), Naming.NOT),
        (USER.arn, USER, Naming.ITSELF),
        (USER.arn.upper(), USER, Naming.NOT),
        (f"arn:aws:iam::{OWN}:user/*", USER, Naming.NOT),
        (f"arn:aws:iam::{OWN}:role/ops", SESSION, Naming.ROLE),
        (f"arn:aws:iam::{OWN}:role/team/ops", SESSION, Naming.ROLE),
        (f"arn:aws:iam::{OWN}:role/other", SESSION, Naming.NOT),
        ("arn:aws:iam::222222222222:role/ops", SESSION, Naming.NOT),
        (SESSION.arn, SESSION, Naming.ITSELF),
        (SESSION.arn + "2", SESSION, Naming.NOT),
        ("AIDAEXAMPLEEXAMPLE12", USER, Naming.ITSELF),
        ("AROAEXAMPLEEXAMPLE12", SESSION, Naming.ROLE),
        ("AROAEXAMPLEEXAMPLE13", SESSION, Naming.NOT),
    ],
)
def test_how_a_principal_names_a_caller(named: str, caller: Caller, naming: Naming) -> None:
    assert match.naming(Named(type="AWS", value=named), caller) is naming


@pytest.mark.parametrize(
    ("type_", "value", "caller", "names"),
    [
        ("Service", "Lambda.amazonaws.com", Caller(service="lambda.amazonaws.com"), True),
        ("Service", "lambda.amazonaws.com", ROOT, False),
        ("Federated", "accounts.google.com", Caller(federated="accounts.google.com"), True),
        ("Federated", "accounts.google.com", Caller(federated="www.amazon.com"), False),
        ("CanonicalUser", "79a5", Caller(canonical_id="79a5"), True),
        ("CanonicalUser", "79a5", Caller(), False),
        ("Service", "", Caller(), False),
    ],
)
def test_other_principals(type_: str, value: str, caller: Caller, names: bool) -> None:
    assert bool(match.naming(Named(type=type_, value=value), caller)) is names


def test_facts_of_callers() -> None:
    assert (USER.account, ROOT.is_root, USER.is_root, Caller().account) == (OWN, True, False, "")
    assert SESSION.principal_arn == f"arn:aws:iam::{OWN}:role/ops"
    assert re.fullmatch(r"\d{12}", match.account_of(SESSION.arn))
    assert match.account_of("arn:aws:s3:::records") == ""
