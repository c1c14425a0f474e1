from __future__ import annotations

from typing import Any

from handoff.lab.provider import lifecycle


def test_vault_plan_and_selection(make: Any, ctx: Any) -> None:
    vault = make("aws:backup/vault:Vault", tags={"a": "1"})
    vault.update({"tags": {"b": "2"}})
    rule = {
        "ruleName": "daily",
        "targetVaultName": vault.id,
        "schedule": "cron(0 3 * * ? *)",
        "startWindow": 60,
        "completionWindow": 180,
        "lifecycle": {"deleteAfter": 35},
        "copyActions": [{"destinationVaultArn": vault.state["arn"], "lifecycle": {"deleteAfter": 10}}],
    }
    plan = make("aws:backup/plan:Plan", rules=[rule], tags={"a": "1"})
    assert plan.imported() == {}
    plan.update({"rules": [{**rule, "schedule": "cron(0 4 * * ? *)"}], "tags": {"a": "2"}})
    selection = make(
        "aws:backup/selection:Selection",
        planId=plan.id,
        iamRoleArn="arn:aws:iam::111111111111:role/backup",
        selectionTags=[{"type": "STRINGEQUALS", "key": "backup", "value": "yes"}],
    )
    assert selection.imported() == {}
    selection.delete()
    plan.delete()
    vault.delete()


def test_unknown_rule_field_is_named(make: Any, ctx: Any) -> None:
    vault = make("aws:backup/vault:Vault")
    good = {"ruleName": "a", "targetVaultName": vault.id, "schedule": "cron(0 3 * * ? *)"}
    record = make("aws:backup/plan:Plan", rules=[good]).record
    failures = lifecycle.check(ctx, record, lifecycle.Draft(name="p", news={"rules": [{**good, "colour": "red"}]}, olds={})).failures
    assert "colour" in failures["rules"]
