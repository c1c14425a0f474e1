from __future__ import annotations

from typing import Any

KEY, ALIAS, GRANT = "aws:kms/key:Key", "aws:kms/alias:Alias", "aws:kms/grant:Grant"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"}],
}


def test_key(make: Any, ctx: Any) -> None:
    key = make(KEY, description="a", enableKeyRotation=True, deletionWindowInDays=7, policy=POLICY, tags={"a": "1"})
    assert "policy" not in key.imported()
    key.update({"description": "b", "isEnabled": False, "deletionWindowInDays": 7, "policy": POLICY})
    key.update({"description": "b", "enableKeyRotation": True, "deletionWindowInDays": 7, "policy": {**POLICY, "Id": "new"}})
    key.delete()
    assert ctx.aws("kms").describe_key(KeyId=key.id)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_alias_moves(make: Any, ctx: Any) -> None:
    one, other = make(KEY), make(KEY)
    alias = make(ALIAS, name="alias/acme", targetKeyId=one.id)
    assert alias.imported() == {}
    alias.update({"name": "alias/acme", "targetKeyId": other.id})
    assert ctx.aws("kms").describe_key(KeyId="alias/acme")["KeyMetadata"]["KeyId"] == other.id
    alias.update({"name": "alias/acme", "targetKeyId": one.state["arn"]})
    alias.delete()
    one.delete()
    other.delete()


def test_grant(make: Any, ctx: Any) -> None:
    key = make(KEY)
    holder = make("aws:iam/role:Role", assumeRolePolicy={"Version": "2012-10-17", "Statement": []})
    grant = make(
        GRANT,
        keyId=key.id,
        granteePrincipal=holder.state["arn"],
        operations=["Decrypt", "Encrypt"],
        constraints=[{"encryptionContextEquals": {"Department": "x"}}],
    )
    assert grant.imported() == {}
    assert grant.state["grantToken"]
    assert grant.replaces({**grant.inputs, "operations": ["Decrypt"]}) == {"operations"}
    ctx.aws("kms").revoke_grant(KeyId=key.id, GrantId=grant.state["grantId"])
    assert grant.refreshed() is None
