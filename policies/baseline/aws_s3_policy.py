"""Policies of S3 buckets: nobody at large, and nothing without TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_policy import excludes_only, is_public
from handoff_policies.baseline._aws_s3 import BUCKETS, every_bucket

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.policydoc import statements
from handoff.controls.resource import Unknown
from handoff.controls.rules import LATER, alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.policydoc import Statement
    from handoff.controls.resource import Resource

POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ACCESS_POINTS = ("aws:s3/accessPoint:AccessPoint", "aws:s3control/accessPointPolicy:AccessPointPolicy")
TRANSPORT = "aws:securetransport"
SNIPPET = """\
import json

import pulumi_aws as aws

records = aws.s3.Bucket("records", bucket="acme-records")
aws.s3.BucketPolicy(
    "records",
    bucket=records.id,
    policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::acme-records", "arn:aws:s3:::acme-records/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }),
)
"""


def encrypted_only(resource: Resource, context: Context) -> Iterator[Finding]:
    """A statement refuses every request that comes without TLS."""
    del context
    found = statements(resource, "policy")
    if isinstance(found, Unknown):
        yield unknown(f"policy {LATER}", "policy")
    elif isinstance(found, str):
        yield fail(f"its policy {found}", "policy")
    elif not any(map(refuses_plain, found or ())):
        yield fail("accepts requests without TLS", "policy")


def refuses_plain(statement: Statement) -> bool:
    """Whether a statement denies everybody everything when the request is not encrypted."""
    return (
        statement.effect == "Deny"
        and not statement.is_negated
        and ("AWS", "*") in statement.principals
        and any(action.lower() in {"*", "s3:*"} for action in statement.actions)
        and any(resource.endswith("*") for resource in statement.resources)
        and any(operator.lower() == "bool" and key == TRANSPORT and "false" in values for operator, key, values in statement.conditions)
    )


def nobody_at_large(resource: Resource, context: Context) -> Iterator[Finding]:
    """No statement lets in anyone."""
    del context
    found = statements(resource, "policy")
    if isinstance(found, Unknown):
        yield unknown(f"policy {LATER}", "policy")
    elif isinstance(found, str):
        yield fail(f"its policy {found}", "policy")
    elif any(map(is_public, found or ())):
        yield fail("its policy lets in anyone", "policy")
    elif any(excludes_only(resource, "policy", one) for one in found or ()):
        yield fail("its policy lets in everybody but those whom it names", "policy")


CONTROLS = (
    Control(
        id="aws-s3-transport",
        title="Every S3 bucket refuses requests without TLS",
        why="S3 also answers over plain HTTP, where anybody on the way reads along, unless the bucket's policy denies it.",
        fix="Add to the bucket's policy a Deny of s3:* for Principal * on the bucket and its objects, under the condition aws:SecureTransport false.",
        blind="Whether the statement's resources are this bucket: any that end with a star count.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="TRN",
        rows=("A06",),
        maps=Maps(nist="SC-8 SC-8(1) SC-13", hipaa="312(e)(1) 312(e)(2)(i)", pci="4.2.1 2.2.7", soc2="~CC6.7 CC6.6", iso="~A.8.24 A.8.20"),
        reads={**dict.fromkeys(BUCKETS, ("bucket", "policy")), POLICY: ("bucket", "policy")},
        evaluate_linked=every_bucket(
            (POLICY,),
            alone(encrypted_only),
            "has no policy that refuses requests without TLS",
            inline=dict.fromkeys(BUCKETS, ("policy", alone(encrypted_only))),
        ),
        snippet=SNIPPET,
    ),
    Control(
        id="aws-s3-policy-public",
        title="No policy of an S3 bucket or access point lets in anyone",
        why="An Allow for Principal * serves the bucket to the whole world unless a condition says who may call.",
        fix="Name principals in every Allow of policy, or add a condition on the organization, the account, the network or the source.",
        blind="Who can become a named principal, and how wide a condition's network is.",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="PUB",
        rows=("A06",),
        maps=Maps(nist="~AC-3 AC-4", hipaa="~308(a)(3)(i) 312(a)(1)", pci="~1.4.4 7.2.1", soc2="~CC6.1 CC6.6", iso="~A.8.3 A.5.15"),
        severity=Severity.CRITICAL,
        reads=dict.fromkeys((*BUCKETS, POLICY, *ACCESS_POINTS), ("policy",)),
        evaluate=nobody_at_large,
        snippet=SNIPPET,
    ),
)
