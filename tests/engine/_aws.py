"""AWS in memory, as far as seven of the real kinds ask for it: IAM, S3 policies, KMS keys and grants, SQS policies.

Speaks the Reader and Writer protocol, so the kinds run as they are. Requests are held against botocore's own models; any write can be the last.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from handoff.errors import CloudError, Throttled
from handoff.model import Json, Receipt, Scope, ScopeType
from tests.engine._simulator import Fuse

ACCOUNT = "111111111111"
REGION = "eu-west-1"
GLOBAL = Scope(type=ScopeType.AWS_ACCOUNT, id=ACCOUNT)
REGIONAL = Scope(type=ScopeType.AWS_REGION, id=ACCOUNT, region=REGION)
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def arn(type_: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{type_}/{name}"


@dataclass(slots=True)
class Cloud:
    """The account's state, and what was done to it."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    buckets: dict[str, str | None] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    fuse: Fuse = field(default_factory=Fuse)
    writes: Counter[str] = field(default_factory=Counter)
    faulty: Callable[[str], Exception | None] = lambda op: None
    """Asked before and after each write: an answer that is lost comes after the effect."""
    regrow: Callable[[Cloud], None] | None = None

    def state(self) -> Any:
        """All rights, without what differs between two ways to the same end."""
        return copy.deepcopy([self.users, self.roles, self.buckets, self.keys, self.queues])

    def user(self, name: str, *, tags: dict[str, str] | None = None, may: dict[str, Any] | None = None, keys: int = 0, password: bool = False) -> str:
        held = {f"AKIA{name.upper():X<15}{number}": "Active" for number in range(keys)}
        self.users[name] = {
            "id": f"AIDA{name.upper().replace('-', 'X'):X<16}",
            "tags": tags or {},
            "inline": {"own": json.dumps(may)} if may else {},
            "keys": held,
            "password": "2026-01-01T00:00:00Z" if password else None,
        }
        return arn("user", name)

    def role(self, name: str, *trusted: Any, tags: dict[str, str] | None = None, may: dict[str, Any] | None = None) -> str:
        statements = [{"Effect": "Allow", "Principal": one, "Action": "sts:AssumeRole"} for one in trusted]
        trust = {"Version": "2012-10-17", "Statement": statements}
        self.roles[name] = {
            "id": f"AROA{name.upper().replace('-', 'X'):X<16}", "tags": tags or {}, "inline": {"own": json.dumps(may)} if may else {}, "trust": json.dumps(trust),
        }  # fmt: skip
        return arn("role", name)


@dataclass(frozen=True, slots=True)
class Aws:
    """One connection."""

    cloud: Cloud
    at: Scope

    @property
    def scope(self) -> Scope:
        return self.at

    def read(self, op: str, /, **params: Any) -> Iterator[Json]:
        _validate(op, params)
        yield from list(_READS[op](self.cloud, params))

    def get(self, op: str, /, **params: Any) -> Json | None:
        _validate(op, params)
        found: Json | None = _GETS[op](self.cloud, params)
        return copy.deepcopy(found)

    def write(self, op: str, /, **params: Any) -> Receipt:
        missing_ok = bool(params.pop("missing_ok", False))
        _validate(op, params)
        self._fault(op)
        self.cloud.fuse.instant()
        applied = _WRITES[op](self.cloud, params)
        if not applied and not missing_ok:
            raise CloudError(f"{op}: not found")
        self.cloud.writes[op] += applied
        self.cloud.fuse.instant()
        self._fault(f"{op} answer")
        return Receipt(op=op, request_id=f"r{self.cloud.writes.total()}", applied=applied)

    def write_for(self, op: str, /, **params: object) -> tuple[Receipt, Json]:
        return self.write(op, **params), {}

    def _fault(self, op: str) -> None:
        error = self.cloud.faulty(op)
        if error is not None:
            raise error


THROTTLED = Throttled("slow down")
LOST = CloudError("timeout")


def _tags(held: dict[str, Any]) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in held["tags"].items()]


