"""The real engine and the real SDK against the stand-in provider and the emulator: up, refresh, replace, import, destroy."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.slow
PROJECT = "name: aws-records\nruntime: python\n"


@dataclass
class Stack:
    folder: Path
    env: dict[str, str]

    def run(self, *arguments: str, ok: bool = True) -> str:
        done = subprocess.run(["pulumi", *arguments], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=180, check=False)
        said = done.stdout + done.stderr
        assert (done.returncode == 0) == ok, said
        return said

    def changes(self, *arguments: str) -> dict[str, int]:
        """What an update did, by kind, without the resources that stayed the same."""
        self.run(*arguments, "--yes", "--skip-preview")
        history = json.loads(self.run("stack", "history", "--json", "--page-size", "1"))
        return {kind: count for kind, count in history[0].get("resourceChanges", {}).items() if kind != "same"}

    def outputs(self) -> dict[str, Any]:
        return dict(json.loads(self.run("stack", "output", "--json")))

    def client(self, service: str) -> Any:
        session = boto3.session.Session(aws_access_key_id="111111111111", aws_secret_access_key="root", region_name="eu-west-1")
        return session.client(service, endpoint_url=self.env["AWS_ENDPOINT_URL"])


@pytest.fixture
def stack(lab: Any, tmp_path: Path) -> Iterator[Stack]:
    env = {**lab.process_env(), "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}"}
    env.pop("PULUMI_STACK", None)
    (tmp_path / "state").mkdir()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "__main__.py").write_text(Path(__file__).with_name("_program.py").read_text(encoding="utf-8"), encoding="utf-8")
    made = Stack(folder, env)
    made.run("stack", "init", "dev")
    made.run("config", "set", "aws:region", "eu-west-1")
    yield made
    made.run("destroy", "--yes", "--skip-preview")


def test_whole_life(stack: Stack, tmp_path: Path) -> None:
    made = stack.changes("up")
    assert set(made) == {"create"}
    stack.run("preview", "--expect-no-changes")
    stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert not _holding(tmp_path / "state", "a-secret-nobody-may-read")
    assert _holding(tmp_path / "state", "engagement")

    _drift(stack)
    assert stack.changes("refresh") == {"update": 4, "delete": 2}
    assert stack.changes("up") == {"update": 4, "create": 2}
    stack.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")

    stack.run("config", "set", "tag", "other")
    assert set(stack.changes("up")) == {"update"}

    key = stack.outputs()["access_key"]
    stack.run("state", "delete", "--yes", "urn:pulumi:dev::aws-records::aws:iam/accessKey:AccessKey::access-key")
    stack.run("import", "aws:iam/accessKey:AccessKey", "access-key", key, "--yes", "--protect=false", "--generate-code=false")
    stack.run("preview", "--expect-no-changes")

    made = stack.outputs()
    stack.run("destroy", "--yes", "--skip-preview")
    names = {bucket["Name"] for bucket in stack.client("s3").list_buckets()["Buckets"]}
    assert not names & {made["bucket"], made["plain"]}
    assert made["role"] not in {role["RoleName"] for role in stack.client("iam").list_roles()["Roles"]}


def test_unknown_type_fails_the_update(stack: Stack) -> None:
    program = stack.folder / "__main__.py"
    program.write_text('import pulumi_aws as aws\naws.sqs.Queue("queue")\n', encoding="utf-8")
    said = stack.run("up", "--yes", "--skip-preview", ok=False)
    assert "the lab does not know the resource type aws:sqs/queue:Queue" in said
    assert "aws:s3/bucket:Bucket" in said
    program.write_text('import pulumi_aws as aws\naws.s3.Bucket("bucket", acl="public-read")\n', encoding="utf-8")
    assert "does not handle this property" in stack.run("up", "--yes", "--skip-preview", ok=False)
    program.write_text('import pulumi_aws as aws\naws.s3.Bucket("bucket")\n', encoding="utf-8")
    assert stack.changes("up") == {"create": 1}


def test_explicit_provider_and_replacement(stack: Stack) -> None:
    program = stack.folder / "__main__.py"
    text = """
import pulumi, pulumi_aws as aws
there = aws.Provider("there", region="us-east-1", default_tags={"tags": {"owner": "client"}})
one = aws.s3.Bucket("one", tags={"a": "b"}, opts=pulumi.ResourceOptions(provider=there))
other = aws.s3.Bucket("other", bucket="NAME")
pulumi.export("region", one.region)
pulumi.export("tags", one.tags_all)
pulumi.export("other", other.region)
"""
    program.write_text(text.replace("NAME", "first-name"), encoding="utf-8")
    stack.run("up", "--yes", "--skip-preview")
    assert stack.outputs() == {"region": "us-east-1", "tags": {"a": "b", "owner": "client"}, "other": "eu-west-1"}
    program.write_text(text.replace("NAME", "second-name"), encoding="utf-8")
    assert stack.changes("up") == {"replace": 1}
    names = {bucket["Name"] for bucket in stack.client("s3").list_buckets()["Buckets"]}
    assert "second-name" in names
    assert "first-name" not in names


def _drift(stack: Stack) -> None:
    """By hand, past Pulumi: a key off, a trust emptied, a policy detached, a grant revoked, a block lifted, an object overwritten."""
    made, iam, s3 = stack.outputs(), stack.client("iam"), stack.client("s3")
    iam.update_access_key(UserName=made["user"], AccessKeyId=made["access_key"], Status="Inactive")
    iam.update_assume_role_policy(RoleName=made["role"], PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    for policy in iam.list_attached_role_policies(RoleName=made["role"])["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=made["role"], PolicyArn=policy["PolicyArn"])
    for grant in stack.client("kms").list_grants(KeyId=made["key"])["Grants"]:
        stack.client("kms").revoke_grant(KeyId=made["key"], GrantId=grant["GrantId"])
    s3.put_public_access_block(Bucket=made["bucket"], PublicAccessBlockConfiguration={"BlockPublicAcls": False})
    s3.put_object(Bucket=made["plain"], Key="a/b.txt", Body=b"overwritten")


def _holding(folder: Path, text: str) -> list[Path]:
    return [file for file in folder.rglob("*.json") if text in file.read_text(encoding="utf-8")]
