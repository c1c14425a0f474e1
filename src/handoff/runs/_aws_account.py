"""A copy of an AWS account's rights, to which writes can be applied that were never sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from handoff.engine.own import normal
from handoff.iam import document
from handoff.iam.evaluate import Policies

if TYPE_CHECKING:
    from handoff.iam.document import Document
    from handoff.model import Json, Reader

DETAILS = "iam:GetAccountAuthorizationDetails"
_PAGE = 1000


@dataclass(slots=True, kw_only=True)
class Identity:
    """A user, role or group."""

    arn: str
    inline: dict[str, Document] = field(default_factory=dict)
    attached: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    boundary: str = ""
    trust: Document | None = None


@dataclass(slots=True, kw_only=True)
class Account:
    """Users, roles, groups and managed policies by name or ARN."""

    users: dict[str, Identity] = field(default_factory=dict)
    roles: dict[str, Identity] = field(default_factory=dict)
    groups: dict[str, Identity] = field(default_factory=dict)
    managed: dict[str, Document] = field(default_factory=dict)

    def identity(self, principal: str) -> Identity | None:
        """The user or role of an ARN; None when there is none."""
        wanted = normal(principal)
        held = self.roles if ":role/" in wanted else self.users
        return next((one for one in held.values() if normal(one.arn) == wanted), None)

    def policies(self, one: Identity, resource: Document | None) -> Policies:
        """All that has a say when this identity asks."""
        sources = [one, *(self.groups[name] for name in sorted(one.groups) if name in self.groups)]
        own = tuple(policy for source in sources for policy in (*source.inline.values(), *self._attached(source)))
        boundary = None if not one.boundary else (self.managed[one.boundary],) if one.boundary in self.managed else ()
        return Policies(identity=own, boundary=boundary, resource=resource)

    def apply(self, op: str, params: Mapping[str, object]) -> str:
        """One write on the copy; gives the name of the user, role or group that it changed, else nothing."""
        named = {name: str(params[name]) for name in ("UserName", "RoleName", "GroupName") if name in params}
        if not op.startswith("iam:") or not named:
            return self._apply_policy(op, params)
        ((kind, name),) = list(named.items())[:1]
        held = {"UserName": self.users, "RoleName": self.roles, "GroupName": self.groups}[kind]
        verb = op.removeprefix("iam:")
        if verb in {"DeleteUser", "DeleteRole", "DeleteGroup"}:
            held.pop(name, None)
        elif one := held.get(name):
            _change(one, verb, params)
        return f"{kind}:{name}"

    def _apply_policy(self, op: str, params: Mapping[str, object]) -> str:
        arn = str(params.get("PolicyArn", ""))
        if op == "iam:CreatePolicyVersion" and params.get("SetAsDefault") and arn:
            self.managed[arn] = document.parse(params["PolicyDocument"], where=arn)
            return f"PolicyArn:{arn}"
        return ""

    def _attached(self, one: Identity) -> Iterator[Document]:
        yield from (self.managed[arn] for arn in sorted(one.attached) if arn in self.managed)


def read(reader: Reader) -> Account:
    """The account as it is. Raises like any read."""
    account = Account()
    for item in reader.read(DETAILS, MaxItems=_PAGE):
        for part, body in item.items():
            _take(account, part, cast("dict[str, Any]", body))
    return account


def _take(account: Account, part: str, body: dict[str, Any]) -> None:
    match part:
        case "UserDetailList":
            account.users[body["UserName"]] = _identity(body, "UserPolicyList")
        case "RoleDetailList":
            account.roles[body["RoleName"]] = _identity(body, "RolePolicyList")
        case "GroupDetailList":
            account.groups[body["GroupName"]] = _identity(body, "GroupPolicyList")
        case "Policies":
            default = next((one for one in body.get("PolicyVersionList") or () if one.get("IsDefaultVersion")), None)
            if default:
                account.managed[body["Arn"]] = document.parse(default["Document"], where=body["Arn"])


def _identity(body: dict[str, Any], inline: str) -> Identity:
    trust = body.get("AssumeRolePolicyDocument")
    return Identity(
        arn=body["Arn"],
        inline={one["PolicyName"]: document.parse(one["PolicyDocument"], where=body["Arn"]) for one in body.get(inline) or ()},
        attached={one["PolicyArn"] for one in body.get("AttachedManagedPolicies") or ()},
        groups=set(body.get("GroupList") or ()),
        boundary=str((body.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")),
        trust=document.parse(trust, where=body["Arn"]) if trust else None,
    )


def _change(one: Identity, verb: str, params: Mapping[str, object]) -> None:
    policy = str(params.get("PolicyName", ""))
    arn = str(params.get("PolicyArn", ""))
    match verb:
        case "PutUserPolicy" | "PutRolePolicy" | "PutGroupPolicy":
            one.inline[policy] = document.parse(params["PolicyDocument"], where=one.arn)
        case "DeleteUserPolicy" | "DeleteRolePolicy" | "DeleteGroupPolicy":
            one.inline.pop(policy, None)
        case "AttachUserPolicy" | "AttachRolePolicy" | "AttachGroupPolicy":
            one.attached.add(arn)
        case "DetachUserPolicy" | "DetachRolePolicy" | "DetachGroupPolicy":
            one.attached.discard(arn)
        case "UpdateAssumeRolePolicy":
            one.trust = document.parse(params["PolicyDocument"], where=one.arn)
        case "RemoveUserFromGroup":
            one.groups.discard(str(params["GroupName"]))
        case "PutUserPermissionsBoundary" | "PutRolePermissionsBoundary":
            one.boundary = str(params["PermissionsBoundary"])
        case "DeleteUserPermissionsBoundary" | "DeleteRolePermissionsBoundary":
            one.boundary = ""


_ECHOES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "iam:UpdateAssumeRolePolicy": ("iam:GetRole", ("RoleName",)),
    "iam:PutRolePolicy": ("iam:GetRolePolicy", ("RoleName", "PolicyName")),
    "iam:DeleteRolePolicy": ("iam:GetRolePolicy", ("RoleName", "PolicyName")),
    "iam:PutUserPolicy": ("iam:GetUserPolicy", ("UserName", "PolicyName")),
    "iam:DeleteUserPolicy": ("iam:GetUserPolicy", ("UserName", "PolicyName")),
    "s3:PutBucketPolicy": ("s3:GetBucketPolicy", ("Bucket",)),
    "s3:DeleteBucketPolicy": ("s3:GetBucketPolicy", ("Bucket",)),
    "kms:PutKeyPolicy": ("kms:GetKeyPolicy", ("KeyId",)),
    "sqs:SetQueueAttributes": ("sqs:GetQueueAttributes", ("QueueUrl",)),
}


class Echo:
    """A reader that shows documents as writes would have left them: the second cut of one document builds on the first."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._written: dict[tuple[str, ...], str | None] = {}

    @property
    def scope(self) -> Any:  # noqa: ANN401 - the reader's own
        """The reader's scope."""
        return self._reader.scope

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        """As the reader does."""
        return self._reader.read(op, **params)

    def get(self, op: str, /, **params: object) -> Json | None:
        """As the reader does, with the documents that were written since."""
        names = next((names for read_op, names in _ECHOES.values() if read_op == op), None)
        key = (op, *(str(params.get(name, "")) for name in names or ()))
        if names is None or key not in self._written:
            return self._reader.get(op, **params)
        text = self._written[key]
        return None if text is None else self._shown(op, params, text)

    def wrote(self, op: str, params: Mapping[str, object]) -> None:
        """Take note of a write."""
        if op not in _ECHOES:
            return
        read_op, names = _ECHOES[op]
        self._written[(read_op, *(str(params.get(name, "")) for name in names))] = policy_text(params)

    def _shown(self, op: str, params: Mapping[str, object], text: str) -> Json | None:
        if op in {"iam:GetRolePolicy", "iam:GetUserPolicy"}:
            return {"PolicyDocument": json.loads(text)}
        if op in {"s3:GetBucketPolicy", "kms:GetKeyPolicy"}:
            return {"Policy": text}
        base = dict(self._reader.get(op, **params) or {})
        if op == "iam:GetRole":
            return base | {"Role": {**cast("Json", base.get("Role") or {}), "AssumeRolePolicyDocument": json.loads(text)}}
        return base | {"Attributes": {**cast("Json", base.get("Attributes") or {}), "Policy": text}}


def policy_text(params: Mapping[str, object]) -> str | None:
    """The policy document among the parameters of a write; None when there is none."""
    held = [*params.values(), *cast("dict[str, object]", params.get("Attributes") or {}).values()]
    for value in held:
        if isinstance(value, str) and value.startswith("{") and '"Statement"' in value:
            return value
    return None