def _inline(held: dict[str, Any]) -> list[Json]:
    return [{"PolicyName": name, "PolicyDocument": json.loads(text)} for name, text in held["inline"].items()]


def _details(cloud: Cloud, _: Any) -> Iterator[Json]:
    for name, one in cloud.users.items():
        head = {"UserName": name, "UserId": one["id"], "Arn": arn("user", name), "Path": "/", "Tags": _tags(one), "UserPolicyList": _inline(one)}
        yield {"UserDetailList": {**head, "GroupList": [], "AttachedManagedPolicies": []}}
    for name, one in cloud.roles.items():
        head = {"RoleName": name, "RoleId": one["id"], "Arn": arn("role", name), "Path": "/", "Tags": _tags(one), "RolePolicyList": _inline(one)}
        yield {"RoleDetailList": {**head, "AssumeRolePolicyDocument": json.loads(one["trust"]), "AttachedManagedPolicies": []}}


def _grants(cloud: Cloud, params: Any) -> Iterator[Json]:
    if cloud.regrow is not None:
        cloud.regrow(cloud)
    for id_, grant in cloud.keys[params["KeyId"]]["grants"].items():
        if params.get("GrantId") in {None, id_}:
            yield {"GrantId": id_, **grant}


def _owner(cloud: Cloud, key_id: str) -> str:
    return next((name for name, one in cloud.users.items() if key_id in one["keys"]), "")


_READS: dict[str, Callable[[Cloud, Any], Iterator[Json]]] = {
    "iam:GetAccountAuthorizationDetails": _details,
    "iam:ListAccessKeys": lambda cloud, p: ({"AccessKeyId": key, "Status": status} for key, status in cloud.users[p["UserName"]]["keys"].items()),
    "iam:ListRoleTags": lambda cloud, p: iter(_tags(cloud.roles[p["RoleName"]])),
    "iam:ListInstanceProfilesForRole": lambda cloud, p: iter(()),
    "iam:ListAttachedRolePolicies": lambda cloud, p: iter(()),
    "iam:ListRolePolicies": lambda cloud, p: ({"PolicyNames": name} for name in cloud.roles[p["RoleName"]]["inline"]),
    "s3:ListBuckets": lambda cloud, p: ({"Name": name} for name in cloud.buckets),
    "kms:ListKeys": lambda cloud, p: ({"KeyId": key.rsplit("/", 1)[1], "KeyArn": key} for key in cloud.keys),
    "kms:ListAliases": lambda cloud, p: iter(()),
    "kms:ListGrants": _grants,
    "sqs:ListQueues": lambda cloud, p: ({"QueueUrls": url} for url in cloud.queues),
}  # fmt: skip
_GETS: dict[str, Callable[[Cloud, Any], Any]] = {
    "iam:GetUser": lambda cloud, p: {"User": {"UserName": p["UserName"], "UserId": cloud.users[p["UserName"]]["id"]}} if p["UserName"] in cloud.users else None,
    "iam:GetUserPolicy": lambda cloud, p: _policy(cloud.users, p["UserName"], p["PolicyName"]),
    "iam:GetRolePolicy": lambda cloud, p: _policy(cloud.roles, p["RoleName"], p["PolicyName"]),
    "iam:GetLoginProfile": lambda cloud, p: (
        {"LoginProfile": {"UserName": p["UserName"], "CreateDate": made}} if (made := cloud.users.get(p["UserName"], {}).get("password")) else None
    ),
    "iam:GetAccessKeyLastUsed": lambda cloud, p: {"UserName": owner, "AccessKeyLastUsed": {}} if (owner := _owner(cloud, p["AccessKeyId"])) else None,
    "iam:GetRole": lambda cloud, p: (
        {"Role": {"RoleId": one["id"], "AssumeRolePolicyDocument": json.loads(one["trust"])}} if (one := cloud.roles.get(p["RoleName"])) else None
    ),
    "iam:GetSAMLProvider": lambda cloud, p: None,
    "s3:GetBucketPolicy": lambda cloud, p: {"Policy": text} if (text := cloud.buckets.get(p["Bucket"])) else None,
    "kms:DescribeKey": lambda cloud, p: {"KeyMetadata": {"Arn": p["KeyId"], "KeyManager": "CUSTOMER"}} if p["KeyId"] in cloud.keys else None,
    "kms:GetKeyPolicy": lambda cloud, p: {"Policy": cloud.keys[p["KeyId"]]["policy"]} if p["KeyId"] in cloud.keys else None,
    "sqs:GetQueueAttributes": lambda cloud, p: {"Attributes": {"Policy": cloud.queues[p["QueueUrl"]]}} if p["QueueUrl"] in cloud.queues else None,
}


