"""Settings of a whole account, which one stack of the account keeps for all others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handoff.controls.model import fail, not_applicable, passed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule, StackRule
    from handoff.controls.resource import Stack

S3_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
TRAIL = "aws:cloudtrail/trail:Trail"
RECORDER = "aws:cfg/recorder:Recorder"
DETECTOR = "aws:guardduty/detector:Detector"
HUBS = ("aws:securityhub/account:Account", "aws:securityhub/accountV2:AccountV2")
PASSWORDS = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"
EBS_ENCRYPTION = "aws:ebs/encryptionByDefault:EncryptionByDefault"
EBS_SHARING = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
ACCOUNT_WIDE = frozenset({S3_BLOCK, TRAIL, RECORDER, DETECTOR, *HUBS, PASSWORDS, EBS_ENCRYPTION, EBS_SHARING})
"""A stack that makes one of these keeps the account's settings, and is held to all of them."""
NOT_HERE = "Accounts whose settings are kept outside this program, and stacks that keep none: they are not judged."


def account_wide(tokens: tuple[str, ...], says: str, rule: LinkedRule | None = None) -> StackRule:
    """The stack that keeps the account's settings has one of these, and each one that a stack has satisfies the rule."""

    def whole(stack: Stack, context: Context) -> Iterator[Finding]:
        found = stack.of(*tokens)
        if "aws" not in context.environment.clouds:
            yield not_applicable("the environment does not live on aws")
        elif not found and stack.types & ACCOUNT_WIDE:
            yield fail(says)
        elif not found:
            yield not_applicable("this stack keeps no settings of the whole account")
        for one in found if "aws" in context.environment.clouds else ():
            findings = list(rule(one, stack, context)) if rule else []
            yield from (replace(each, urn=each.urn or one.urn) for each in findings)
            if not findings:
                yield passed(f"{one.name} ({one.type})", urn=one.urn)

    return whole


def looked(*tokens: str, paths: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """What an account-wide rule looks at: these types with their paths, and whether any other account-wide setting is there."""
    return dict.fromkeys(sorted(ACCOUNT_WIDE), ()) | dict.fromkeys(tokens, paths)
