"""An AWS account of a test's own in the lab: ministack takes any 12 digits for an account and its root's access key id."""

from __future__ import annotations

import json
import random
from functools import cached_property
from typing import Any

from handoff import registry
from handoff.model import Login, Party, Scope, ScopeType, Secret, Writer

REGION = "eu-west-1"
EVERYTHING = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Account:
    """Makes what a test needs, as root; every credential it hands out is a real one, signed and checked."""

    def __init__(self, account_id: str = "") -> None:
        self.id = account_id or "".join(random.choices("3456789", k=12))  # noqa: S311 not for secrecy
        self.scope = Scope(type=ScopeType.AWS_ACCOUNT, id=self.id)
        self.region = Scope(type=ScopeType.AWS_REGION, id=self.id, region=REGION)
        self.root = keys("root", self.id, Secret("root"), f"arn:aws:iam::{self.id}:root")
        self.cloud: Any = registry.cloud("aws")  # Any: minting and objects are more than every cloud has

    @cached_property
    def writer(self) -> Writer:
        connection: Writer = self.cloud.open(self.scope, self.root)
        return connection

    @cached_property
    def regional(self) -> Writer:
        connection: Writer = self.cloud.open(self.region, self.root)
        return connection

    def user(self, name: str, *, may: list[dict[str, Any]] | None = None, tags: dict[str, str] | None = None) -> Login:
        """A user with one access key; allowed everything unless told otherwise."""
        self.writer.write("iam:CreateUser", UserName=name, Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()])
        statements = EVERYTHING if may is None else may
        if statements:
            self.writer.write("iam:PutUserPolicy", UserName=name, PolicyName="test", PolicyDocument=document(*statements))
        return self.key(name)

    def key(self, name: str) -> Login:
        """One more access key of a user."""
        _, answer = self.writer.write_for("iam:CreateAccessKey", UserName=name)
        made: Any = answer["AccessKey"]
        return keys(name, made["AccessKeyId"], Secret(made["SecretAccessKey"]), f"arn:aws:iam::{self.id}:user/{name}")

    def role(self, name: str, *trust: dict[str, Any], tags: dict[str, str] | None = None) -> str:
        """A role that may do everything; its ARN."""
        given = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
        _, answer = self.writer.write_for("iam:CreateRole", RoleName=name, AssumeRolePolicyDocument=document(*trust), Tags=given)
        self.writer.write("iam:PutRolePolicy", RoleName=name, PolicyName="test", PolicyDocument=document(*EVERYTHING))
        made: Any = answer["Role"]
        return str(made["Arn"])

    def denied(self, *ops: str) -> Login:
        """Somebody who may read everything but these."""
        return self.user(f"denied-{len(ops)}", may=[*EVERYTHING, {"Effect": "Deny", "Action": list(ops), "Resource": "*"}])

    def works(self, login: Login, op: str = "iam:ListUsers", **params: object) -> str:
        """The outcome of one try."""
        return str(self.cloud.attempt(self.scope, login, op, params).outcome)


def keys(name: str, key_id: str, secret: Secret, principal: str) -> Login:
    return Login(
        name=name, cloud="aws", party=Party.PROVIDER, principal=principal, form="aws-keys", material={"access_key_id": key_id, "secret_access_key": secret}
    )


def assuming(login: Login, role_arn: str, **more: str) -> Login:
    """The same keys, as a login that assumes a role at each try."""
    return Login(
        name=f"{login.name}-as-role",
        cloud="aws",
        party=login.party,
        principal=role_arn,
        form="aws-role",
        material={**login.material, "role_arn": role_arn, **more},
    )
