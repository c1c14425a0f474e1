"""Who can walk in through a resource, whose they are, and until when: one reading for every control of grants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from handoff.controls.resource import UNKNOWN, Unknown
from handoff.engine.attribute import Attributor
from handoff.kinds.aws import _clues, _policy
from handoff.model import AccessPath, Clue, KindId, Party, Scope, ScopeType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handoff.controls.context import Context
    from handoff.controls.resource import Resource

POLICIES = {
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
}
"""AWS types that carry a policy document with principals, and the property it stands in."""
AWS_USERS = {"aws:iam/accessKey:AccessKey": "user", "aws:iam/userLoginProfile:UserLoginProfile": "user"}
KMS_GRANT = "aws:kms/grant:Grant"
LIGHTHOUSE = "azure-native:managedservices:RegistrationDefinition"
ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment"
APP_PASSWORD = "azuread:index/applicationPassword:ApplicationPassword"  # noqa: S105 - a type
GCP_MEMBERS = {
    "gcp:projects/iAMMember:IAMMember": "member",
    "gcp:projects/iAMBinding:IAMBinding": "members[*]",
    "gcp:storage/bucketIAMMember:BucketIAMMember": "member",
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": "member",
}
GCP_KEY = "gcp:serviceaccount/key:Key"
WORKLOAD_PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
READS: Mapping[str, tuple[str, ...]] = {
    **{token: (path,) for token, path in (*POLICIES.items(), *AWS_USERS.items())},
    KMS_GRANT: ("granteePrincipal",),
    LIGHTHOUSE: ("properties.managedByTenantId", "properties.description"),
    ROLE_ASSIGNMENT: ("principalId",),
    APP_PASSWORD: ("endDate",),
    **{token: (path, "condition.expression") for token, path in GCP_MEMBERS.items()},
    GCP_KEY: ("serviceAccountId",),
    WORKLOAD_PROVIDER: ("oidc.issuerUri",),
}
TYPES = frozenset({*POLICIES, *AWS_USERS, KMS_GRANT, LIGHTHOUSE, ROLE_ASSIGNMENT, APP_PASSWORD, *GCP_MEMBERS, GCP_KEY, WORKLOAD_PROVIDER})

_UNTIL = re.compile(r"request\.time\s*<=?\s*timestamp\(\s*[\"']([^\"']+)[\"']\s*\)")
_NOTE = re.compile(r"\bexpires=(\d{4}-\d{2}-\d{2})\b")
_SERVICE_ACCOUNT = re.compile(r"[^/]+@[^/]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One way in that a resource makes."""

    cloud: str
    holder: str | Unknown
    party: Party
    why: str
    expires: date | Unknown | None
    """Last day on which it opens anything; None = never ends."""
    ends_elsewhere: str = ""
    """Not empty: another resource ends it, and this says which."""
    path: str = ""


def _attributor(context: Context) -> Attributor:
    """Made once for a run: it reads the whole spec."""
    known = context.memo.get("exit attributor")
    if not isinstance(known, Attributor):
        known = context.memo["exit attributor"] = Attributor(context.engagement)
    return known


_Seen = tuple[tuple[Clue, str], ...]


def read(resource: Resource, context: Context) -> Iterator[Opening]:
    """Every opening of a resource of TYPES."""
    attributor = _attributor(context)
    for types, reader in _READERS:
        if resource.type in types:
            yield from reader(resource, context, attributor)


def _whose(attributor: Attributor, cloud: str, holder: str, seen: _Seen) -> tuple[Party, str]:
    scope = {"aws": ScopeType.AWS_ACCOUNT, "azure": ScopeType.AZURE_SUBSCRIPTION, "gcp": ScopeType.GCP_PROJECT}[cloud]
    path = AccessPath(kind=KindId("preview"), id=holder, scope=Scope(type=scope, id=""), holder=holder, allows="", clues=seen)
    found = attributor.attribute(path)
    return found.party, found.why


def _not_known(cloud: str, path: str, *, expires: date | Unknown | None = UNKNOWN) -> Opening:
    return Opening(cloud=cloud, holder=UNKNOWN, party=Party.UNKNOWN, why="not known before the update", expires=expires, path=path)


def _policy_document(resource: Resource, _: Context, attributor: Attributor) -> Iterator[Opening]:
    path = POLICIES[resource.type]
    document = resource.get(path)
    if document is UNKNOWN:
        yield _not_known("aws", path)
        return
    if document is None:
        return
    for one in _policy.openings(_policy.parse(document, where=path)):
        seen = _clues.of_principal(one.type, one.principal, one.conditions)
        party, why = _whose(attributor, "aws", one.principal, seen)
        yield Opening(cloud="aws", holder=one.principal, party=party, why=why, expires=_condition_end(one.conditions), path=path)


def _condition_end(conditions: Mapping[str, object]) -> date | None:
    """The earliest date that a DateLessThan condition on the current time sets."""
    found = []
    for operator, block in conditions.items():
        if operator.lower() in {"datelessthan", "datelessthanequals"} and isinstance(block, dict):
            values = [value for key, value in block.items() if key.lower() == "aws:currenttime"]
            found += [end for value in values for one in _policy.listed(value) if (end := _day(str(one)))]
    return min(found, default=None)


def _day(text: str) -> date | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).date()


def _aws_user(resource: Resource, context: Context, attributor: Attributor) -> Iterator[Opening]:
    user = resource.get(AWS_USERS[resource.type])
    account = context.environment.aws.account if context.environment.aws else ""
    if not isinstance(user, str):
        yield _not_known("aws", "user")
        return
    arn = f"arn:aws:iam::{account}:user/{user}"
    party, why = _whose(attributor, "aws", arn, ((Clue.AWS_ARN, arn),))
    yield Opening(cloud="aws", holder=arn, party=party, why=why, expires=None, path="user")


