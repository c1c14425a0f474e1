"""IAM roles and what is attached to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import given, tag_change, tag_list, tag_map, tagged, text
from handoff.lab.provider.record import Created, Missing, Naming, Record

if TYPE_CHECKING:
    from handoff.lab.provider.record import Context, Properties


def _create_role(ctx: Context, inputs: Properties) -> Created:
    ctx.aws("iam").create_role(
        RoleName=inputs["name"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Path=inputs["path"],
        MaxSessionDuration=inputs["maxSessionDuration"],
        Tags=tag_list(inputs.get("tagsAll")),
        **given(Description=inputs.get("description"), PermissionsBoundary=inputs.get("permissionsBoundary")),
    )
    return Created(id=inputs["name"])


def _read_role(ctx: Context, name: str, _state: Properties) -> Properties | None:
    iam = ctx.aws("iam")
    role = iam.get_role(RoleName=name)["Role"]
    return {
        "name": name,
        "arn": role["Arn"],
        "uniqueId": role["RoleId"],
        "createDate": role["CreateDate"].isoformat(),
        "assumeRolePolicy": text(role["AssumeRolePolicyDocument"]),
        "description": role.get("Description", ""),
        "maxSessionDuration": role.get("MaxSessionDuration", 3600),
        "path": role["Path"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "tags": tag_map(iam.list_role_tags(RoleName=name)["Tags"]),
    }


def _update_role(ctx: Context, name: str, old: Properties, new: Properties) -> None:
    iam = ctx.aws("iam")
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=new["assumeRolePolicy"])
    iam.update_role(RoleName=name, Description=new.get("description", ""), MaxSessionDuration=new["maxSessionDuration"])
    boundary = new.get("permissionsBoundary")
    if boundary:
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    elif old.get("permissionsBoundary"):
        iam.delete_role_permissions_boundary(RoleName=name)
    added, removed = tag_change(old, new)
    if removed:
        iam.untag_role(RoleName=name, TagKeys=removed)
    if added:
        iam.tag_role(RoleName=name, Tags=tag_list(added))


def _delete_role(ctx: Context, name: str, state: Properties) -> None:
    iam = ctx.aws("iam")
    if state.get("forceDetachPolicies"):
        for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def _attach(ctx: Context, inputs: Properties) -> Created:
    ctx.aws("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return Created(id=f"{inputs['role']}/{inputs['policyArn']}")


def _read_attachment(ctx: Context, attachment: str, _state: Properties) -> Properties | None:
    role, _, arn = attachment.partition("/")
    for page in ctx.aws("iam").get_paginator("list_attached_role_policies").paginate(RoleName=role):
        if any(policy["PolicyArn"] == arn for policy in page["AttachedPolicies"]):
            return {"role": role, "policyArn": arn}
    return None


def _detach(ctx: Context, attachment: str, _state: Properties) -> None:
    role, _, arn = attachment.partition("/")
    ctx.aws("iam").detach_role_policy(RoleName=role, PolicyArn=arn)


def _create_inline(ctx: Context, inputs: Properties) -> Created:
    ctx.aws("iam").put_role_policy(RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"])
    return Created(id=f"{inputs['role']}:{inputs['name']}")


def _read_inline(ctx: Context, inline: str, _state: Properties) -> Properties | None:
    role, _, name = inline.partition(":")
    found = ctx.aws("iam").get_role_policy(RoleName=role, PolicyName=name)
    return {"role": role, "name": name, "policy": text(found["PolicyDocument"])}


def _update_inline(ctx: Context, _inline: str, _old: Properties, new: Properties) -> None:
    _create_inline(ctx, new)


def _delete_inline(ctx: Context, inline: str, _state: Properties) -> None:
    role, separator, name = inline.partition(":")
    if not separator:
        raise Missing("NoSuchEntity", f"{inline} is not ROLE:POLICY")
    ctx.aws("iam").delete_role_policy(RoleName=role, PolicyName=name)


RECORDS = (
    tagged(
        Record(
            token="aws:iam/role:Role",
            create=_create_role,
            read=_read_role,
            update=_update_role,
            delete=_delete_role,
            documents=frozenset({"assumeRolePolicy"}),
            handled=frozenset({"assumeRolePolicy", "description", "maxSessionDuration", "name", "path", "permissionsBoundary"}),
            kept=frozenset({"forceDetachPolicies"}),
            computed=frozenset({"arn", "createDate", "uniqueId"}),
            required=frozenset({"assumeRolePolicy"}),
            defaults={"maxSessionDuration": 3600, "path": "/"},
            replace_on=frozenset({"name", "path"}),
            name_property="name",
            naming=Naming(max_length=64),
        )
    ),
    Record(
        token="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        create=_attach,
        read=_read_attachment,
        delete=_detach,
        handled=frozenset({"role", "policyArn"}),
        required=frozenset({"role", "policyArn"}),
    ),
    Record(
        token="aws:iam/rolePolicy:RolePolicy",
        create=_create_inline,
        read=_read_inline,
        update=_update_inline,
        delete=_delete_inline,
        documents=frozenset({"policy"}),
        handled=frozenset({"role", "name", "policy"}),
        required=frozenset({"role", "policy"}),
        replace_on=frozenset({"role", "name"}),
        name_property="name",
        naming=Naming(max_length=128),
    ),
)
