from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}


def test_user_with_everything(make: Any) -> None:
    policy = make("aws:iam/policy:Policy", policy=READ)
    user = make("aws:iam/user:User", tags={"a": "1"}, forceDestroy=True)
    parts = [
        make("aws:iam/userPolicy:UserPolicy", user=user.id, policy=READ),
        make("aws:iam/userPolicyAttachment:UserPolicyAttachment", user=user.id, policyArn=policy.id),
    ]
    assert [part.imported() for part in parts] == [{}, {}]
    assert set(user.imported()) == {"forceDestroy"}, "what only state keeps cannot be imported"
    parts[0].update({"user": user.id, "policy": {**READ, "Id": "new"}})
    parts[1].delete()
    user.update({"tags": {"b": "2"}, "forceDestroy": True})
    make("aws:iam/accessKey:AccessKey", user=user.id)
    user.delete()
    policy.delete()


def test_key_works_until_it_is_switched_off(make: Any, endpoint: str) -> None:
    user = make("aws:iam/user:User", forceDestroy=True)
    make("aws:iam/userPolicy:UserPolicy", user=user.id, policy=READ)
    key = make("aws:iam/accessKey:AccessKey", user=user.id)
    assert key.imported() == {}
    assert "secret" in key.record.secret

    def buckets() -> Any:
        s3 = boto3.client("s3", aws_access_key_id=key.id, aws_secret_access_key=key.state["secret"], region_name="eu-west-1", endpoint_url=endpoint)
        return s3.list_buckets()["Buckets"]

    buckets()
    key.update({"user": user.id, "status": "Inactive"})
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        buckets()
    key.update({"user": user.id})
    buckets()
    key.delete()
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        buckets()
    user.delete()


def test_console_password(make: Any) -> None:
    user = make("aws:iam/user:User")
    profile = make("aws:iam/userLoginProfile:UserLoginProfile", user=user.id, passwordResetRequired=True, passwordLength=24)
    assert len(profile.state["password"]) == 24
    assert profile.replaces({"user": user.id, "passwordResetRequired": False, "passwordLength": 24}) == {"passwordResetRequired"}
    profile.delete()
    user.delete()
