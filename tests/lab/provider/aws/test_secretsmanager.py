from __future__ import annotations

from typing import Any

from handoff.lab.provider import lifecycle


def test_secret_and_version(make: Any, ctx: Any) -> None:
    secret = make("aws:secretsmanager/secret:Secret", description="d", recoveryWindowInDays=0, tags={"a": "1"})
    assert "description" not in secret.imported()
    secret.update({"description": "e", "recoveryWindowInDays": 0, "tags": {"b": "2"}})
    version = make("aws:secretsmanager/secretVersion:SecretVersion", secretId=secret.id, secretString="hush")
    assert "secretString" in version.record.secret
    assert version.replaces({"secretId": secret.id, "secretString": "other"}) == {"secretString"}
    newer = make("aws:secretsmanager/secretVersion:SecretVersion", secretId=secret.id, secretString="other")
    assert ctx.aws("secretsmanager").get_secret_value(SecretId=secret.id)["SecretString"] == "other"
    lifecycle.delete(ctx, version.record, version.id, version.state)
    assert ctx.aws("secretsmanager").get_secret_value(SecretId=secret.id)["SecretString"] == "other"
    secret.delete()
    assert newer.refreshed() is None


def test_deleted_within_its_window_is_gone_for_pulumi(make: Any, ctx: Any) -> None:
    secret = make("aws:secretsmanager/secret:Secret", recoveryWindowInDays=7)
    secret.delete()
    assert ctx.aws("secretsmanager").describe_secret(SecretId=secret.id)["DeletedDate"]


def test_one_value_is_wanted(make: Any, ctx: Any) -> None:
    secret = make("aws:secretsmanager/secret:Secret")
    record = make("aws:secretsmanager/secretVersion:SecretVersion", secretId=secret.id, secretString="x").record
    assert "secretString" in lifecycle.check(ctx, record, lifecycle.Draft(name="v", news={"secretId": secret.id}, olds={})).failures
