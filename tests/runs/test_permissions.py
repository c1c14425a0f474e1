"""A whole exit under the generated policies and nothing broader: the auditor sees everything and can change nothing, the operator can do what the plan says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from handoff.model import Login
from handoff.runs.permissions import Role, documents
from tests.runs._estate import AwsEstate, lines


@pytest.fixture
def estate(tmp_path: Path, lab_env: Mapping[str, str]) -> AwsEstate:
    return AwsEstate(tmp_path / "estate", lab_env).provider_everywhere()


def somebody(estate: AwsEstate, role: Role) -> Login:
    """A user of the client's who may do what the generated policies say, and nothing else."""
    login = estate.account.user(role.value, may=[], tags={"handoff:party": "client"})
    for number, document in enumerate(documents("aws", role)):
        _, made = estate.account.writer.write_for("iam:CreatePolicy", PolicyName=f"handoff-{role.value}-{number}", PolicyDocument=json.dumps(document))
        policy: Any = made["Policy"]
        estate.account.writer.write("iam:AttachUserPolicy", UserName=role.value, PolicyArn=policy["Arn"])
    return login


def paths(text: str) -> dict[str, str]:
    return {line["key"]: line["party"] for line in lines(text) if line["type"] == "path"}


@pytest.mark.slow
def test_the_auditor_sees_all_and_the_operator_cuts_all(estate: AwsEstate) -> None:
    auditor, operator = (somebody(estate, role) for role in (Role.AUDITOR, Role.OPERATOR))
    whole = estate.handoff("discover", "spec.yaml", "--json")
    assert whole.returncode == 0, whole.stderr

    estate.write_files(admin=auditor)
    seen = estate.handoff("discover", "spec.yaml", "--json")
    assert seen.returncode == 0, seen.stderr
    assert paths(seen.stdout) == paths(whole.stdout)
    assert "provider" in paths(seen.stdout).values()
    before = estate.state()
    digest = estate.plan()
    refused = estate.handoff("apply", "plan.json", "--digest", digest)
    assert refused.returncode not in {0, 1}, refused.stderr
    assert "Traceback" not in refused.stderr
    assert estate.state() == before, "whoever may only read changes nothing"

    estate.write_files(admin=operator)
    digest = estate.plan()
    done = estate.handoff("apply", "plan.json", "--digest", digest, "--json")
    assert done.returncode == 0, done.stderr
    proven = estate.handoff("prove", "spec.yaml", "--json")
    assert proven.returncode == 0, proven.stderr
    assert {line["proof"] for line in lines(proven.stdout) if line["type"] == "proof"} == {"proven"}


def test_without_one_permission_it_is_told_which(estate: AwsEstate) -> None:
    login = somebody(estate, Role.AUDITOR)
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sqs:ListQueues", "Resource": "*"}]}
    estate.account.writer.write("iam:PutUserPolicy", UserName="auditor", PolicyName="less", PolicyDocument=json.dumps(deny))
    estate.write_files(admin=login)
    seen = estate.handoff("discover", "spec.yaml", "--json")
    assert seen.returncode == 3
    lost = [line for line in lines(seen.stdout) if line["type"] == "coverage" and line["read"] != "complete"]
    assert [(line["kind"], line["read"]) for line in lost] == [("aws.sqs_queue_policy", "denied")]
    assert "sqs:ListQueues" in seen.stderr
