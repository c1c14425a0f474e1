"""IAM policies and roles: no administration by the way, and nobody from outside without a second proof."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from handoff_policies.baseline._aws_policy import CALLERS, bound_by, excludes_only
from handoff_policies.baseline._aws_types import names_one

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, Verdict, fail, not_applicable, unknown
from handoff.controls.policydoc import statements
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, is_at_most

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.policydoc import Statement
    from handoff.controls.resource import Resource, Stack

ROLE, USER = "aws:iam/role:Role", "aws:iam/user:User"
POLICY = "aws:iam/policy:Policy"
POLICIES = (POLICY, "aws:iam/rolePolicy:RolePolicy", "aws:iam/userPolicy:UserPolicy", "aws:iam/groupPolicy:GroupPolicy")
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
TRUST, BOUNDARY, LONGEST = "assumeRolePolicy", "permissionsBoundary", "maxSessionDuration"
ADMINISTRATOR = ":policy/AdministratorAccess"
SECOND_PROOF = frozenset({"sts:externalid"})
MFA = "aws:multifactorauthpresent"
MFA_AGE = "aws:multifactorauthage"
LONGEST_S = 3600
_STAR = frozenset({"*", "*:*"})
_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:(?:iam|sts)::)?(\d{12})(?::.*)?$")
ROLE_SNIPPET = """\
import json

import pulumi_aws as aws

limit = aws.iam.Policy(
    "limit",
    policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["ec2:Describe*", "ec2:RebootInstances"], "Resource": "*"}],
    }),
)
aws.iam.Role(
    "provider",
    assume_role_policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "acme-nimbus-2026"}},
            },
        ],
    }),
    max_session_duration=3600,
    permissions_boundary=limit.arn,
)
"""


def no_administration(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """No statement allows every action on everything, unless the policy only bounds others."""
    del context
    found = [at for at, _ in resource.each("inlinePolicies[*].policy")] if resource.type == ROLE else ["policy"]
    findings = [finding for path in found for finding in _administration(resource, path)]
    if any(one.verdict is Verdict.FAIL for one in findings) and resource.type == POLICY and _only_bounds(resource, stack):
        yield not_applicable("it is a permissions boundary, which grants nothing by itself")
        return
    yield from findings


def _administration(resource: Resource, path: str) -> Iterator[Finding]:
    found = statements(resource, path)
    if isinstance(found, Unknown):
        yield unknown(f"{path} {LATER}", path)
    elif isinstance(found, str):
        yield fail(f"its policy {found}", path)
    elif any(one.effect == "Allow" and not one.is_negated and _STAR & {*one.actions} and "*" in one.resources for one in found or ()):
        yield fail("allows every action on every resource", path)


def _only_bounds(policy: Resource, stack: Stack) -> bool:
    """Whether the stack uses it as a boundary."""
    return any(policy.urn == each.urn for one in stack.of(ROLE, USER) for each in stack.linked(one, BOUNDARY))


def proven(resource: Resource, context: Context) -> Iterator[Finding]:
    """Whoever comes from another account brings an external id or a second factor, and nobody comes unnamed."""
    found = statements(resource, TRUST)
    if isinstance(found, Unknown):
        yield unknown(f"{TRUST} {LATER}", TRUST)
    elif isinstance(found, str):
        yield fail(f"its trust policy {found}", TRUST)
    else:
        own = _own_accounts(context)
        for one in found or ():
            yield from _trust(resource, one, own)


def _trust(resource: Resource, statement: Statement, own: frozenset[str]) -> Iterator[Finding]:
    if excludes_only(resource, TRUST, statement):
        yield fail("can be assumed by everybody but those whom it names", TRUST)
    elif statement.is_anyone and not bound_by(statement, CALLERS):
        yield fail("can be assumed by anyone", TRUST)
    elif statement.effect == "Allow":
        outside = [value for kind, value in statement.principals if kind == "AWS" and _account(value) not in {None, *own}]
        if outside and not _has_second_proof(statement):
            yield fail(f"can be assumed by {outside[0]} without an external id or a second factor", TRUST)
        if any(kind == "Federated" for kind, _ in statement.principals) and not statement.conditions:
            yield fail("can be assumed by everybody whom an identity provider knows", TRUST)


def _has_second_proof(statement: Statement) -> bool:
    has_factor = any(key == MFA and operator.lower() == "bool" and "true" in values for operator, key, values in statement.conditions)
    return has_factor or bound_by(statement, {*SECOND_PROOF, MFA_AGE})


def _account(principal: str) -> str | None:
    found = _ACCOUNT.match(principal)
    return found[1] if found else None


def _own_accounts(context: Context) -> frozenset[str]:
    spec = context.engagement
    return frozenset({one.aws.account for one in spec.environments if one.aws} | set(spec.parties.client.identities.aws.accounts))


def bounded(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A role of the provider's ends its sessions within the hour, has a boundary, and is no administrator."""
    is_providers = _is_providers(resource, context)
    if is_providers is False:
        yield not_applicable("not a role of the provider's")
        return
    findings = list(_bounds(resource, stack, context))
    if is_providers is None and findings:
        yield unknown(f"whether it is the provider's: {TRUST} {LATER}", TRUST)
        return
    yield from findings


