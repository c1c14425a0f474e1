"""Credentials of people and machines on AWS: strong passwords, no standing keys, permissions by group and role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_account import PASSWORDS
from handoff_policies.baseline._aws_types import by_type

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER, every, is_absent, is_at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, ResourceRule
    from handoff.controls.resource import Resource

USER_ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment"
USER_ATTACHMENTS = "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive"
USER_POLICY = "aws:iam/userPolicy:UserPolicy"
GROUP_ATTACHMENT = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"
ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment"
ACCESS_KEY = "aws:iam/accessKey:AccessKey"
SERVICE_CREDENTIAL = "aws:iam/serviceSpecificCredential:ServiceSpecificCredential"
SHORTEST_PASSWORD = 14
REMEMBERED_PASSWORDS = 24
"""source: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html (read 2026-11-22)"""


def _always(path: str, says: str) -> ResourceRule:
    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        del context
        value = resource.get(path)
        yield fail(f"{says} {value}" if isinstance(value, str) else says, path)

    return rule


def _accepted(resource: Resource, context: Context) -> Iterator[Finding]:
    del resource, context
    yield from ()


def standing(resource: Resource, context: Context) -> Iterator[Finding]:
    """A key that does not end by itself, and that is not switched off."""
    del context
    status = resource.get("status")
    if status is UNKNOWN:
        yield unknown(f"whether it is switched off {LATER}", "status")
    elif status != "Inactive":
        yield fail("is a credential that works until somebody removes it", "user" if resource.type == ACCESS_KEY else "userName")


CONTROLS = (
    Control(
        id="aws-iam-password",
        title="Passwords of IAM users are long and not used twice",
        why="Short and repeated passwords are guessed, and AWS asks for eight characters only unless the account says more.",
        fix=f"Set minimumPasswordLength to {SHORTEST_PASSWORD} or more and passwordReusePrevention to {REMEMBERED_PASSWORDS}.",
        blind="Passwords from before the policy, and people who sign in through an identity provider.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("A20",),
        maps=Maps(nist="IA-5 AC-2(3) AC-2", hipaa="312(d) 308(a)(5)(ii)(D)", pci="~8.3.9 8.6.3", soc2="~CC6.1 CC6.2", iso="A.5.15"),
        severity=Severity.MEDIUM,
        reads={PASSWORDS: ("minimumPasswordLength", "passwordReusePrevention")},
        evaluate=every(
            is_at_least("minimumPasswordLength", SHORTEST_PASSWORD, "lets short passwords through"),
            is_at_least("passwordReusePrevention", REMEMBERED_PASSWORDS, "lets old passwords be used again"),
        ),
        snippet="""\
import pulumi_aws as aws

aws.iam.AccountPasswordPolicy("passwords", minimum_password_length=14, password_reuse_prevention=24)
""",
    ),
    Control(
        id="aws-iam-user-policies",
        title="IAM users get their permissions through groups and roles only",
        why="What is attached to single users is overlooked when somebody leaves, and so when the provider leaves.",
        fix="Attach the policy to a group with GroupPolicyAttachment.group or to a role, and make the user a member.",
        blind="Policies that were attached outside this program.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("A24",),
        maps=Maps(nist="AC-6 AC-3 AC-2", hipaa="~308(a)(4)(ii)(B) 308(a)(4)(i)", pci="7.2.1 7.2.2", soc2="CC1.3", iso="A.5.15"),
        severity=Severity.MEDIUM,
        reads={
            USER_ATTACHMENT: ("user",),
            USER_POLICY: ("user",),
            USER_ATTACHMENTS: ("policyArns",),
            ATTACHMENT: ("users",),
            GROUP_ATTACHMENT: (),
        },
        evaluate=by_type(
            {
                USER_ATTACHMENT: _always("user", "attaches a policy to a single user:"),
                USER_POLICY: _always("user", "is a policy of a single user:"),
                USER_ATTACHMENTS: is_absent("policyArns", "attaches policies to a single user"),
                ATTACHMENT: is_absent("users", "attaches a policy to single users"),
                GROUP_ATTACHMENT: _accepted,
            }
        ),
        snippet="""\
import pulumi_aws as aws

auditors = aws.iam.Group("auditors")
aws.iam.GroupPolicyAttachment("auditors", group=auditors.name, policy_arn="arn:aws:iam::aws:policy/SecurityAudit")
auditor = aws.iam.User("auditor")
aws.iam.UserGroupMembership("auditor", user=auditor.name, groups=[auditors.name])
""",
    ),
    Control(
        id="aws-iam-access-key",
        title="No IAM user has a standing access key",
        why="A static key goes on working after its holder has left, and nobody knows where its copies are.",
        fix="Remove the key and let the workload assume a role, or set status to Inactive while it is being replaced.",
        blind="Keys made outside this program. A key that is needed for a while takes a waiver with an end.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("A25",),
        maps=Maps(nist="AC-2(3) AC-2", hipaa="308(a)(3)(ii)(C) 308(a)(5)(ii)(D)", pci="8.3.9 8.6.3", soc2="CC1.3", iso="A.5.15"),
        reads={ACCESS_KEY: ("user", "status"), SERVICE_CREDENTIAL: ("userName", "status")},
        evaluate=standing,
        snippet="""\
import json

import pulumi_aws as aws

# What the job used to sign in with, on its way out; the role takes its place.
aws.iam.AccessKey("old", user="build", status="Inactive")
aws.iam.Role(
    "build",
    assume_role_policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }),
)
""",
    ),
)
