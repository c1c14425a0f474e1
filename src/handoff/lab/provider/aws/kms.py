"""KMS keys, their aliases, and grants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import client, given, regional, tag_change, tag_list, tag_map, tagged, text
from handoff.lab.provider.record import Created, Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

_WAIT_DAYS = 30


def _create_key(ctx: Context, inputs: Properties) -> Created:
    kms = client(ctx, "kms", inputs)
    policy = inputs.get("policy")
    key = kms.create_key(
        Description=inputs.get("description", ""),
        KeyUsage=inputs["keyUsage"],
        KeySpec=inputs["customerMasterKeySpec"],
        MultiRegion=bool(inputs.get("multiRegion")),
        Tags=tag_list(inputs.get("tagsAll"), "TagKey", "TagValue"),
        **given(Policy=policy if policy else None, BypassPolicyLockoutSafetyCheck=inputs.get("bypassPolicyLockoutSafetyCheck")),
    )["KeyMetadata"]["KeyId"]
    _switch(kms, key, {"isEnabled": True}, inputs)
    return Created(id=key)


def _switch(kms: Any, key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:  # noqa: ANN401 - boto3 clients have no static type
    """Enabled or not, and rotation. A disabled key's rotation cannot be changed, so enabling comes first and disabling last."""
    if new["isEnabled"] and not old.get("isEnabled"):
        kms.enable_key(KeyId=key)
    if new.get("enableKeyRotation") and (not old.get("enableKeyRotation") or old.get("rotationPeriodInDays") != new.get("rotationPeriodInDays")):
        kms.enable_key_rotation(KeyId=key, **given(RotationPeriodInDays=new.get("rotationPeriodInDays")))
    if old.get("enableKeyRotation") and not new.get("enableKeyRotation"):
        kms.disable_key_rotation(KeyId=key)
    if old.get("isEnabled") and not new["isEnabled"]:
        kms.disable_key(KeyId=key)


def _read_key(ctx: Context, key: str, state: Properties) -> Properties | None:
    kms = client(ctx, "kms", state)
    found = kms.describe_key(KeyId=key)["KeyMetadata"]
    if found["KeyState"] in {"PendingDeletion", "PendingReplicaDeletion"}:
        return None
    symmetric = found.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
    rotation = kms.get_key_rotation_status(KeyId=key) if symmetric else {}
    period = rotation.get("RotationPeriodInDays") if rotation.get("KeyRotationEnabled") else None
    return {
        "arn": found["Arn"],
        "keyId": found["KeyId"],
        "description": found.get("Description", ""),
        "keyUsage": found["KeyUsage"],
        "customerMasterKeySpec": found.get("KeySpec", "SYMMETRIC_DEFAULT"),
        "isEnabled": found["KeyState"] == "Enabled",
        "multiRegion": found.get("MultiRegion", False),
        "enableKeyRotation": rotation.get("KeyRotationEnabled", False),
        **given(rotationPeriodInDays=period),
        "policy": text(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]),
        "tags": tag_map(kms.list_resource_tags(KeyId=key).get("Tags"), "TagKey", "TagValue"),
    }


def _update_key(ctx: Context, key: str, old: Properties, new: Properties) -> None:
    kms = client(ctx, "kms", new)
    if old.get("description", "") != new.get("description", ""):
        kms.update_key_description(KeyId=key, Description=new.get("description", ""))
    if new.get("policy") and new["policy"] != old.get("policy"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=new["policy"])
    _switch(kms, key, old, new)
    added, removed = tag_change(old, new)
    if removed:
        kms.untag_resource(KeyId=key, TagKeys=removed)
    if added:
        kms.tag_resource(KeyId=key, Tags=tag_list(added, "TagKey", "TagValue"))


def _delete_key(ctx: Context, key: str, state: Properties) -> None:
    if _read_key(ctx, key, state):
        client(ctx, "kms", state).schedule_key_deletion(KeyId=key, PendingWindowInDays=int(state.get("deletionWindowInDays") or _WAIT_DAYS))


def _create_alias(ctx: Context, inputs: Properties) -> Created:
    client(ctx, "kms", inputs).create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return Created(id=inputs["name"])


def _read_alias(ctx: Context, name: str, state: Properties) -> Properties | None:
    for page in client(ctx, "kms", state).get_paginator("list_aliases").paginate():
        for alias in page["Aliases"]:
            if alias["AliasName"] == name:
                key_arn = f"{alias['AliasArn'].rpartition(':alias/')[0]}:key/{alias['TargetKeyId']}"
                by_arn = str(state.get("targetKeyId", "")).startswith("arn:")
                return {"name": name, "arn": alias["AliasArn"], "targetKeyArn": key_arn, "targetKeyId": key_arn if by_arn else alias["TargetKeyId"]}
    return None