def _bounds(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    yield from is_at_most(LONGEST, LONGEST_S, "has sessions of the provider's that last too long", default=LONGEST_S)(resource, context)
    yield from names_one(BOUNDARY, "is the provider's and has no permissions boundary", POLICY)(resource, stack, context)
    arns = list(resource.each("managedPolicyArns[*]"))
    arns += [("managedPolicyArns", one.get("policyArn")) for one in stack.settings_of(resource, ATTACHMENT, "role", identity="name")[0]]
    for at, value in arns:
        if isinstance(value, str) and value.endswith(ADMINISTRATOR):
            yield fail("makes the provider an administrator: it has AdministratorAccess", at)
        elif value is UNKNOWN and at.startswith("managedPolicyArns[") and not stack.made_from(resource, "managedPolicyArns", POLICY):
            yield unknown(f"which policy it has {LATER}", at)


def _is_providers(resource: Resource, context: Context) -> bool | None:
    """Whether the provider holds it, by its trust, its name or its tags; None when only the trust can tell and is not known."""
    party = context.engagement.parties.provider.identities
    name, path, tags = resource.get("name"), resource.get("path"), resource.get("tags")
    account = context.environment.aws.account if context.environment.aws else ""
    arn = f"arn:aws:iam::{account}:role{path if isinstance(path, str) else '/'}{name}" if isinstance(name, str) else ""
    if any(fnmatchcase(arn, one) for one in party.aws.principals):
        return True
    if isinstance(tags, dict) and any(f"{key}={value}" in party.tags for key, value in tags.items()):
        return True
    found = statements(resource, TRUST)
    if isinstance(found, Unknown):
        return None
    allowed = [one for one in found if one.effect == "Allow"] if isinstance(found, tuple) else []
    return any(_names_provider(value, context) for one in allowed for _, value in one.principals)


def _names_provider(principal: str, context: Context) -> bool:
    party = context.engagement.parties.provider.identities
    issuers = [one.issuer.removeprefix("https://") for one in party.oidc]
    return (
        _account(principal) in party.aws.accounts
        or any(fnmatchcase(principal, one) for one in party.aws.principals)
        or any(principal.endswith(f"oidc-provider/{one}") for one in issuers)
    )


CONTROLS = (
    Control(
        id="aws-iam-administration",
        title="No IAM policy of the stack allows every action on everything",
        why="Full administration can undo every other control, and can leave itself a way back in.",
        fix="Name the actions and resources that are needed in policy, statement by statement.",
        blind="Policies that reach the same by escalation or by an Allow with NotAction, and AdministratorAccess of AWS itself.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("A21",),
        maps=Maps(nist="AC-6 AC-3 AC-2", hipaa="308(a)(4)(ii)(B) 308(a)(4)(i)", pci="~7.2.1 7.2.2", soc2="CC6.3 CC1.3", iso="A.5.18 A.8.2"),
        reads={**dict.fromkeys(POLICIES, ("policy",)), ROLE: ("inlinePolicies[*].policy",)},
        looks_at={ROLE: (BOUNDARY,), USER: (BOUNDARY,)},
        evaluate_linked=no_administration,
        snippet="""\
import json

import pulumi_aws as aws

aws.iam.Policy(
    "reader",
    policy=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::acme-records/*"}],
    }),
)
""",
    ),
    Control(
        id="aws-iam-trust",
        title="Roles are assumed from other accounts with an external id or a second factor only",
        why="A bare account as principal lets everybody there in, and anyone who can make that account's service call for him.",
        fix="Add a Condition on sts:ExternalId or aws:MultiFactorAuthPresent to the statement of assumeRolePolicy, and name no Principal *.",
        blind="Accounts of the client among each other, what services do for others, and how well the external id is kept.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("A22",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="~308(a)(4)(ii)(B) 308(a)(4)(i)", pci="~7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
        severity=Severity.CRITICAL,
        reads={ROLE: (TRUST,)},
        evaluate=proven,
        snippet=ROLE_SNIPPET,
    ),
    Control(
        id="aws-iam-provider-role",
        title="Roles of the provider end their sessions within the hour, have a boundary and are no administrators",
        why="Long sessions outlive a revocation, and without a boundary a role can be given more than the contract grants.",
        fix="Set maxSessionDuration to 3600 or less and permissionsBoundary to a policy of the client's, and drop AdministratorAccess from managedPolicyArns.",
        blind="Roles that neither trust nor name nor tag shows to be the provider's, and what the boundary allows.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("A23",),
        maps=Maps(nist="~AC-6 AC-3", hipaa="~308(a)(4)(ii)(B) 308(a)(4)(i)", pci="~7.2.1 7.2.2", soc2="~CC6.3 CC1.3", iso="~A.5.15 A.5.18"),
        reads={ROLE: (TRUST, LONGEST, BOUNDARY, "managedPolicyArns[*]", "name", "path", "tags")},
        looks_at={ATTACHMENT: ("role", "policyArn"), POLICY: ()},
        evaluate_linked=bounded,
        snippet=ROLE_SNIPPET,
    ),
)
