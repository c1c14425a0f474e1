"""What a user or role could open further, as the account's own details tell it over the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from handoff import registry
from handoff.kinds.aws import _means
from handoff.model import Json, KindId, Scope, ScopeType
from tests.kinds.aws._account import EVERYTHING, Account, document

ALLOW = {"Effect": "Allow", "Resource": "*"}


def mints(account: Account, kind: str = "aws.iam_access_key") -> dict[str, tuple[str, ...]]:
    return {path.holder.rsplit("/", 1)[-1]: path.mints for path in registry.kinds("aws")[KindId(kind)].discover(account.writer)}


def test_by_its_own_policy_its_group_and_what_is_attached(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.user("all", may=EVERYTHING)
    account.user("reader", may=[{**ALLOW, "Action": ["s3:Get*", "iam:List*"]}])
    account.user("maker", may=[{**ALLOW, "Action": "iam:CreateAccessKey"}])
    account.user("nothing", may=[])
    account.user("member", may=[])
    write = account.writer.write
    write("iam:CreateGroup", GroupName="makers")
    write("iam:PutGroupPolicy", GroupName="makers", PolicyName="make", PolicyDocument=document({**ALLOW, "Action": "iam:CreateLoginProfile"}))
    write("iam:AddUserToGroup", GroupName="makers", UserName="member")
    account.user("attached", may=[])
    _, made = account.writer.write_for("iam:CreatePolicy", PolicyName="trusts", PolicyDocument=document({**ALLOW, "Action": "iam:UpdateAssumeRolePolicy"}))
    policy: Any = made["Policy"]
    write("iam:AttachUserPolicy", UserName="attached", PolicyArn=policy["Arn"])
    found = mints(account)
    assert found["all"] == ("*",)
    assert found["reader"] == found["nothing"] == ()
    assert "iam:CreateAccessKey" in found["maker"]
    assert "iam:CreateLoginProfile" in found["member"]
    assert "iam:UpdateAssumeRolePolicy" in found["attached"]
    assert "iam:CreateAccessKey" not in {*found["member"], *found["attached"]}


def test_a_deny_takes_away(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.user("denied", may=[*EVERYTHING, {"Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "*"}])
    found = mints(account)
    assert "iam:CreateAccessKey" not in found["denied"]
    assert "iam:CreateLoginProfile" in found["denied"]


class Details:
    """The account's details as AWS gives them: the lab's do not tell of boundaries."""

    scope = Scope(type=ScopeType.AWS_ACCOUNT, id="111111111111")

    def read(self, op: str, /, **params: object) -> Iterator[Json]:
        assert op == "iam:GetAccountAuthorizationDetails"
        version = {"IsDefaultVersion": True, "Document": document({**ALLOW, "Action": ["s3:GetObject", "iam:CreateAccessKey"]})}
        yield {"Policies": {"Arn": BOUNDARY, "PolicyVersionList": [version]}}

    def get(self, op: str, /, **params: object) -> Json | None:
        raise AssertionError(op)


BOUNDARY = "arn:aws:iam::111111111111:policy/bound"


def test_a_boundary_takes_away_and_one_that_is_not_told_takes_nothing() -> None:
    user = {"Arn": "arn:aws:iam::111111111111:user/x", "UserPolicyList": [{"PolicyName": "all", "PolicyDocument": document(*EVERYTHING)}]}
    rights = _means.Rights(Details())
    assert rights.of(user) == ("*",)
    bound = rights.of({**user, "PermissionsBoundary": {"PermissionsBoundaryArn": BOUNDARY}})
    assert "iam:CreateAccessKey" in bound
    assert "iam:CreateLoginProfile" not in bound
    assert rights.of({**user, "PermissionsBoundary": {"PermissionsBoundaryArn": BOUNDARY + "-unseen"}}) == ("*",)


def test_a_role_gives_what_it_may_to_whom_it_trusts(lab_env: Mapping[str, str]) -> None:
    account = Account()
    account.role("strong", {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "sts:AssumeRole"})
    assert {path.mints for path in registry.kinds("aws")[KindId("aws.role_trust")].discover(account.writer)} == {("*",)}
    assert json.dumps(mints(account)) == "{}"
