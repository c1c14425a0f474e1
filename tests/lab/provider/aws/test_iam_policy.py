from __future__ import annotations

from typing import Any


def document(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def test_policy_survives_more_changes_than_it_has_versions(make: Any, ctx: Any) -> None:
    policy = make("aws:iam/policy:Policy", policy=document("s3:GetObject"), tags={"a": "1"})
    assert policy.imported() == {}
    for number in range(7):
        policy.update({"policy": document(f"s3:Get{number}"), "tags": {"n": str(number)}})
    assert len(ctx.aws("iam").list_policy_versions(PolicyArn=policy.id)["Versions"]) <= 5
    assert policy.replaces({**policy.inputs, "description": "new"}) == {"description"}
    policy.delete()
