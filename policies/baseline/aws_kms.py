"""KMS keys of the client: rotated, closed, and not lost by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.policydoc import statements
from handoff.controls.resource import Unknown
from handoff.controls.rules import LATER, every, is_at_least, is_false, is_true, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

KEY = "aws:kms/key:Key"
ADMINISTRATION = frozenset({"kms:*", "*", "kms:put*", "kms:putkeypolicy", "kms:create*", "kms:creategrant", "kms:schedulekeydeletion", "kms:disablekey"})
"""Actions, in lower case, that decide over a key instead of using it."""


def policy(resource: Resource, context: Context) -> Iterator[Finding]:
    """Nobody at large, and no administration for the provider."""
    found = statements(resource, "policy")
    if isinstance(found, Unknown):
        yield unknown(f"policy {LATER}", "policy")
    elif isinstance(found, str):
        yield fail(f"its policy {found}", "policy")
    elif found is not None:
        provider = frozenset(context.engagement.parties.provider.identities.aws.accounts)
        for one in found:
            if one.is_anyone and not one.conditions:
                yield fail("its policy lets in anyone", "policy")
            outside = [value for _, value in one.principals if any(account in value for account in provider)]
            if one.effect == "Allow" and outside and any(action.lower() in ADMINISTRATION for action in one.actions):
                yield fail(f"its policy lets {outside[0]} of the provider administer the key", "policy")


CONTROLS = (
    Control(
        id="aws-kms-rotation",
        title="Symmetric KMS keys rotate every year",
        why="A key that never changes exposes everything it ever encrypted when it leaks.",
        fix="Set enableKeyRotation to true.",
        blind="Keys of imported material and asymmetric keys, which AWS cannot rotate; rotation done by hand with aliases.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="KEY",
        rows=("A09",),
        maps=Maps(nist="SC-12 SC-12(2)", hipaa="312(a)(2)(iv)", pci="3.7.4 3.7.5", soc2="PI1.5", iso="A.8.24"),
        severity=Severity.MEDIUM,
        reads={KEY: ("enableKeyRotation", "customerMasterKeySpec")},
        remedy={"enableKeyRotation": True},
        evaluate=when(
            "customerMasterKeySpec",
            ("SYMMETRIC_DEFAULT",),
            is_true("enableKeyRotation", "does not rotate"),
            "an asymmetric or HMAC key, which AWS cannot rotate",
            default="SYMMETRIC_DEFAULT",
        ),
        snippet="""\
import pulumi_aws as aws

aws.kms.Key("records", description="Client records", enable_key_rotation=True)
""",
    ),
    Control(
        id="aws-kms-policy",
        title="A key's policy lets in nobody at large and makes the provider no administrator",
        why="Whoever administers a key can let himself back in after the exit, or shut the client out.",
        fix="Name principals in every statement, and leave administration to roles of the client's account.",
        blind="Grants, and IAM policies of the client's account that allow the same; who can become a named principal.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("A10",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="~308(a)(4)(ii)(B) 308(a)(4)(i)", pci="~7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
        severity=Severity.CRITICAL,
        reads={KEY: ("policy",)},
        evaluate=policy,
        snippet="""\
import json

import pulumi_aws as aws

aws.kms.Key(
    "records",
    description="Client records",
    policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"},
        ],
    }),
)
""",
    ),
    Control(
        id="aws-kms-deletion",
        title="A key cannot be lost by accident",
        why="Data whose key is gone is gone; at the exit the client needs time to notice.",
        fix="Set deletionWindowInDays to 7 or more (30 in the exit phase) and leave bypassPolicyLockoutSafetyCheck off.",
        blind="A deletion that was already scheduled.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="DEL",
        rows=("A11",),
        maps=Maps(nist="~CP-9 SI-12", hipaa="~312(c)(1) 308(a)(7)(ii)(A)", pci="~10.3.4 3.2.1", soc2="~C1.1 A1.2", iso="~A.8.10 A.8.13"),
        reads={KEY: ("deletionWindowInDays", "bypassPolicyLockoutSafetyCheck")},
        evaluate=every(
            is_at_least(
                "deletionWindowInDays",
                lambda context: 30 if context.engagement.term.phase == "exit" else 7,
                "is deleted too soon after somebody asks for it",
                default=30,
            ),
            is_false("bypassPolicyLockoutSafetyCheck", "gives up the check that its policy leaves an administrator"),
        ),
        snippet="""\
import pulumi_aws as aws

aws.kms.Key("records", description="Client records", deletion_window_in_days=30)
""",
    ),
)