def _policy(held: dict[str, dict[str, Any]], name: str, policy: str) -> Json | None:
    text = held.get(name, {}).get("inline", {}).get(policy)
    return {"PolicyDocument": json.loads(text)} if text else None


def _set(held: dict[str, Any], name: str, value: Any) -> bool:
    held[name] = value
    return True


_WRITES: dict[str, Callable[[Cloud, Any], bool]] = {
    "iam:UpdateAccessKey": lambda cloud, p: _set(cloud.users[p["UserName"]]["keys"], p["AccessKeyId"], p["Status"]),
    "iam:DeleteAccessKey": lambda cloud, p: cloud.users[p["UserName"]]["keys"].pop(p["AccessKeyId"], None) is not None,
    "iam:PutUserPolicy": lambda cloud, p: _set(cloud.users[p["UserName"]]["inline"], p["PolicyName"], p["PolicyDocument"]),
    "iam:DeleteUserPolicy": lambda cloud, p: cloud.users[p["UserName"]]["inline"].pop(p["PolicyName"], None) is not None,
    "iam:DeleteLoginProfile": lambda cloud, p: bool(cloud.users[p["UserName"]]["password"]) and _set(cloud.users[p["UserName"]], "password", None),
    "iam:PutRolePolicy": lambda cloud, p: _set(cloud.roles[p["RoleName"]]["inline"], p["PolicyName"], p["PolicyDocument"]),
    "iam:DeleteRolePolicy": lambda cloud, p: cloud.roles.get(p["RoleName"], {"inline": {}})["inline"].pop(p["PolicyName"], None) is not None,
    "iam:UpdateAssumeRolePolicy": lambda cloud, p: _set(cloud.roles[p["RoleName"]], "trust", p["PolicyDocument"]),
    "iam:DeleteRole": lambda cloud, p: cloud.roles.pop(p["RoleName"], None) is not None,
    "s3:PutBucketPolicy": lambda cloud, p: _set(cloud.buckets, p["Bucket"], p["Policy"]),
    "s3:DeleteBucketPolicy": lambda cloud, p: bool(cloud.buckets[p["Bucket"]]) and _set(cloud.buckets, p["Bucket"], None),
    "kms:PutKeyPolicy": lambda cloud, p: _set(cloud.keys[p["KeyId"]], "policy", p["Policy"]),
    "kms:RevokeGrant": lambda cloud, p: cloud.keys[p["KeyId"]]["grants"].pop(p["GrantId"], None) is not None,
    "sqs:SetQueueAttributes": lambda cloud, p: _set(cloud.queues, p["QueueUrl"], p["Attributes"]["Policy"]),
}


@cache
def _shape(op: str) -> Any:
    service, name = op.split(":")
    return botocore.session.get_session().get_service_model(service).operation_model(name).input_shape


_SEEN: set[tuple[str, tuple[str, ...]]] = set()


def _validate(op: str, params: dict[str, Any]) -> None:
    """Each operation with each set of parameters once: the values are strings whatever the estate."""
    asked = (op, tuple(sorted(params)))
    if asked in _SEEN:
        return
    report = ParamValidator().validate(params, _shape(op))
    assert not report.has_errors(), f"{op}: {report.generate_report()}"
    _SEEN.add(asked)
