from __future__ import annotations

import json
from typing import Any

ROLE, ATTACHMENT, INLINE = "aws:iam/role:Role", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/rolePolicy:RolePolicy"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "x"}, "DateLessThan": {"aws:CurrentTime": "2027-03-31T23:59:59Z"}},
        }
    ],
}
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}


def test_role(make: Any) -> None:
    role = make(ROLE, assumeRolePolicy=TRUST, description="operator", tags={"a": "1"})
    assert role.imported() == {}
    role.update({"assumeRolePolicy": {**TRUST, "Statement": []}, "maxSessionDuration": 7200, "tags": {"b": "2"}})
    assert role.replaces({**role.inputs, "path": "/x/"}) == {"path"}
    role.delete()


def test_drift_of_a_trust_shows(make: Any, ctx: Any) -> None:
    role = make(ROLE, assumeRolePolicy=TRUST)
    assert role.changed() == {}
    ctx.aws("iam").update_assume_role_policy(RoleName=role.id, PolicyDocument=json.dumps({**TRUST, "Statement": []}))
    assert json.loads(role.changed()["assumeRolePolicy"])["Statement"] == []
    role.delete()


def test_boundary_attachment_and_inline_policy(make: Any, ctx: Any) -> None:
    policy = make("aws:iam/policy:Policy", policy=READ)
    role = make(ROLE, assumeRolePolicy=TRUST, permissionsBoundary=policy.id)
    attachment = make(ATTACHMENT, role=role.id, policyArn=policy.id)
    inline = make(INLINE, role=role.id, policy=READ)
    assert (attachment.imported(), inline.imported()) == ({}, {})
    inline.update({"role": role.id, "policy": {**READ, "Id": "new"}})
    inline.delete()
    attachment.delete()
    role.update({"assumeRolePolicy": TRUST})
    assert "PermissionsBoundary" not in ctx.aws("iam").get_role(RoleName=role.id)["Role"]
    role.delete()
    policy.delete()


def test_force_detach(make: Any) -> None:
    policy = make("aws:iam/policy:Policy", policy=READ)
    role = make(ROLE, assumeRolePolicy=TRUST, forceDetachPolicies=True)
    make(ATTACHMENT, role=role.id, policyArn=policy.id)
    make(INLINE, role=role.id, policy=READ)
    role.delete()
    policy.delete()
