"""Which rights mint new access."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import pytest

from handoff.iam.conditions import Context
from handoff.iam.document import Document, parse
from handoff.iam.escalate import ALL, Grants, means, of_actions, operations

ACCOUNT = "arn:aws:iam::111111111111"


def doc(*statements: dict[str, Any]) -> Document:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, where="test")


def allow(*actions: str, resource: object = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: object = "*", **more: Any) -> dict[str, Any]:
    return {**allow(*actions, resource=resource, **more), "Effect": "Deny"}


def ids(*statements: dict[str, Any], **more: Any) -> set[str]:
    return {one.id for one in means(Grants([doc(*statements)], **more))}


ADMIN = allow("*")


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_every_way_is_found_with_its_actions_and_not_without_one_of_them(one: Any) -> None:
    exactly = doc(*(allow(action) for action in one.actions))
    assert one in means(Grants([exactly]))
    for left in one.actions:
        assert one not in means(Grants([doc(ADMIN, deny(left))]))
        assert one not in means(Grants([doc(*(allow(action) for action in one.actions if action != left), allow("s3:List*"))]))


def test_readers_have_none_and_administrators_all() -> None:
    assert ids(ADMIN) == {one.id for one in ALL}
    assert ids(allow("iam:Get*", "iam:List*", "s3:Get*", "ec2:Describe*")) == set()
    assert ids() == set()
    assert len({one.id for one in ALL}) == len(ALL) > 200


def test_it_depends_on_the_resource() -> None:
    own = allow("iam:*", resource=f"{ACCOUNT}:user/${{aws:username}}")
    assert {"iam:CreateAccessKey", "iam:PutUserPolicy"} <= ids(own)
    assert not {"iam:PutRolePolicy", "iam:CreatePolicyVersion", "iam:AddUserToGroup"} & ids(own)
    assert ids(allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", resource="arn:aws:lambda:*:*:*")) == set(), "no role to pass"
    refused = (allow("iam:PutUserPolicy", resource=f"{ACCOUNT}:user/a*"), deny("iam:*", resource=f"{ACCOUNT}:user/*"))
    assert ids(*refused) == set()
    assert ids(refused[0], deny("iam:*", resource=f"{ACCOUNT}:user/b*")) == {"iam:PutUserPolicy"}
    assert ids(allow("iam:PutUserPolicy"), {"Effect": "Deny", "Action": "iam:*", "NotResource": f"{ACCOUNT}:role/*"}) == set()


def test_conditions_boundaries_and_organizations_count() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert ids(allow("iam:CreateAccessKey", Condition=mfa)) == {"iam:CreateAccessKey"}, "somebody could fulfil it"
    assert ids(allow("iam:CreateAccessKey", Condition=mfa), context=Context.of({"aws:MultiFactorAuthPresent": "false"})) == set()
    assert ids(ADMIN, deny("*", Condition=mfa)) == ids(ADMIN), "a Deny that may not hit takes nothing"
    assert ids(ADMIN, boundary=[doc(allow("s3:*"))]) == {one.id for one in ALL if one.id.startswith("s3:")}
    assert ids(ADMIN, boundary=[]) == set()
    assert ids(ADMIN, scps=[[doc(ADMIN, deny("iam:*", "sts:*"))], [doc(ADMIN)]]) == {
        one.id for one in ALL if not any(action.startswith(("iam:", "sts:")) for action in one.actions)
    }
    assert ids({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}) == ids(ADMIN, deny("iam:*", "sts:*"))


def test_any_answer_to_may_it_will_do() -> None:
    grants = Grants([doc(allow("iam:*", "ec2:*"), deny("iam:PutRolePolicy"))])
    assert means(lambda action, resource: grants(action, resource)) == means(grants)
    assert grants("ec2:DescribeInstances")
    assert not grants("s3:GetObject")


@pytest.mark.parametrize(
    ("actions", "not_actions", "mints"),
    [
        (["kms:*"], None, {"kms:CreateGrant", "kms:PutKeyPolicy"}),
        (["kms:Decrypt"], None, set()),
        (["S3:put*"], None, {"s3:PutBucketPolicy", "s3:PutObjectAcl"}),
        (["lambda:UpdateFunctionCode"], None, {"lambda:UpdateFunctionCode"}),
        (None, ["kms:CreateGrant"], {"kms:PutKeyPolicy", "s3:PutBucketPolicy"}),
        (["iam:CreateUser"], None, set()),
    ],
)
def test_of_a_resource_policy(actions: list[str] | None, not_actions: list[str] | None, mints: set[str]) -> None:
    found = set(operations(of_actions(actions, not_actions)))
    assert mints <= found
    assert found if mints else not found
    assert "kms:CreateGrant" not in found or actions == ["kms:*"]


# IAM's names for what the service models call otherwise.
_OTHERWISE = {
    "iam:PassRole",  # a permission without an operation
    "lambda:InvokeFunction",  # lambda's Invoke
    "apigateway:UpdateRestApiPolicy",  # a permission without an operation
    "s3:PutBucketPublicAccessBlock",  # s3's PutPublicAccessBlock
    "s3:PutReplicationConfiguration",  # s3's PutBucketReplication
}
_MODELS = {"sso": "sso-admin", "states": "stepfunctions", "elasticmapreduce": "emr", "elasticfilesystem": "efs", "es": "opensearch"} | {
    "kinesisanalytics": "kinesisanalyticsv2",
    "bedrock-agentcore": "bedrock-agentcore-control",
}


def test_every_action_is_one_of_awss() -> None:
    strange = {action for one in ALL for action in one.actions if action not in _OTHERWISE and action.split(":")[1] not in _operations(action.split(":")[0])}
    assert strange == set()
    assert "CreateEverything" not in _operations("iam")


@cache
def _operations(service: str) -> set[str]:
    data = Path(botocore.__file__).parent / "data"
    found: set[str] = set()
    for name in {service, _MODELS.get(service, service), *({"s3control"} if service == "s3" else {"sesv2"} if service == "ses" else set())}:
        for version in (data / name).iterdir() if (data / name).is_dir() else ():
            for path in version.glob("service-2.json*"):
                found |= set(json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())["operations"])
    return found
