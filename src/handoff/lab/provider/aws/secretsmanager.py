"""Secrets and their versions."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import client, given, regional, tag_change, tag_list, tag_map, tagged, text
from handoff.lab.provider.record import Created, Missing, Naming, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

_WINDOW_DAYS = 30
_CURRENT = "AWSCURRENT"


def _create_secret(ctx: Context, inputs: Properties) -> Created:
    secrets = client(ctx, "secretsmanager", inputs)
    arn = secrets.create_secret(
        Name=inputs["name"], Tags=tag_list(inputs.get("tagsAll")), **given(Description=inputs.get("description"), KmsKeyId=inputs.get("kmsKeyId"))
    )["ARN"]
    if inputs.get("policy"):
        secrets.put_resource_policy(SecretId=arn, ResourcePolicy=inputs["policy"])
    return Created(id=arn)


def _read_secret(ctx: Context, arn: str, state: Properties) -> Properties | None:
    secrets = client(ctx, "secretsmanager", state)
    found = secrets.describe_secret(SecretId=arn)
    if found.get("DeletedDate"):
        return None
    policy = secrets.get_resource_policy(SecretId=arn).get("ResourcePolicy")
    return {
        "arn": found["ARN"],
        "name": found["Name"],
        "description": found.get("Description", ""),
        **given(kmsKeyId=found.get("KmsKeyId"), policy=text(policy) if policy else None),
        "tags": tag_map(found.get("Tags")),
    }


def _update_secret(ctx: Context, arn: str, old: Properties, new: Properties) -> None:
    secrets = client(ctx, "secretsmanager", new)
    secrets.update_secret(SecretId=arn, Description=new.get("description", ""), **given(KmsKeyId=new.get("kmsKeyId")))
    if new.get("policy"):
        secrets.put_resource_policy(SecretId=arn, ResourcePolicy=new["policy"])
    elif old.get("policy"):
        secrets.delete_resource_policy(SecretId=arn)
    added, removed = tag_change(old, new)
    if removed:
        secrets.untag_resource(SecretId=arn, TagKeys=removed)
    if added:
        secrets.tag_resource(SecretId=arn, Tags=tag_list(added))


def _delete_secret(ctx: Context, arn: str, state: Properties) -> None:
    if _read_secret(ctx, arn, state) is None:
        return
    days = state.get("recoveryWindowInDays", _WINDOW_DAYS)
    how: dict[str, object] = {"RecoveryWindowInDays": int(days)} if days else {"ForceDeleteWithoutRecovery": True}
    client(ctx, "secretsmanager", state).delete_secret(SecretId=arn, **how)


def _create_version(ctx: Context, inputs: Properties) -> Created:
    binary = inputs.get("secretBinary")
    answer = client(ctx, "secretsmanager", inputs).put_secret_value(
        SecretId=inputs["secretId"],
        **given(
            SecretString=inputs.get("secretString"),
            SecretBinary=base64.b64decode(binary) if binary else None,
            VersionStages=inputs.get("versionStages"),
        ),
    )
    return Created(id=f"{inputs['secretId']}|{answer['VersionId']}")


def _read_version(ctx: Context, version: str, state: Properties) -> Properties | None:
    secret, _, version_id = version.rpartition("|")
    found = client(ctx, "secretsmanager", state).get_secret_value(SecretId=secret, VersionId=version_id)
    binary = found.get("SecretBinary")
    return {
        "arn": found["ARN"],
        "secretArn": found["ARN"],
        "secretId": secret,
        "versionId": version_id,
        "versionStages": sorted(found.get("VersionStages", ())),
        **given(secretString=found.get("SecretString"), secretBinary=base64.b64encode(binary).decode() if binary else None),
    }


def _delete_version(ctx: Context, version: str, state: Properties) -> None:
    """A version goes when its last stage goes; the current one stays until its secret is deleted, as AWS has it."""
    secret, _, version_id = version.rpartition("|")
    secrets = client(ctx, "secretsmanager", state)
    for stage in _stages(secrets, secret, version_id):
        if stage != _CURRENT:
            secrets.update_secret_version_stage(SecretId=secret, VersionStage=stage, RemoveFromVersionId=version_id)


def _stages(secrets: Any, secret: str, version_id: str) -> list[str]:  # noqa: ANN401 - boto3 clients have no static type
    found = secrets.describe_secret(SecretId=secret)
    if found.get("DeletedDate"):
        raise Missing("ResourceNotFoundException", secret)
    return list(found.get("VersionIdsToStages", {}).get(version_id, ()))


def _one_value(_ctx: Context, inputs: Properties) -> dict[str, str]:
    return {} if ("secretString" in inputs) != ("secretBinary" in inputs) else {"secretString": "give either secretString or secretBinary"}


SECRET = Record(
    token="aws:secretsmanager/secret:Secret",
    create=_create_secret,
    read=_read_secret,
    update=_update_secret,
    delete=_delete_secret,
    documents=frozenset({"policy"}),
    handled=frozenset({"name", "description", "kmsKeyId", "policy"}),
    kept=frozenset({"recoveryWindowInDays", "forceOverwriteReplicaSecret"}),
    computed=frozenset({"arn"}),
    replace_on=frozenset({"name"}),
    name_property="name",
    naming=Naming(max_length=512),
)
VERSION = Record(
    token="aws:secretsmanager/secretVersion:SecretVersion",
    create=_create_version,
    read=_read_version,
    delete=_delete_version,
    handled=frozenset({"secretId", "secretString", "secretBinary", "versionStages"}),
    computed=frozenset({"arn", "secretArn", "versionId", "versionStages"}),
    secret=frozenset({"secretString", "secretBinary"}),
    required=frozenset({"secretId"}),
    check=_one_value,
)

RECORDS = (tagged(regional(SECRET)), regional(VERSION))