def _update_alias(ctx: Context, name: str, _old: Properties, new: Properties) -> None:
    client(ctx, "kms", new).update_alias(AliasName=name, TargetKeyId=new["targetKeyId"])


def _delete_alias(ctx: Context, name: str, state: Properties) -> None:
    client(ctx, "kms", state).delete_alias(AliasName=name)


def _alias_name(_ctx: Context, inputs: Properties) -> dict[str, str]:
    name = inputs.get("name")
    return (
        {"name": "must begin with alias/ and not with alias/aws/"}
        if isinstance(name, str) and (not name.startswith("alias/") or name.startswith("alias/aws/"))
        else {}
    )


def _create_grant(ctx: Context, inputs: Properties) -> Created:
    constraints = inputs.get("constraints") or []
    answer = client(ctx, "kms", inputs).create_grant(
        KeyId=inputs["keyId"],
        GranteePrincipal=inputs["granteePrincipal"],
        Operations=inputs["operations"],
        **given(
            Name=inputs.get("name"),
            RetiringPrincipal=inputs.get("retiringPrincipal"),
            GrantTokens=inputs.get("grantCreationTokens"),
            Constraints={name[:1].upper() + name[1:]: context for name, context in constraints[0].items()} if constraints else None,
        ),
    )
    return Created(id=f"{inputs['keyId']}:{answer['GrantId']}", outputs={"grantToken": answer["GrantToken"]})


def _read_grant(ctx: Context, grant: str, state: Properties) -> Properties | None:
    key, _, grant_id = grant.rpartition(":")
    for page in client(ctx, "kms", state).get_paginator("list_grants").paginate(KeyId=key):
        for found in page["Grants"]:
            if found["GrantId"] == grant_id:
                constraints = _constraints(found.get("Constraints") or {})
                return {
                    "keyId": key,
                    "grantId": grant_id,
                    "granteePrincipal": found["GranteePrincipal"],
                    "operations": list(found["Operations"]),
                    "name": found.get("Name", ""),
                    "retiringPrincipal": found.get("RetiringPrincipal", ""),
                    "constraints": [constraints] if constraints else [],
                }
    return None


def _constraints(constraints: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Only the outer names are AWS's; the keys of an encryption context are the user's own."""
    return {name[:1].lower() + name[1:]: dict(context) for name, context in constraints.items() if context}


def _delete_grant(ctx: Context, grant: str, state: Properties) -> None:
    key, _, grant_id = grant.rpartition(":")
    kms = client(ctx, "kms", state)
    if state.get("retireOnDelete"):
        kms.retire_grant(KeyId=key, GrantId=grant_id)
    else:
        kms.revoke_grant(KeyId=key, GrantId=grant_id)


KEY = Record(
    token="aws:kms/key:Key",
    create=_create_key,
    read=_read_key,
    update=_update_key,
    delete=_delete_key,
    documents=frozenset({"policy"}),
    handled=frozenset({"description", "keyUsage", "customerMasterKeySpec", "isEnabled", "multiRegion", "enableKeyRotation", "rotationPeriodInDays", "policy"}),
    write_only=frozenset({"bypassPolicyLockoutSafetyCheck"}),
    kept=frozenset({"deletionWindowInDays"}),
    computed=frozenset({"arn", "keyId", "policy", "rotationPeriodInDays"}),
    defaults={"isEnabled": True, "keyUsage": "ENCRYPT_DECRYPT", "customerMasterKeySpec": "SYMMETRIC_DEFAULT"},
    replace_on=frozenset({"keyUsage", "customerMasterKeySpec", "multiRegion"}),
)
ALIAS = Record(
    token="aws:kms/alias:Alias",
    create=_create_alias,
    read=_read_alias,
    update=_update_alias,
    delete=_delete_alias,
    handled=frozenset({"name", "targetKeyId"}),
    computed=frozenset({"arn", "targetKeyArn"}),
    required=frozenset({"name", "targetKeyId"}),
    replace_on=frozenset({"name"}),
    check=_alias_name,
)
GRANT = Record(
    token="aws:kms/grant:Grant",
    create=_create_grant,
    read=_read_grant,
    delete=_delete_grant,
    handled=frozenset({"keyId", "granteePrincipal", "operations", "name", "retiringPrincipal", "constraints"}),
    write_only=frozenset({"grantCreationTokens"}),
    kept=frozenset({"retireOnDelete"}),
    computed=frozenset({"grantId", "grantToken"}),
    secret=frozenset({"grantToken"}),
    required=frozenset({"keyId", "granteePrincipal", "operations"}),
)

RECORDS = (tagged(regional(KEY)), regional(ALIAS), regional(GRANT))
