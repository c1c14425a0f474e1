"""KMS: where key material may be copied to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.policydoc import statements
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

from ._aws_copies import KEPT, from_arn, into_own, own_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.policydoc import Statement
    from handoff.controls.resource import Resource, Stack

KEY = "aws:kms/key:Key"
EXTERNAL_KEY = "aws:kms/externalKey:ExternalKey"
REPLICA = "aws:kms/replicaKey:ReplicaKey"
EXTERNAL_REPLICA = "aws:kms/replicaExternalKey:ReplicaExternalKey"
REPLICAS = (REPLICA, EXTERNAL_REPLICA)
REPLICATE = frozenset({"kms:replicatekey", "kms:replicate*", "kms:*", "*"})
"""Actions, in lower case, that cover the making of a replica."""
NOT_IN = frozenset({"stringnotequals", "stringnotequalsifexists", "stringnotequalsignorecase"})
"""Condition operators, in lower case, under which a Deny leaves the named regions only."""


def multi_region(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A multi-Region key is bound: its policy denies replicas elsewhere, or the stack makes its replicas and they lie where copies may."""
    value = resource.get("multiRegion")
    if value is UNKNOWN:
        yield unknown(f"multiRegion {LATER}", "multiRegion")
        return
    if value not in (True, "true"):
        return
    found = [stack.settings_of(resource, kind, "primaryKeyArn", identity="id") for kind in REPLICAS]
    replicas = [one for settings, _ in found for one in settings]
    for one in replicas:
        yield from judged(resource, context, own_region(one), "multiRegion", f"is replicated by {one.name} to")
    policy = statements(resource, "policy")
    if replicas or (isinstance(policy, tuple) and any(_binds(one, resource, context) for one in policy)):
        return
    if isinstance(policy, Unknown):
        yield unknown(f"is a multi-Region key, and policy, which may bound its replicas, {LATER}", "policy")
    elif not all(certain for _, certain in found):
        yield unknown(f"is a multi-Region key, and whether a replica of this stack is its own {LATER}", "multiRegion")
    else:
        yield fail("may be replicated to any region: no replica in this stack and no kms:ReplicaRegion condition in its policy bounds it", "multiRegion")


def _binds(statement: Statement, resource: Resource, context: Context) -> bool:
    """A Deny for everybody to replicate the key to other than allowed regions."""
    if statement.effect != "Deny" or statement.is_negated or ("AWS", "*") not in statement.principals or len(statement.conditions) != 1:
        return False
    operator, key, regions = statement.conditions[0]
    covers = any(action.lower() in REPLICATE for action in statement.actions)
    inside = bool(regions) and all(context.forbids(resource, "aws", region, is_copy=True) is None for region in regions)
    return covers and operator.lower() in NOT_IN and key == "kms:replicaregion" and inside


def replica(resource: Resource, context: Context) -> Iterator[Finding]:
    """A replica lies in its own region."""
    yield from into_own(resource, context, "copies a key to")
    yield from from_arn(resource, context, "primaryKeyArn")


CONTROLS = (
    Control(
        id="residency-aws-kms-multi-region",
        title="Multi-Region keys are bound to the allowed regions",
        why="The material of a multi-Region key can be copied to any region, and data is readable wherever its key is.",
        fix="Leave multiRegion off, or deny kms:ReplicateKey in the key's policy unless kms:ReplicaRegion is one inside residency or dr_residency.",
        blind="Replicas that another stack or the console makes of a key whose policy does not bind it, and service control policies that do.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R015",),
        maps=KEPT,
        also=("gdpr 44",),
        reads=dict.fromkeys((KEY, EXTERNAL_KEY), ("multiRegion", "policy")),
        looks_at=dict.fromkeys(REPLICAS, ("primaryKeyArn",)),
        evaluate_linked=multi_region,
        snippet="""\
import json

import pulumi_aws as aws

aws.kms.Key(
    "records",
    description="Client records",
    multi_region=True,
    policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"},
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "kms:ReplicateKey",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"kms:ReplicaRegion": ["eu-west-1", "eu-central-1"]}},
            },
        ],
    }),
)
""",
    ),
    Control(
        id="residency-aws-kms-replica",
        title="Replicas of keys lie in the allowed regions",
        why="A replica key decrypts whatever its primary key encrypted, under the law of the region that it lies in.",
        fix="Set region (or the provider's) to one inside residency or dr_residency, or remove the replica.",
        blind="The region of a primary key that another stack makes and that is known only at the update.",
        source="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-replicate.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R016",),
        maps=KEPT,
        also=("gdpr 44",),
        severity=Severity.CRITICAL,
        reads=dict.fromkeys(REPLICAS, ("primaryKeyArn", "region")),
        evaluate=replica,
        snippet="""\
import pulumi_aws as aws

aws.kms.ReplicaKey(
    "records",
    region="eu-central-1",
    primary_key_arn="arn:aws:kms:eu-west-1:111111111111:key/mrk-0a0a0a0a000040008000000000000001",
)
""",
    ),
)