def _kms_grant(resource: Resource, context: Context, attributor: Attributor) -> Iterator[Opening]:
    grantee = resource.get("granteePrincipal")
    if not isinstance(grantee, str):
        yield _not_known("aws", "granteePrincipal")
        return
    party, why = _whose(attributor, "aws", grantee, tuple(_clues.of_arn(grantee)))
    account = context.environment.aws.account if context.environment.aws else ""
    inside = f":iam::{account}:role/" in grantee
    yield Opening(cloud="aws", holder=grantee, party=party, why=why, expires=None, ends_elsewhere="the role's trust" if inside else "", path="granteePrincipal")


def _lighthouse(resource: Resource, _: Context, attributor: Attributor) -> Iterator[Opening]:
    tenant = resource.get("properties.managedByTenantId")
    if not isinstance(tenant, str):
        yield _not_known("azure", "properties.managedByTenantId")
        return
    party, why = _whose(attributor, "azure", tenant, ((Clue.ENTRA_TENANT, tenant),))
    noted = _NOTE.search(str(resource.get("properties.description") or ""))
    expires = _day(noted.group(1)) if noted else None
    yield Opening(cloud="azure", holder=tenant, party=party, why=why, expires=expires, path="properties.managedByTenantId")


def _role_assignment(resource: Resource, _: Context, attributor: Attributor) -> Iterator[Opening]:
    principal = resource.get("principalId")
    if not isinstance(principal, str):
        yield _not_known("azure", "principalId")
        return
    party, why = _whose(attributor, "azure", principal, ((Clue.ENTRA_OBJECT, principal),))
    if party is Party.UNKNOWN:  # object ids made in this stack (managed identities, groups) stand in no spec: not known is not foreign
        yield Opening(cloud="azure", holder=UNKNOWN, party=party, why=f"no party claims {principal}", expires=UNKNOWN, path="principalId")
        return
    yield Opening(cloud="azure", holder=principal, party=party, why=why, expires=None, path="principalId")


def _app_password(resource: Resource, _: Context, __: Attributor) -> Iterator[Opening]:
    """A password's end is its own; whose application it is, its id does not tell."""
    ends = resource.get("endDate")
    expires = UNKNOWN if ends is UNKNOWN else _day(ends) if isinstance(ends, str) else None
    yield Opening(cloud="azure", holder="an application's password", party=Party.PROVIDER, why="whoever made it holds it", expires=expires, path="endDate")


def _gcp_member(resource: Resource, _: Context, attributor: Attributor) -> Iterator[Opening]:
    expression = resource.get("condition.expression")
    found = _UNTIL.search(expression) if isinstance(expression, str) else None
    expires = UNKNOWN if expression is UNKNOWN else _day(found.group(1)) if found else None
    for at, member in resource.each(GCP_MEMBERS[resource.type]):
        if not isinstance(member, str):
            yield _not_known("gcp", at, expires=expires)
            continue
        party, why = _whose(attributor, "gcp", member, ((Clue.GCP_MEMBER, member),))
        yield Opening(cloud="gcp", holder=member, party=party, why=why, expires=expires, path=at)


def _gcp_key(resource: Resource, _: Context, attributor: Attributor) -> Iterator[Opening]:
    account = resource.get("serviceAccountId")
    email = _SERVICE_ACCOUNT.search(account) if isinstance(account, str) else None
    if email is None:
        yield _not_known("gcp", "serviceAccountId")
        return
    member = f"serviceAccount:{email.group(0)}"
    party, why = _whose(attributor, "gcp", member, ((Clue.GCP_MEMBER, member),))
    yield Opening(cloud="gcp", holder=member, party=party, why=why, expires=None, path="serviceAccountId")


def _workload_provider(resource: Resource, context: Context, _: Attributor) -> Iterator[Opening]:
    issuer = resource.get("oidc.issuerUri")
    if not isinstance(issuer, str):
        if issuer is UNKNOWN:
            yield _not_known("gcp", "oidc.issuerUri")
        return
    parties = context.engagement.parties
    blocks = [
        (Party.CLIENT, parties.client),
        (Party.PROVIDER, parties.provider),
        (Party.INCOMING, parties.incoming),
        *((Party.THIRD_PARTY, one) for one in parties.third_parties),
    ]
    whose = next(
        (party for party, block in blocks if block and any(one.issuer.rstrip("/") == issuer.rstrip("/") for one in block.identities.oidc)), Party.UNKNOWN
    )
    why = f"issuer {issuer} is {'of no party' if whose is Party.UNKNOWN else f'of {whose.value}'}"
    yield Opening(cloud="gcp", holder=issuer, party=whose, why=why, expires=None, ends_elsewhere="the condition of each binding", path="oidc.issuerUri")


_READERS: tuple[tuple[frozenset[str], Callable[[Resource, Context, Attributor], Iterator[Opening]]], ...] = (
    (frozenset(POLICIES), _policy_document),
    (frozenset(AWS_USERS), _aws_user),
    (frozenset({KMS_GRANT}), _kms_grant),
    (frozenset({LIGHTHOUSE}), _lighthouse),
    (frozenset({ROLE_ASSIGNMENT}), _role_assignment),
    (frozenset({APP_PASSWORD}), _app_password),
    (frozenset(GCP_MEMBERS), _gcp_member),
    (frozenset({GCP_KEY}), _gcp_key),
    (frozenset({WORKLOAD_PROVIDER}), _workload_provider),
)
