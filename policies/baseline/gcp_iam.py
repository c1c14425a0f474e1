"""Grants, keys and foreign identities on Google Cloud: no more than needed, for somebody in particular, until a day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, alone
from handoff.model import Party

from . import _gcp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

ABOVE = _gcp.forms("projects/iAM", "folder/iAM", "organizations/iAM")
"""Grants on everything in a project, a folder or the organization."""
ACCOUNTS = _gcp.forms("serviceaccount/iAM")
BOUNDED = {**ABOVE, **ACCOUNTS, **_gcp.forms("kms/cryptoKeyIAM", "kms/keyRingIAM", "secretmanager/secretIam", "storage/bucketIAM")}
"""Grants that take a condition."""
OTHERS = _gcp.forms(
    "artifactregistry/repositoryIam",
    "billing/accountIam",
    "pubsub/subscriptionIAM",
    "pubsub/topicIAM",
    "secretmanager/regionalSecretIam",
    "secretmanager/secretIam",
)
KEY, HMAC_KEY = "gcp:serviceaccount/key:Key", "gcp:storage/hmacKey:HmacKey"
PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
BASIC = frozenset({"roles/owner", "roles/editor"})
ACTING = frozenset({"roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator"})
_AGENT = re.compile(
    r"serviceAccount:(?:\d+@cloudservices|service-\d+@(?:gcp-sa-[\w-]+|compute-system|container-engine-robot|gcf-admin-robot|gs-project-accounts"
    r"|serverless-robot-prod)\.iam)\.gserviceaccount\.com"
)
"""The service agents: accounts that Google itself works with. source: https://cloud.google.com/iam/docs/service-agents (read 2026-11-22)"""
_UNTIL = re.compile(r"request\.time\s*<=?\s*timestamp\(\s*[\"']([^\"']+)[\"']\s*\)")
_CLAIM = r"(?:assertion|attribute|google)[\w.]*(?:\[[\"'][^\"']+[\"']\])?"
_TEXT = r"(?:\"([^\"]+)\"|'([^']+)')"
_EXACT = re.compile(rf"{_CLAIM}\s*==\s*{_TEXT}|{_TEXT}\s*==\s*{_CLAIM}|{_CLAIM}\s+in\s+\[\s*{_TEXT}|{_CLAIM}\.startsWith\(\s*{_TEXT}\s*\)")
_ANY_SUBJECT = frozenset({"repo:", "system:", "system:serviceaccount:", "project_path:", "organization:", "p", "r"})
"""Beginnings that every subject of an issuer has."""


def basic(resource: Resource, _: Context) -> Iterator[Finding]:
    """Nobody but Google's own agents owns or edits everything."""
    yield from _roles(resource, BASIC, "for everything in it, where a narrower role would do")


def acting(resource: Resource, _: Context) -> Iterator[Finding]:
    """Nobody may act as every account there is."""
    yield from _roles(resource, ACTING, "so he can act as every service account in it")


def _roles(resource: Resource, roles: frozenset[str], what: str) -> Iterator[Finding]:
    for one in _gcp.grants(resource):
        path = "role" if resource.type.endswith(("Member", "Binding")) else one.path
        if one.fault:
            yield fail(one.fault, one.path)
        elif isinstance(one.role, Unknown):
            yield unknown(f"role {LATER}", path)
        elif one.role in roles and isinstance(one.member, Unknown):
            # An account of this stack is never an agent of Google's.
            if _gcp.ACCOUNT in map(_gcp.type_of, _gcp.made_from(resource, one.path)):
                yield fail(f"gives an account of this stack {one.role}, {what}", path)
            else:
                yield unknown(f"who gets {one.role} {LATER}", one.path)
        elif one.role in roles and not _AGENT.fullmatch(str(one.member)):
            yield fail(f"gives {one.member} {one.role}, {what}", path)


