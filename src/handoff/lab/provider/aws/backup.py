"""Backup vaults, plans and what they select."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import client, given, regional, tag_change, tagged
from handoff.lab.provider.record import Created, EmulatorError, Missing, Naming, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

_RULE = {
    "ruleName": "RuleName",
    "targetVaultName": "TargetBackupVaultName",
    "schedule": "ScheduleExpression",
    "scheduleExpressionTimezone": "ScheduleExpressionTimezone",
    "startWindow": "StartWindowMinutes",
    "completionWindow": "CompletionWindowMinutes",
    "enableContinuousBackup": "EnableContinuousBackup",
    "recoveryPointTags": "RecoveryPointTags",
}
_LIFECYCLE = {
    "coldStorageAfter": "MoveToColdStorageAfterDays",
    "deleteAfter": "DeleteAfterDays",
    "optInToArchiveForSupportedResources": "OptInToArchiveForSupportedResources",
}


def _retag(backup: Any, arn: str, old: Properties, new: Properties) -> None:  # noqa: ANN401 - boto3 clients have no static type
    added, removed = tag_change(old, new)
    if removed:
        backup.untag_resource(ResourceArn=arn, TagKeyList=removed)
    if added:
        backup.tag_resource(ResourceArn=arn, Tags=added)


def _create_vault(ctx: Context, inputs: Properties) -> Created:
    client(ctx, "backup", inputs).create_backup_vault(
        BackupVaultName=inputs["name"], BackupVaultTags=inputs.get("tagsAll") or {}, **given(EncryptionKeyArn=inputs.get("kmsKeyArn"))
    )
    return Created(id=inputs["name"])


def _read_vault(ctx: Context, name: str, state: Properties) -> Properties | None:
    backup = client(ctx, "backup", state)
    found = backup.describe_backup_vault(BackupVaultName=name)
    arn = found["BackupVaultArn"]
    return {
        "name": name,
        "arn": arn,
        "kmsKeyArn": found.get("EncryptionKeyArn", ""),
        "recoveryPoints": found.get("NumberOfRecoveryPoints", 0),
        "tags": backup.list_tags(ResourceArn=arn).get("Tags", {}),
    }


def _update_tags(ctx: Context, _id: str, old: Properties, new: Properties) -> None:
    _retag(client(ctx, "backup", new), old["arn"], old, new)


def _delete_vault(ctx: Context, name: str, state: Properties) -> None:
    backup = client(ctx, "backup", state)
    if _read_vault(ctx, name, state) is None:
        return
    if state.get("forceDestroy"):
        for page in backup.get_paginator("list_recovery_points_by_backup_vault").paginate(BackupVaultName=name):
            for point in page.get("RecoveryPoints", ()):
                backup.delete_recovery_point(BackupVaultName=name, RecoveryPointArn=point["RecoveryPointArn"])
    backup.delete_backup_vault(BackupVaultName=name)


def _plan(inputs: Properties) -> dict[str, Any]:
    return {"BackupPlanName": inputs["name"], "Rules": [_rule(rule) for rule in inputs["rules"]]}


def _rule(rule: Properties) -> dict[str, Any]:
    copies = [
        {"DestinationBackupVaultArn": copy["destinationVaultArn"], **given(Lifecycle=_renamed(copy.get("lifecycle"), _LIFECYCLE))}
        for copy in rule.get("copyActions") or ()
    ]
    plain = {theirs: rule[ours] for ours, theirs in _RULE.items() if rule.get(ours) is not None}
    return {**plain, **given(Lifecycle=_renamed(rule.get("lifecycle"), _LIFECYCLE), CopyActions=copies or None)}


def _back(rule: Properties) -> Properties:
    copies = [
        {"destinationVaultArn": copy["DestinationBackupVaultArn"], **given(lifecycle=_restored(copy.get("Lifecycle"), _LIFECYCLE))}
        for copy in rule.get("CopyActions") or ()
    ]
    plain = {ours: rule[theirs] for ours, theirs in _RULE.items() if rule.get(theirs) is not None}
    return {**plain, **given(lifecycle=_restored(rule.get("Lifecycle"), _LIFECYCLE), copyActions=copies or None)}


def _renamed(value: Properties | None, names: dict[str, str]) -> Properties | None:
    return {theirs: value[ours] for ours, theirs in names.items() if value.get(ours) is not None} if value else None


def _restored(value: Properties | None, names: dict[str, str]) -> Properties | None:
    return {ours: value[theirs] for ours, theirs in names.items() if value.get(theirs) is not None} if value else None


def _check_rules(_ctx: Context, inputs: Properties) -> dict[str, str]:
    known = {*_RULE, "lifecycle", "copyActions"}
    strange = {key for rule in inputs["rules"] if isinstance(rule, dict) for key in rule.keys() - known} if isinstance(inputs["rules"], list) else set()
    return {"rules": f"the lab does not handle {', '.join(sorted(strange))} of a rule"} if strange else {}


def _create_plan(ctx: Context, inputs: Properties) -> Created:
    answer = client(ctx, "backup", inputs).create_backup_plan(BackupPlan=_plan(inputs), BackupPlanTags=inputs.get("tagsAll") or {})
    return Created(id=answer["BackupPlanId"])


def _read_plan(ctx: Context, plan_id: str, state: Properties) -> Properties | None:
    backup = client(ctx, "backup", state)
    found = backup.get_backup_plan(BackupPlanId=plan_id)
    if found.get("DeletionDate"):
        return None
    return {
        "arn": found["BackupPlanArn"],
        "version": found["VersionId"],
        "name": found["BackupPlan"]["BackupPlanName"],
        "rules": [_back(rule) for rule in found["BackupPlan"]["Rules"]],
        "tags": backup.list_tags(ResourceArn=found["BackupPlanArn"]).get("Tags", {}),
    }


def _update_plan(ctx: Context, plan_id: str, old: Properties, new: Properties) -> None:
    backup = client(ctx, "backup", new)
    backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=_plan(new))
    _retag(backup, old["arn"], old, new)


def _delete_plan(ctx: Context, plan_id: str, state: Properties) -> None:
    client(ctx, "backup", state).delete_backup_plan(BackupPlanId=plan_id)


def _create_selection(ctx: Context, inputs: Properties) -> Created:
    tags = [{"ConditionType": tag["type"], "ConditionKey": tag["key"], "ConditionValue": tag["value"]} for tag in inputs.get("selectionTags") or ()]
    answer = client(ctx, "backup", inputs).create_backup_selection(
        BackupPlanId=inputs["planId"],
        BackupSelection={
            "SelectionName": inputs["name"],
            "IamRoleArn": inputs["iamRoleArn"],
            **given(Resources=inputs.get("resources"), NotResources=inputs.get("notResources"), ListOfTags=tags or None),
        },
    )
    return Created(id=f"{inputs['planId']}|{answer['SelectionId']}")


def _read_selection(ctx: Context, selection_id: str, state: Properties) -> Properties | None:
    plan, selection = _parts(selection_id)
    backup = client(ctx, "backup", state)
    found = backup.get_backup_selection(BackupPlanId=plan, SelectionId=selection)["BackupSelection"]
    tags = [{"type": tag["ConditionType"], "key": tag["ConditionKey"], "value": tag["ConditionValue"]} for tag in found.get("ListOfTags") or ()]
    return {
        "planId": plan,
        "name": found["SelectionName"],
        "iamRoleArn": found["IamRoleArn"],
        "resources": list(found.get("Resources") or ()),
        "notResources": list(found.get("NotResources") or ()),
        "selectionTags": tags,
    }


def _delete_selection(ctx: Context, selection_id: str, state: Properties) -> None:
    plan, selection = _parts(selection_id)
    client(ctx, "backup", state).delete_backup_selection(BackupPlanId=plan, SelectionId=selection)


def _parts(selection_id: str) -> tuple[str, str]:
    plan, separator, selection = selection_id.partition("|")
    if not separator:
        raise EmulatorError("InvalidId", f"{selection_id} is not PLAN|SELECTION")
    if not selection:
        raise Missing("ResourceNotFoundException", selection_id)
    return plan, selection


VAULT = Record(
    token="aws:backup/vault:Vault",
    create=_create_vault,
    read=_read_vault,
    update=_update_tags,
    delete=_delete_vault,
    handled=frozenset({"name", "kmsKeyArn"}),
    kept=frozenset({"forceDestroy"}),
    computed=frozenset({"arn", "recoveryPoints", "kmsKeyArn"}),
    replace_on=frozenset({"name", "kmsKeyArn"}),
    name_property="name",
    naming=Naming(max_length=50),
)
PLAN = Record(
    token="aws:backup/plan:Plan",
    create=_create_plan,
    read=_read_plan,
    update=_update_plan,
    delete=_delete_plan,
    handled=frozenset({"name", "rules"}),
    computed=frozenset({"arn", "version"}),
    required=frozenset({"rules"}),
    unordered=frozenset({"rules"}),
    name_property="name",
    naming=Naming(max_length=50),
    replace_on=frozenset({"name"}),
    check=_check_rules,
)
SELECTION = Record(
    token="aws:backup/selection:Selection",
    create=_create_selection,
    read=_read_selection,
    delete=_delete_selection,
    handled=frozenset({"planId", "name", "iamRoleArn", "resources", "notResources", "selectionTags"}),
    required=frozenset({"planId", "iamRoleArn"}),
    unordered=frozenset({"selectionTags"}),
    name_property="name",
    naming=Naming(max_length=50),
)

RECORDS = (tagged(regional(VAULT)), tagged(regional(PLAN)), regional(SELECTION))
