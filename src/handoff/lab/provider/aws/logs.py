"""Log groups, and what is counted in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import client, given, regional, tag_change, tagged
from handoff.lab.provider.record import Created, Naming, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties


def create(ctx: Context, inputs: Properties) -> Created:
    """The group, then how long it keeps."""
    logs = client(ctx, "logs", inputs)
    tags = inputs.get("tagsAll")
    logs.create_log_group(logGroupName=inputs["name"], **given(kmsKeyId=inputs.get("kmsKeyId"), logGroupClass=inputs.get("logGroupClass"), tags=tags or None))
    if inputs.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=inputs["name"], retentionInDays=int(inputs["retentionInDays"]))
    return Created(id=inputs["name"])


def read(ctx: Context, name: str, state: Properties) -> Properties | None:
    """The one group of exactly this name."""
    logs = client(ctx, "logs", state)
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name):
        for group in page["logGroups"]:
            if group["logGroupName"] == name:
                arn = group["arn"].removesuffix(":*")
                return {
                    "name": name,
                    "arn": arn,
                    "retentionInDays": group.get("retentionInDays", 0),
                    "logGroupClass": group.get("logGroupClass", "STANDARD"),
                    **given(kmsKeyId=group.get("kmsKeyId")),
                    "tags": logs.list_tags_for_resource(resourceArn=arn).get("tags", {}),
                }
    return None


def update(ctx: Context, name: str, old: Properties, new: Properties) -> None:
    """Retention, key and tags."""
    logs = client(ctx, "logs", new)
    if new.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=name, retentionInDays=int(new["retentionInDays"]))
    elif old.get("retentionInDays"):
        logs.delete_retention_policy(logGroupName=name)
    if new.get("kmsKeyId") and new["kmsKeyId"] != old.get("kmsKeyId"):
        logs.associate_kms_key(logGroupName=name, kmsKeyId=new["kmsKeyId"])
    elif old.get("kmsKeyId") and not new.get("kmsKeyId"):
        logs.disassociate_kms_key(logGroupName=name)
    added, removed = tag_change(old, new)
    if removed:
        logs.untag_resource(resourceArn=old["arn"], tagKeys=removed)
    if added:
        logs.tag_resource(resourceArn=old["arn"], tags=added)


def delete(ctx: Context, name: str, state: Properties) -> None:
    """With what it holds, unless `skipDestroy` leaves it to its retention."""
    if not state.get("skipDestroy"):
        client(ctx, "logs", state).delete_log_group(logGroupName=name)


RECORDS = (
    tagged(
        regional(
            Record(
                token="aws:cloudwatch/logGroup:LogGroup",
                create=create,
                read=read,
                update=update,
                delete=delete,
                handled=frozenset({"name", "retentionInDays", "kmsKeyId", "logGroupClass"}),
                kept=frozenset({"skipDestroy"}),
                computed=frozenset({"arn", "logGroupClass"}),
                replace_on=frozenset({"name", "logGroupClass"}),
                name_property="name",
                naming=Naming(max_length=512),
            )
        )
    ),
)
