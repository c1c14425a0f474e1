"""The organization on AWS: a service control policy keeps every account in the allowed regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Verdict, fail, not_applicable, passed, unknown
from handoff.controls.policydoc import statements
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.policydoc import Statement
    from handoff.controls.resource import Resource, Stack

POLICY = "aws:organizations/policy:Policy"
ATTACHMENT = "aws:organizations/policyAttachment:PolicyAttachment"
MAKERS = ("aws:organizations/organization:Organization", "aws:organizations/organizationalUnit:OrganizationalUnit", "aws:organizations/account:Account")
KIND = "SERVICE_CONTROL_POLICY"
REGION = "aws:requestedregion"
NOT_IN = frozenset({"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "foranyvalue:stringnotequals", "foranyvalue:stringnotlike"})
REGIONAL = frozenset(
    f"{one}:*"
    for one in ["s3", "ec2", "rds", "dynamodb", "backup", "lambda", "ecs", "eks", "elasticache", "es", "redshift", "sqs", "sns", "logs", "secretsmanager"]
)
"""Whole services that keep data in a region: an exception for one opens every region to it."""


def bounded(stack: Stack, context: Context) -> Iterator[Finding]:
    """Where a stack makes the organization, one attached policy denies what lies outside the allowed regions."""
    policies = [one for one in stack.of(POLICY) if one.get("type") in (None, KIND, UNKNOWN)]
    if not policies and not stack.of(*MAKERS):
        yield not_applicable("this stack makes neither an organization nor its policies")
        return
    said: list[list[Finding]] = []
    for one in policies:
        findings = list(_judged(one, stack, context))
        if any(each.verdict is Verdict.PASS for each in findings):
            yield from findings
            return
        if findings:
            said.append(findings)
    if not said:
        yield fail("denies nothing outside the allowed regions: no service control policy looks at aws:RequestedRegion")
        return
    yield from next((one for one in said if all(each.verdict is not Verdict.FAIL for each in one)), said[0])


def _judged(policy: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """Nothing for a policy about something else; a pass for one that does all that is asked."""
    found = statements(policy, "content")
    if isinstance(found, Unknown):
        yield unknown(f"what the policy denies {LATER}", "content", urn=policy.urn)
        return
    texts = found if isinstance(found, tuple) else ()
    denials = [one for one in texts if one.effect == "Deny" and _regions(one)]
    if not denials:
        return
    faults = [list(_faults(one, policy, context)) for one in denials]
    if all(faults):
        yield from faults[0]
        return
    attachments, certain = stack.settings_of(policy, ATTACHMENT, "policyId", identity="id")
    if policy.get("type") is UNKNOWN:
        yield unknown(f"which kind of policy it is {LATER}", "type", urn=policy.urn)
    elif attachments:
        yield passed(f"{policy.name} denies what lies outside the allowed regions", urn=policy.urn)
    elif certain:
        yield fail("denies what lies outside the allowed regions, and is attached to nothing", "content", urn=policy.urn)
    else:
        yield unknown("whether it is attached is not known: an attachment names its policy only at the update", "content", urn=policy.urn)


def _regions(one: Statement) -> tuple[str, ...]:
    """The regions that a denial leaves open."""
    lists = [values for operator, key, values in one.conditions if key == REGION and operator.lower().removesuffix("ifexists") in NOT_IN]
    return tuple(value for values in lists for value in values)


def _faults(one: Statement, policy: Resource, context: Context) -> Iterator[Finding]:
    actions = frozenset(action.lower() for action in one.actions)
    if not one.is_negated:
        yield fail("denies by Action, so that global services, whose calls count as us-east-1, are denied as well: use NotAction", "content", urn=policy.urn)
    elif "*" in actions:
        yield fail("leaves every action out of the denial, so that nothing is denied", "content", urn=policy.urn)
    elif actions & REGIONAL:
        yield fail(f"leaves {', '.join(sorted(actions & REGIONAL))} out of the denial, so that data can lie in any region", "content", urn=policy.urn)
    if "*" not in one.resources:
        yield fail("denies for some resources only", "content", urn=policy.urn)
    for region in _regions(one):
        if "*" in region or "?" in region:
            yield unknown(f"whether {region} stays inside the allowed regions cannot be told from a pattern", "content", urn=policy.urn)
            continue
        forbidden = context.forbids(policy, "aws", region, is_copy=True)
        if forbidden is not None:
            yield fail(f"leaves {region} open; {forbidden.why}", "content", urn=policy.urn, data_class=forbidden.data_class)


CONTROLS = (
    Control(
        id="aws-organization-regions",
        title="A service control policy denies everything outside the allowed regions",
        why="What programs place in the right region, a person at the console can still place elsewhere. Only the organization can forbid it to all.",
        fix="Attach an aws.organizations.Policy that denies with NotAction for the global services unless aws:RequestedRegion is one of the allowed regions.",
        blind="Which accounts the policy is attached to, the principals it makes exceptions for, the management account, and the region deny of Control Tower.",
        source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="RES",
        rows=("A67",),
        maps=Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31"),
        looks_at={POLICY: ("content", "type"), ATTACHMENT: ("policyId",), **dict.fromkeys(MAKERS, ())},
        evaluate_stack=bounded,
        snippet="""\
import json

import pulumi_aws as aws

regions = aws.organizations.Policy(
    "regions",
    type="SERVICE_CONTROL_POLICY",
    content=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "NotAction": ["iam:*", "organizations:*", "route53:*", "cloudfront:*", "support:*", "sts:*", "budgets:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
        }],
    }),
)
aws.organizations.PolicyAttachment("regions", policy_id=regions.id, target_id="r-abcd")
""",
    ),
)
