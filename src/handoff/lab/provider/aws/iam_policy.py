"""Customer-managed IAM policies; a change makes a new default version, and the oldest goes when five exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.provider.aws._base import given, tag_change, tag_list, tag_map, tagged, text
from handoff.lab.provider.record import Created, Naming, Record

if TYPE_CHECKING:
    from typing import Any

    from handoff.lab.provider.record import Context, Properties

VERSIONS_MAX = 5
"""source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (read 2026-11-22)"""


def create(ctx: Context, inputs: Properties) -> Created:
    """The policy with its first version."""
    answer = ctx.aws("iam").create_policy(
        PolicyName=inputs["name"],
        Path=inputs["path"],
        PolicyDocument=inputs["policy"],
        Tags=tag_list(inputs.get("tagsAll")),
        **given(Description=inputs.get("description")),
    )
    return Created(id=answer["Policy"]["Arn"])


def read(ctx: Context, arn: str, _state: Properties) -> Properties | None:
    """The policy with its default version's document."""
    iam = ctx.aws("iam")
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    return {
        "arn": arn,
        "name": policy["PolicyName"],
        "path": policy["Path"],
        "policyId": policy["PolicyId"],
        "attachmentCount": policy.get("AttachmentCount", 0),
        "description": policy.get("Description", ""),
        "policy": text(version["Document"]),
        "tags": tag_map(iam.list_policy_tags(PolicyArn=arn)["Tags"]),
    }


def update(ctx: Context, arn: str, old: Properties, new: Properties) -> None:
    """Document and tags change in place."""
    iam = ctx.aws("iam")
    if old["policy"] != new["policy"]:
        others = _others(iam, arn)
        if len(others) + 1 >= VERSIONS_MAX:
            iam.delete_policy_version(PolicyArn=arn, VersionId=min(others, key=lambda version: int(version[1:])))
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=new["policy"], SetAsDefault=True)
    added, removed = tag_change(old, new)
    if removed:
        iam.untag_policy(PolicyArn=arn, TagKeys=removed)
    if added:
        iam.tag_policy(PolicyArn=arn, Tags=tag_list(added))


def delete(ctx: Context, arn: str, _state: Properties) -> None:
    """IAM wants the other versions gone first."""
    iam = ctx.aws("iam")
    for version in _others(iam, arn):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    iam.delete_policy(PolicyArn=arn)


def _others(iam: Any, arn: str) -> list[str]:  # noqa: ANN401 - boto3 clients have no static type
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    return [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]


RECORDS = (
    tagged(
        Record(
            token="aws:iam/policy:Policy",
            create=create,
            read=read,
            update=update,
            delete=delete,
            documents=frozenset({"policy"}),
            handled=frozenset({"name", "path", "description", "policy"}),
            computed=frozenset({"arn", "policyId", "attachmentCount"}),
            required=frozenset({"policy"}),
            defaults={"path": "/"},
            replace_on=frozenset({"name", "path", "description"}),
            name_property="name",
            naming=Naming(max_length=128),
        )
    ),
)
