"""The declared operations are enough, and no more than that is needed: each kind is run by somebody who may do exactly those."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from handoff import registry
from handoff.clouds.aws import CLOUD, permission
from handoff.errors import AccessDenied
from handoff.model import KindId, Login, Scope, ScopeType, Secret, Verb, Verdict
from tests.kinds.aws._account import document, keys

KINDS = sorted(registry.kinds("aws"))


def limited(scope: Scope, root: Login, ops: frozenset[str]) -> Login:
    """A user who may do exactly these operations."""
    writer = CLOUD.open(Scope(type=ScopeType.AWS_ACCOUNT, id=scope.id), root)
    name = f"limited-{len(ops)}"
    writer.write("iam:CreateUser", UserName=name)
    allow = {"Effect": "Allow", "Action": sorted(permission(op) for op in ops), "Resource": "*"}
    writer.write("iam:PutUserPolicy", UserName=name, PolicyName="limited", PolicyDocument=document(allow))
    made: Any = writer.write_for("iam:CreateAccessKey", UserName=name)[1]["AccessKey"]
    return keys(name, made["AccessKeyId"], Secret(made["SecretAccessKey"]), f"arn:aws:iam::{scope.id}:user/{name}")


@pytest.mark.parametrize("kind_id", KINDS)
def test_the_declared_operations_are_enough(lab_env: Mapping[str, str], kind_id: KindId) -> None:
    kind = registry.kinds("aws")[kind_id]
    seeded = importlib.import_module(f"tests.kinds.aws.test_{kind_id.removeprefix('aws.')}").SEED.start(None)
    reader = CLOUD.open(seeded.scope, limited(seeded.scope, seeded.login, kind.reads))
    path = next(path for path in kind.discover(reader) if path.id == seeded.path_id)
    before = kind.image(reader, path)
    assert before is not None
    assert kind.probe(reader, path) is Verdict.ALIVE
    first = kind.steps(path)[0]
    if first.verb is Verb.MANUAL:
        return  # reading is all that it needs
    with pytest.raises(AccessDenied):
        list(kind.do(reader, path, first.verb, before, datetime.now(UTC)))
    assert kind.probe(reader, path) is Verdict.ALIVE
    writer = CLOUD.open(seeded.scope, limited(seeded.scope, seeded.login, kind.reads | kind.writes))
    for step in kind.steps(path):
        list(kind.do(writer, path, step.verb, kind.image(writer, path) or {}, datetime.now(UTC)))
        if step.reversible:
            list(kind.undo(writer, path, step.verb, before))
            assert kind.probe(reader, path) is Verdict.ALIVE
            list(kind.do(writer, path, step.verb, before, datetime.now(UTC)))
    assert kind.probe(reader, path) is Verdict.GONE
