"""IAM users on AWS: without a second factor they can do nothing but set one up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, fail, unknown
from handoff.controls.policydoc import statements
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.policydoc import Statement
    from handoff.controls.resource import Resource, Stack

GROUP = "aws:iam/group:Group"
INLINE = "aws:iam/groupPolicy:GroupPolicy"
ATTACHMENT = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"
SHARED = "aws:iam/policyAttachment:PolicyAttachment"
POLICY = "aws:iam/policy:Policy"
FACTOR = "aws:multifactorauthpresent"
MANAGED = "arn:aws:iam::aws:policy/"
"""Policies of AWS's own, none of which asks for a second factor."""


def asked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Some policy of the group denies what is done without a second factor."""
    del context
    answers = list(_answers(resource, stack))
    if True in answers:
        return
    if None in answers:
        yield unknown(f"whether one of its policies asks for a second factor {LATER}, or stands in no policy of this stack")
    else:
        yield fail("lets its members work without a second factor: no policy of it denies that")


def _answers(group: Resource, stack: Stack) -> Iterator[bool | None]:
    """For every policy of a group whether it asks for a second factor; None where that is not known."""
    inline, certain = stack.settings_of(group, INLINE, "group", identity="name")
    for one in inline:
        yield _denies(one)
    attached, also_certain = stack.settings_of(group, ATTACHMENT, "group", identity="name")
    shared = [one for one in stack.of(SHARED) if _is_shared_with(one, group)]
    for one in (*attached, *shared):
        yield from _by_arn(one, stack)
    unsure = [one for one in stack.of(SHARED) if one not in shared and not one.links.get("groups") and any(name is UNKNOWN for name in _groups(one))]
    if not (certain and also_certain) or unsure:
        yield None


def _by_arn(attachment: Resource, stack: Stack) -> Iterator[bool | None]:
    made = stack.made_from(attachment, "policyArn", POLICY)
    for one in made:
        yield _denies(one)
    arn = attachment.get("policyArn")
    if not made:
        yield False if isinstance(arn, str) and arn.startswith(MANAGED) else None


def _is_shared_with(attachment: Resource, group: Resource) -> bool:
    name = group.get("name")
    return group.urn in attachment.links.get("groups", ()) or (isinstance(name, str) and name in _groups(attachment))


def _groups(attachment: Resource) -> list[object]:
    return [name for _, name in attachment.each("groups[*]")]


def _denies(policy: Resource) -> bool | None:
    found = statements(policy, "policy")
    if isinstance(found, Unknown):
        return None
    return isinstance(found, tuple) and any(map(_is_denial, found))


def _is_denial(one: Statement) -> bool:
    """A denial that also holds for access keys: plain `Bool` is not met where the key is missing, and so denies nothing there."""
    whole = one.effect == "Deny" and "*" in one.resources and (("*" not in one.actions) if one.is_negated else ("*" in one.actions))
    return whole and len(one.conditions) == 1 and all(_is_without(operator, key, values) for operator, key, values in one.conditions)


def _is_without(operator: str, key: str, values: tuple[str, ...]) -> bool:
    wanted = {"boolifexists": "false", "null": "true"}.get(operator.lower())
    return key == FACTOR and tuple(one.lower() for one in values) == (wanted,)


CONTROLS = (
    Control(
        id="aws-mfa-groups",
        title="Groups of IAM users deny whatever is done without a second factor",
        why="A password or an access key that somebody learned is enough to come back in after the exit, if nothing more is asked for.",
        fix=("Give the group a policy that denies with NotAction for setting up MFA, on Resource *, under BoolIfExists aws:MultiFactorAuthPresent false."),
        blind="Users outside groups, federated people whose second factor is asked for elsewhere, and the root user.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="MFA",
        rows=("A68",),
        maps=Maps(nist="IA-2(1) IA-2(2)", hipaa="312(d)", pci="8.4.1 8.4.2", soc2="~CC6.1 CC6.3", iso="A.8.5 A.5.17"),
        reads={GROUP: ("name",)},
        looks_at={
            INLINE: ("group", "policy"),
            ATTACHMENT: ("group", "policyArn"),
            SHARED: ("groups[*]", "policyArn"),
            POLICY: ("policy",),
        },
        evaluate_linked=asked,
        snippet="""\
import json

import pulumi_aws as aws

people = aws.iam.Group("people", name="people")
aws.iam.GroupPolicy(
    "second-factor",
    group=people.name,
    policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "NotAction": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ChangePassword", "sts:GetSessionToken"],
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        }],
    }),
)
""",
    ),
)
