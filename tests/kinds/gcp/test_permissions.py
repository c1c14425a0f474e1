"""The declared operations are enough, and the reading ones change nothing: each kind is run by somebody who may do exactly those."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from handoff import registry
from handoff.clouds.gcp import CLOUD
from handoff.errors import AccessDenied
from handoff.model import KindId, Verdict
from tests.kinds.gcp._project import Project

KINDS = ("kms_key_iam_binding", "project_iam_binding", "service_account", "service_account_iam_binding", "service_account_key", "workload_identity_provider")
SPELT = (
    (r"^cloudkms\.projects\.locations\.keyRings\.cryptoKeys\.", "cloudkms.cryptoKeys."),
    (r"^cloudkms\.projects\.locations\.keyRings\.", "cloudkms.keyRings."),
    (r"^cloudkms\.projects\.", "cloudkms."),
    (r"^cloudresourcemanager\.", "resourcemanager."),
    (r"^iam\.projects\.serviceAccounts\.keys\.", "iam.serviceAccountKeys."),
    (r"^iam\.projects\.locations\.workloadIdentityPools\.providers\.", "iam.workloadIdentityPoolProviders."),
    (r"^iam\.projects\.(locations\.)?", "iam."),
    (r"\.patch$", ".update"),
)


def permission(op: str) -> str:
    """The permission of a method. source: https://cloud.google.com/iam/docs/permissions-reference (read 2026-11-22)."""
    for pattern, instead in SPELT:
        op = re.sub(pattern, instead, op)
    return op


def seed_of(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"permissions_{name}", Path(__file__).with_name(f"test_{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SEED


def of(scope_id: str) -> Project:
    """The seed's own project."""
    project = Project.__new__(Project)
    project.id, project.name, project.cloud = scope_id, f"projects/{scope_id}", registry.cloud("gcp")
    project.scope = CLOUD.scopes({"project": scope_id})[0]
    return project


@pytest.mark.parametrize("name", KINDS)
def test_the_declared_operations_are_enough(lab_env: Mapping[str, str], name: str) -> None:
    kind = registry.kinds("gcp")[KindId(f"gcp.{name}")]
    seeded = seed_of(name).start(None)
    project = of(seeded.scope.id)
    reader = CLOUD.open(seeded.scope, project.limited("only-reading", *map(permission, kind.reads)))
    writer = CLOUD.open(seeded.scope, project.limited("also-writing", *map(permission, kind.reads | kind.writes)))
    path = next(path for path in kind.discover(reader) if path.id == seeded.path_id)
    before = kind.image(reader, path)
    assert before is not None
    assert kind.probe(reader, path) is Verdict.ALIVE
    with pytest.raises(AccessDenied):
        list(kind.do(reader, path, kind.steps(path)[0].verb, before, datetime.now(UTC)))
    assert kind.probe(reader, path) is Verdict.ALIVE
    for step in kind.steps(path):
        now = kind.image(writer, path) or {}
        assert [receipt.applied for receipt in kind.do(writer, path, step.verb, now, datetime.now(UTC))] == [True]
        if step.reversible:
            list(kind.undo(writer, path, step.verb, before))
            assert kind.image(reader, path) is not None
            list(kind.do(writer, path, step.verb, now, datetime.now(UTC)))
    assert kind.probe(reader, path) is Verdict.GONE
