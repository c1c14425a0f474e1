"""IAM users, their keys, console passwords and policies."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import given, tag_change, tag_list, tag_map, tagged, text
from handoff.lab.provider.failures import vendor_errors
from handoff.lab.provider.record import Created, Missing, Naming, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties


def _create_user(ctx: Context, inputs: Properties) -> Created:
    ctx.aws("iam").create_user(
        UserName=inputs["name"],
        Path=inputs["path"],
        Tags=tag_list(inputs.get("tagsAll")),
        **given(PermissionsBoundary=inputs.get("permissionsBoundary")),
    )
    return Created(id=inputs["name"])


def _read_user(ctx: Context, name: str, _state: Properties) -> Properties | None:
    iam = ctx.aws("iam")
    user = iam.get_user(UserName=name)["User"]
    return {
        "name": name,
        "arn": user["Arn"],
        "uniqueId": user["UserId"],
        "path": user["Path"],
        "permissionsBoundary": user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "tags": tag_map(iam.list_user_tags(UserName=name)["Tags"]),
    }


def _update_user(ctx: Context, name: str, old: Properties, new: Properties) -> None:
    iam = ctx.aws("iam")
    boundary = new.get("permissionsBoundary")
    if boundary:
        iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    elif old.get("permissionsBoundary"):
        iam.delete_user_permissions_boundary(UserName=name)
    added, removed = tag_change(old, new)
    if removed:
        iam.untag_user(UserName=name, TagKeys=removed)
    if added:
        iam.tag_user(UserName=name, Tags=tag_list(added))


def _delete_user(ctx: Context, name: str, state: Properties) -> None:
    iam = ctx.aws("iam")
    if state.get("forceDestroy"):
        _strip(iam, name)
    iam.delete_user(UserName=name)


def _strip(iam: Any, name: str) -> None:  # noqa: ANN401 - boto3 clients have no static type
    """IAM refuses to delete a user who still holds something; `forceDestroy` takes these away first."""
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    for attached in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=attached["PolicyArn"])
    for device in iam.list_mfa_devices(UserName=name)["MFADevices"]:
        iam.deactivate_mfa_device(UserName=name, SerialNumber=device["SerialNumber"])
    try:
        with vendor_errors():
            iam.delete_login_profile(UserName=name)
    except Missing:
        return


def _create_key(ctx: Context, inputs: Properties) -> Created:
    iam = ctx.aws("iam")
    key = iam.create_access_key(UserName=inputs["user"])["AccessKey"]
    if inputs["status"] != "Active":
        iam.update_access_key(UserName=inputs["user"], AccessKeyId=key["AccessKeyId"], Status=inputs["status"])
    return Created(id=key["AccessKeyId"], outputs={"secret": key["SecretAccessKey"]})


def _read_key(ctx: Context, key_id: str, state: Properties) -> Properties | None:
    iam = ctx.aws("iam")
    user = state.get("user") or iam.get_access_key_last_used(AccessKeyId=key_id)["UserName"]
    for page in iam.get_paginator("list_access_keys").paginate(UserName=user):
        for key in page["AccessKeyMetadata"]:
            if key["AccessKeyId"] == key_id:
                return {"user": user, "status": key["Status"], "createDate": key["CreateDate"].isoformat()}
    return None


def _update_key(ctx: Context, key_id: str, _old: Properties, new: Properties) -> None:
    ctx.aws("iam").update_access_key(UserName=new["user"], AccessKeyId=key_id, Status=new["status"])


def _delete_key(ctx: Context, key_id: str, state: Properties) -> None:
    ctx.aws("iam").delete_access_key(UserName=state["user"], AccessKeyId=key_id)


def _create_login(ctx: Context, inputs: Properties) -> Created:
    password = _password(int(inputs["passwordLength"]))
    ctx.aws("iam").create_login_profile(UserName=inputs["user"], Password=password, PasswordResetRequired=bool(inputs.get("passwordResetRequired")))
    return Created(id=inputs["user"], outputs={"password": password})


def _password(length: int) -> str:
    """One of each class, so that every password policy is met."""
    classes = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!@#$%^&*()_+-=")
    characters = [secrets.choice(kind) for kind in classes]
    characters += [secrets.choice("".join(classes)) for _ in range(length - len(classes))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def _read_login(ctx: Context, user: str, _state: Properties) -> Properties | None:
    profile = ctx.aws("iam").get_login_profile(UserName=user)["LoginProfile"]
    return {"user": user, "passwordResetRequired": profile.get("PasswordResetRequired", False)}


def _delete_login(ctx: Context, user: str, _state: Properties) -> None:
    ctx.aws("iam").delete_login_profile(UserName=user)


def _create_inline(ctx: Context, inputs: Properties) -> Created:
    ctx.aws("iam").put_user_policy(UserName=inputs["user"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"])
    return Created(id=f"{inputs['user']}:{inputs['name']}")


def _read_inline(ctx: Context, inline: str, _state: Properties) -> Properties | None:
    user, _, name = inline.partition(":")
    found = ctx.aws("iam").get_user_policy(UserName=user, PolicyName=name)
    return {"user": user, "name": name, "policy": text(found["PolicyDocument"])}


def _update_inline(ctx: Context, _inline: str, _old: Properties, new: Properties) -> None:
    _create_inline(ctx, new)


def _delete_inline(ctx: Context, inline: str, _state: Properties) -> None:
    user, _, name = inline.partition(":")
    ctx.aws("iam").delete_user_policy(UserName=user, PolicyName=name)


def _attach(ctx: Context, inputs: Properties) -> Created:
    ctx.aws("iam").attach_user_policy(UserName=inputs["user"], PolicyArn=inputs["policyArn"])
    return Created(id=f"{inputs['user']}/{inputs['policyArn']}")


def _read_attachment(ctx: Context, attachment: str, _state: Properties) -> Properties | None:
    user, _, arn = attachment.partition("/")
    for page in ctx.aws("iam").get_paginator("list_attached_user_policies").paginate(UserName=user):
        if any(policy["PolicyArn"] == arn for policy in page["AttachedPolicies"]):
            return {"user": user, "policyArn": arn}
    return None


def _detach(ctx: Context, attachment: str, _state: Properties) -> None:
    user, _, arn = attachment.partition("/")
    ctx.aws("iam").detach_user_policy(UserName=user, PolicyArn=arn)


USER = Record(
    token="aws:iam/user:User",
    create=_create_user,
    read=_read_user,
    update=_update_user,
    delete=_delete_user,
    handled=frozenset({"name", "path", "permissionsBoundary"}),
    kept=frozenset({"forceDestroy"}),
    computed=frozenset({"arn", "uniqueId"}),
    defaults={"path": "/"},
    replace_on=frozenset({"name", "path"}),
    name_property="name",
    naming=Naming(max_length=64),
)
ACCESS_KEY = Record(
    token="aws:iam/accessKey:AccessKey",
    create=_create_key,
    read=_read_key,
    update=_update_key,
    delete=_delete_key,
    handled=frozenset({"user", "status"}),
    computed=frozenset({"secret", "createDate"}),
    secret=frozenset({"secret"}),
    required=frozenset({"user"}),
    defaults={"status": "Active"},
    replace_on=frozenset({"user"}),
)
LOGIN_PROFILE = Record(
    token="aws:iam/userLoginProfile:UserLoginProfile",
    create=_create_login,
    read=_read_login,
    delete=_delete_login,
    handled=frozenset({"user", "passwordResetRequired"}),
    write_only=frozenset({"passwordLength"}),
    computed=frozenset({"password"}),
    secret=frozenset({"password"}),
    required=frozenset({"user"}),
    defaults={"passwordLength": 20},
    delete_before_replace=True,
)
USER_POLICY = Record(
    token="aws:iam/userPolicy:UserPolicy",
    create=_create_inline,
    read=_read_inline,
    update=_update_inline,
    delete=_delete_inline,
    documents=frozenset({"policy"}),
    handled=frozenset({"user", "name", "policy"}),
    required=frozenset({"user", "policy"}),
    replace_on=frozenset({"user", "name"}),
    name_property="name",
    naming=Naming(max_length=128),
)
ATTACHMENT = Record(
    token="aws:iam/userPolicyAttachment:UserPolicyAttachment",
    create=_attach,
    read=_read_attachment,
    delete=_detach,
    handled=frozenset({"user", "policyArn"}),
    required=frozenset({"user", "policyArn"}),
)

RECORDS = (tagged(USER), ACCESS_KEY, LOGIN_PROFILE, USER_POLICY, ATTACHMENT)