def ends(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """What the provider or his successor is given ends by itself, no later than the contract."""
    last = datetime.combine(context.engagement.term.end, time(), UTC) + timedelta(days=1)
    for one in _gcp.grants(resource):
        if one.fault:
            yield fail(one.fault, one.path)
            continue
        end = None if isinstance(one.condition, Unknown) else _end(one.condition)
        if end is not None and end <= last:
            continue
        holder = _holder(resource, stack, context, one)
        whose = None if isinstance(holder, Unknown) else _gcp.party(holder, context) if holder else Party.CLOUD_SERVICE
        at = "condition.expression" if resource.type.endswith(("Member", "Binding")) else one.path
        if whose is None:
            yield unknown(f"whom it lets in {LATER}, and no condition ends it with the contract", one.path)
        elif whose in (Party.PROVIDER, Party.INCOMING):
            if isinstance(one.condition, Unknown):
                yield unknown(f"when it ends {LATER}", at)
            else:
                yield fail(f"lets in {holder} of the {whose.value} {'without an end' if end is None else 'after the contract ends'}", at)


def _holder(resource: Resource, stack: Stack, context: Context, one: _gcp.Grant) -> str | Unknown:
    """The member; for one that is not known yet, the account of this stack that it is made from; empty for an agent of Google's."""
    if not isinstance(one.member, Unknown):
        return one.member
    made = _gcp.made_from(resource, one.path)
    kinds = {_gcp.type_of(urn) for urn in made}
    if kinds == {_gcp.PROJECT}:
        return ""
    found = [stack.find(urn) for urn in made]
    names = [each.get("accountId") for each in found if each is not None and each.type == _gcp.ACCOUNT]
    project = context.environment.gcp.project if context.environment.gcp else ""
    if len(made) == len(names) == 1 and isinstance(names[0], str) and project:
        return f"serviceAccount:{names[0]}@{project}.iam.gserviceaccount.com"
    return UNKNOWN


def _end(expression: str) -> datetime | None:
    found = _UNTIL.search(expression)
    # A condition that another one widens ends nothing.
    if found is None or "||" in expression:
        return None
    try:
        when = datetime.fromisoformat(found[1])
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def keyless(resource: Resource, _: Context) -> Iterator[Finding]:
    """An account has no key that people keep."""
    if resource.type != _gcp.ACCOUNT:
        yield fail("is a key that works for whoever holds it, until somebody deletes it", "" if resource.type == HMAC_KEY else "serviceAccountId")


def condition(resource: Resource, _: Context) -> Iterator[Finding]:
    """Only named identities of the issuer come in."""
    issuer = resource.get("oidc.issuerUri")
    if issuer is UNKNOWN:
        yield unknown(f"issuer {LATER}", "oidc.issuerUri")
    elif isinstance(issuer, str) and not issuer.lower().startswith("https://"):
        yield fail(f"trusts {issuer}, whose keys anybody on the way can replace", "oidc.issuerUri")
    text = resource.get("attributeCondition")
    if text is UNKNOWN:
        yield unknown(f"attributeCondition {LATER}", "attributeCondition")
    elif not isinstance(text, str) or not text.strip():
        yield fail("lets in everybody whom the issuer knows", "attributeCondition")
    elif not all(_is_exact(part) for part in text.split("||")):
        yield fail("has a condition that names no identity of the issuer exactly", "attributeCondition")


def _is_exact(text: str) -> bool:
    found = [next(filter(None, match.groups()), "") for match in _EXACT.finditer(text)]
    return any(one not in _ANY_SUBJECT and "*" not in one for one in found)


_STRICT = Maps(nist="~AC-6 AC-3", hipaa="308(a)(4)(i) 308(a)(3)(i)", pci="7.2.1 7.2.2", soc2="CC6.3 CC1.3", iso="A.5.15 A.5.18")
CONTROLS = (
    Control(
        id="gcp-iam-basic-roles",
        title="Nobody is owner or editor of a whole project",
        why="Both roles can read all data and give themselves back what was taken away.",
        fix="Replace roles/owner and roles/editor in role with the roles that the work needs.",
        blind="Custom roles with as many permissions; grants outside this stack.",
        source="https://cloud.google.com/iam/docs/roles-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G33",),
        maps=_STRICT,
        reads=ABOVE,
        evaluate=basic,
        snippet="""\
import pulumi_gcp as gcp

gcp.projects.IAMMember("auditor", project="acme-prod", role="roles/iam.securityReviewer", member="group:auditors@acme.example")
""",
    ),
    Control(
        id="gcp-iam-acting",
        title="Nobody may act as every service account of a project",
        why="Whoever acts as any account has the sum of all their rights, and leaves their names in the log.",
        fix="Grant the role on the one account, with serviceaccount.IAMMember, instead of on the project (role).",
        blind="Custom roles with iam.serviceAccounts.actAs; grants outside this stack.",
        source="https://cloud.google.com/iam/docs/service-account-permissions (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G33",),
        maps=_STRICT,
        reads=ABOVE,
        evaluate=acting,
        snippet="""\
import pulumi_gcp as gcp

account = gcp.serviceaccount.Account("app", account_id="app-server")
gcp.serviceaccount.IAMMember("deploy", service_account_id=account.name, role="roles/iam.serviceAccountUser", member="group:deploy@acme.example")
gcp.projects.IAMMember("deploy", project="acme-prod", role="roles/run.developer", member="group:deploy@acme.example")
""",
    ),
    Control(
        id="gcp-iam-public",
        title="No grant on a project, an account, a secret, a topic or a repository is for everybody",
        why="A grant to allUsers needs no credential, and nobody is told who uses it.",
        fix="Name users, groups or service accounts in member or members, and take allUsers and allAuthenticatedUsers out.",
        blind="Types of grants that no control of this pack names; groups that anybody may join.",
        source="https://cloud.google.com/iam/docs/principals-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G33",),
        maps=_STRICT,
        severity=Severity.CRITICAL,
        reads={**ABOVE, **ACCOUNTS, **OTHERS},
        evaluate_linked=alone(_gcp.nobody_at_large("lets in")),
        snippet="""\
import pulumi_gcp as gcp

gcp.projects.IAMMember("auditor", project="acme-prod", role="roles/iam.securityReviewer", member="group:auditors@acme.example")
""",
    ),
    Control(
        id="gcp-iam-provider-ends",
        title="What the provider is granted ends with the contract by itself",
        why="A grant with an end is closed on the day even when nobody remembers it.",
        fix="Set condition.expression to request.time < timestamp(...) with a moment no later than the end of the contract.",
        blind="Members whom the spec gives to no party; basic roles, which take no condition.",
        source="https://cloud.google.com/iam/docs/conditions-overview (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G33",),
        maps=_STRICT,
        reads=BOUNDED,
        looks_at={_gcp.ACCOUNT: ("accountId",)},
        evaluate_linked=ends,
        snippet="""\
import pulumi_gcp as gcp

gcp.projects.IAMMember(
    "operations",
    project="acme-prod",
    role="roles/logging.viewer",
    member="serviceAccount:nimbus-ops@nimbus-ops.iam.gserviceaccount.com",
    condition={"title": "until-the-end", "expression": 'request.time < timestamp("2027-03-31T23:59:59Z")'},
)
""",
    ),
    Control(
        id="gcp-iam-account-keys",
        title="Service accounts have no keys that people keep",
        why="A key works for whoever holds it, from anywhere, and copies of it cannot be counted at the exit.",
        fix="Remove the Key (or HmacKey), and let the workload sign in by workload identity federation instead of by serviceAccountId and key.",
        blind="Keys that were made outside of this stack.",
        source="https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("G34",),
        maps=Maps(nist="~IA-5 IA-2", hipaa="312(d)", pci="7.2.5.1 8.2.1", soc2="CC1.3", iso="A.5.15"),
        reads={KEY: ("serviceAccountId",), HMAC_KEY: (), _gcp.ACCOUNT: ()},
        evaluate=keyless,
        snippet="""\
import pulumi_gcp as gcp

gcp.serviceaccount.Account("app", account_id="app-server")
""",
    ),
    Control(
        id="gcp-iam-federation",
        title="Workload identity providers let in named identities only",
        why="Issuers such as a public CI sign tokens for everybody, so the condition is the only door.",
        fix="Set attributeCondition to an exact comparison, such as assertion.sub == TEXT, and oidc.issuerUri to an https address.",
        blind="What the attributes mean at the issuer; which accounts the pool may act as.",
        source="https://cloud.google.com/iam/docs/best-practices-for-using-workload-identity-federation (read 2026-11-22)",
        category=Category.BASELINE,
        family="IAM",
        rows=("G35",),
        maps=_gcp.FAMILY["IAM"],
        severity=Severity.CRITICAL,
        reads={PROVIDER: ("attributeCondition", "oidc.issuerUri")},
        evaluate=condition,
        snippet="""\
import pulumi_gcp as gcp

pool = gcp.iam.WorkloadIdentityPool("ci", workload_identity_pool_id="ci")
gcp.iam.WorkloadIdentityPoolProvider(
    "ci",
    workload_identity_pool_id=pool.workload_identity_pool_id,
    workload_identity_pool_provider_id="issuer",
    attribute_mapping={"google.subject": "assertion.sub"},
    attribute_condition='assertion.sub == "repo:acme/records:ref:refs/heads/main"',
    oidc={"issuer_uri": "https://token.actions.acme.example"},
)
""",
    ),
)
