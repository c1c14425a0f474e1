"""Secrets do not show, and paths and scopes name themselves the same way everywhere."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from handoff.model import AccessPath, KindId, Scope, ScopeType, Secret

VALUE = "s3cr3t-value"


def test_a_secret_shows_nowhere() -> None:
    secret = Secret(VALUE)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>40}", "%s" % secret, str([secret]), str({"a": secret})]  # noqa: UP031 - one of the ways
    assert not [text for text in shown if VALUE in text]
    assert secret.reveal() == VALUE, "positive control"


def test_a_secret_does_not_leave_the_process() -> None:
    for leave in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            leave(Secret(VALUE))


def test_secrets_compare_by_value_and_to_nothing_else() -> None:
    assert Secret("a") == Secret("a")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"


def test_names() -> None:
    region = Scope(type=ScopeType.AWS_REGION, id="111111111111", region="eu-west-1")
    assert str(region) == "aws:111111111111:eu-west-1"
    assert str(Scope(type=ScopeType.GCP_PROJECT, id="p")) == "gcp:p"
    path = AccessPath(kind=KindId("aws.kms_grant"), id="g", scope=region, holder="h", allows="a")
    assert path.key == "aws.kms_grant|aws:111111111111:eu-west-1|g"


@pytest.mark.parametrize("type_", ScopeType)
def test_every_scope_type_names_its_cloud(type_: ScopeType) -> None:
    assert Scope(type=type_, id="x").cloud in {"aws", "azure", "gcp"}
