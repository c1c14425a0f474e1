"""Rewriting a document touches exactly one principal of one statement, whatever the document looks like."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.errors import CloudError
from handoff.kinds.aws import _policy

names = st.sampled_from(["*", "111111111111", "arn:aws:iam::222222222222:root", "arn:aws:iam::222222222222:role/ops", "AROAEXAMPLEEXAMPLE12"])
services = st.sampled_from(["lambda.amazonaws.com", "ec2.amazonaws.com"])


def one_or_many(values: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return values | st.lists(values, min_size=1, max_size=4, unique=True)


principals: st.SearchStrategy[object] = st.just("*") | st.dictionaries(st.just("AWS"), one_or_many(names), min_size=1).flatmap(
    lambda aws: st.just(aws) | one_or_many(services).map(lambda service: {**aws, "Service": service})
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        "Action": draw(st.sampled_from(["s3:GetObject", ["s3:*"], "sts:AssumeRole"])),
    }
    if draw(st.booleans()):
        body["Sid"] = draw(st.sampled_from(["One", "Two"]))
    if draw(st.booleans()):
        body["Condition"] = {"StringEquals": {"aws:SourceAccount": draw(st.sampled_from(["1", "2"]))}}
    body["NotPrincipal" if draw(st.integers(0, 9)) == 0 else "Principal"] = draw(principals)
    return body


documents = st.fixed_dictionaries({"Version": st.just("2012-10-17"), "Statement": st.lists(statements(), min_size=1, max_size=5) | statements()})


def opened(document: Any) -> dict[str, object]:
    return {opening.suffix: opening.statement for opening in _policy.openings(document)}


def denies(document: Any) -> list[object]:
    return [statement for statement in _policy.listed(document["Statement"]) if isinstance(statement, dict) and statement["Effect"] == "Deny"]


@given(documents)
def test_taking_one_out_leaves_all_others_and_putting_back_restores(document: dict[str, Any]) -> None:
    began = opened(document)
    for opening in list(_policy.openings(document)):
        key = (opening.mark, opening.type, opening.principal)
        image = _policy.find(document, *key)
        assert image
        rest = _policy.without(document, *key)
        assert opened(rest) == {suffix: statement for suffix, statement in began.items() if suffix != opening.suffix}
        assert denies(rest) == denies(document)
        assert _policy.without(rest, *key) == rest
        again = _policy.put_back(rest, image)
        assert opened(again) == began
        assert denies(again) == denies(document)
        assert _policy.put_back(again, image) == again


@given(documents, st.randoms())
def test_any_order_of_cuts_and_undos_ends_where_it_began(document: dict[str, Any], random: Any) -> None:
    began = opened(document)
    keys = [(one.mark, one.type, one.principal) for one in _policy.openings(document)]
    images = {key: _policy.find(document, *key) for key in keys}
    current: Any = document
    for key in random.sample(keys, len(keys)):
        current = _policy.without(current, *key)
    assert opened(current) == {}
    for key in random.sample(keys, len(keys)):
        current = _policy.put_back(current, images[key])
    assert opened(current) == began


@pytest.mark.parametrize("broken", ["", "<html/>", "[]", '{"Statement": ["text"]}', None, 7])
def test_what_is_no_policy_is_an_error(broken: object) -> None:
    with pytest.raises(CloudError):
        _policy.parse(broken, where="bucket records")


def test_one_statement_without_brackets_is_read() -> None:
    document = _policy.parse('{"Statement": {"Effect": "Allow", "Principal": {"AWS": "1"}, "Action": "*"}}', where="x")
    assert [opening.principal for opening in _policy.openings(document)] == ["1"]
