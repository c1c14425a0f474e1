"""Condition keys that say who a caller is, and what each value of them tells."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from handoff.iam import match
from handoff.iam._operators import network
from handoff.iam.conditions import operator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handoff.iam.document import Condition, Named


class Bound(StrEnum):
    """What a fact about a holder is."""

    ACCOUNT = "account"
    ORGANIZATION = "organization"
    ARN = "arn"
    UNIQUE_ID = "unique id"
    SERVICE = "service"
    CANONICAL_ID = "canonical id"
    EXTERNAL_ID = "external id"
    PROVIDER = "identity provider"
    SUBJECT = "token subject"
    AUDIENCE = "token audience"
    CLAIM = "token claim"
    SAML_ISSUER = "SAML issuer"
    NETWORK = "network"  # vpc-..., vpce-...
    ADDRESS = "address"  # a CIDR
    SOURCE = "source"  # the resource a service comes from, where its ARN names no account
    WAY = "way"  # says by which way one comes and not who
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing known about a holder."""

    what: Bound
    value: str
    key: str
    """Where it stands: `Principal`, a condition key as written, or `Deny NotPrincipal`."""
    binds: bool = True
    """False: anybody can bring it about, so it narrows nothing."""


# source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (read 2026-11-22)
_KEYS: Mapping[str, Bound] = {
    "aws:principalaccount": Bound.ACCOUNT,
    "aws:sourceaccount": Bound.ACCOUNT,
    "aws:sourceowner": Bound.ACCOUNT,
    "aws:vpceaccount": Bound.ACCOUNT,
    "aws:principalorgmasteraccountid": Bound.ACCOUNT,
    "kms:calleraccount": Bound.ACCOUNT,
    "s3:dataaccesspointaccount": Bound.ACCOUNT,
    "aws:principalorgid": Bound.ORGANIZATION,
    "aws:principalorgpaths": Bound.ORGANIZATION,
    "aws:sourceorgid": Bound.ORGANIZATION,
    "aws:sourceorgpaths": Bound.ORGANIZATION,
    "aws:vpceorgid": Bound.ORGANIZATION,
    "aws:vpceorgpaths": Bound.ORGANIZATION,
    "aws:principalarn": Bound.ARN,
    "aws:sourcearn": Bound.SOURCE,
    "s3:dataaccesspointarn": Bound.SOURCE,
    "aws:userid": Bound.UNIQUE_ID,
    "aws:principalservicename": Bound.SERVICE,
    "aws:principalservicenameslist": Bound.SERVICE,
    "aws:principalisawsservice": Bound.SERVICE,
    "sts:externalid": Bound.EXTERNAL_ID,
    "aws:federatedprovider": Bound.PROVIDER,
    "aws:sourcevpce": Bound.NETWORK,
    "aws:sourcevpc": Bound.NETWORK,
    "aws:sourcevpcarn": Bound.NETWORK,
    "aws:ec2instancesourcevpc": Bound.NETWORK,
    "elasticfilesystem:accessedviamounttarget": Bound.NETWORK,
    "aws:sourceip": Bound.ADDRESS,
    "aws:vpcsourceip": Bound.WAY,
    "kms:viaservice": Bound.WAY,
    "aws:calledvia": Bound.WAY,
    "aws:calledviafirst": Bound.WAY,
    "aws:calledvialast": Bound.WAY,
    "aws:viaawsservice": Bound.WAY,
    "aws:securetransport": Bound.WAY,
    "aws:multifactorauthpresent": Bound.WAY,
    "aws:principaltype": Bound.WAY,
    "aws:requestedregion": Bound.WAY,
    "aws:referer": Bound.WAY,
    "aws:useragent": Bound.WAY,
    "aws:sourceidentity": Bound.WAY,
    "sts:rolesessionname": Bound.WAY,
    "lambda:functionurlauthtype": Bound.WAY,
    "lambda:invokedviafunctionurl": Bound.WAY,
    "saml:iss": Bound.SAML_ISSUER,
    "saml:aud": Bound.AUDIENCE,
    "saml:sub": Bound.SUBJECT,
}

# A signed request of an IAM principal always carries these, so that IfExists takes nothing from them once a principal of an account is named.
_ALWAYS = frozenset({"aws:principalaccount", "aws:principalarn", "aws:userid"})

# Issuers at which anybody can have an account, and the claims of their tokens that say whose a token is. Their usual audience is everyone's.
# source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html (read 2026-11-22)
_SHARED: Mapping[str, frozenset[str]] = {
    "token.actions.githubusercontent.com": frozenset({"sub", "repository", "repository_owner", "repository_id", "repository_owner_id", "job_workflow_ref"}),
    "gitlab.com": frozenset({"sub", "project_path", "namespace_path", "namespace_id", "project_id"}),
    "app.terraform.io": frozenset({"sub", "terraform_organization_id", "terraform_organization_name"}),
    "api.bitbucket.org": frozenset({"sub", "aud"}),
    "oidc.circleci.com": frozenset({"sub", "aud"}),
    "accounts.google.com": frozenset({"sub", "aud", "oaud", "email"}),
    "cognito-identity.amazonaws.com": frozenset({"sub", "aud"}),
    "graph.facebook.com": frozenset({"app_id", "id"}),
    "www.amazon.com": frozenset({"app_id", "user_id"}),
    "oidc.vercel.com": frozenset({"sub", "aud"}),
    "agent.buildkite.com": frozenset({"sub", "organization_slug"}),
    "api.pulumi.com/oidc": frozenset({"sub", "aud"}),
}
# A subject that leaves open who owns the repository or the project binds nobody.
_OWNED_SUBJECT = re.compile(r"(?:repo|repository|repository_owner|project_path|organization|org|pulumi:deploy:org|owner):[^*?/:]+(?:[/:].*)?$")
_OWNED_CLAIM = re.compile(r"[^*?:/]+[/:]")
_BROAD_V4, _BROAD_V6 = 8, 32  # wider ranges are public; source: the S3 page named in `holders`


def facts_of(named: Named, conditions: Iterable[Condition], *, by: str = "Principal") -> Iterator[Fact]:
    """What the principal and the conditions say about the holder."""
    yield from _of_principal(named, by)
    asked = tuple(conditions)
    present = {one.key.lower() for one in asked if operator(one.operator).name == "null" and {value.lower() for value in one.values} == {"false"}}
    if named.value != "*" and named.type == "AWS":
        present |= _ALWAYS
    issuer = issuer_of(named.value) if named.type == "Federated" else ""
    for condition in asked:
        if demands(condition, present):
            yield from _together([list(_of_value(condition, value, issuer)) for value in condition.values])


def demands(condition: Condition, present: Iterable[str] = ()) -> bool:
    """Whether a request fails unless the key has one of the values; `present` are keys that are there anyhow."""
    op = operator(condition.operator)
    if op.is_negated or op.name == "null":
        return False
    return not op.passes_absent or condition.key.lower() in set(present)


def issuer_of(provider: str) -> str:
    """Issuer of the tokens of a provider, given by its ARN or its bare name, in lower case: `token.actions.githubusercontent.com`."""
    return provider.split(":oidc-provider/", 1)[-1].lower()


def issuer_binds(provider: str, facts: Iterable[Fact]) -> bool:
    """Whether not just anybody can bring a token of this provider that is taken."""
    issuer = issuer_of(provider)
    shared = next((claims for host, claims in _SHARED.items() if issuer == host or issuer.startswith(f"{host}/")), None)
    if shared is None:
        return True
    own = f"{issuer}:"
    return any(one.binds and (one.key.lower().removeprefix(own) in shared or not one.key.lower().startswith(own)) for one in facts if one.key != "Principal")


def _of_principal(named: Named, by: str) -> Iterator[Fact]:
    value = named.value
    match named.type:
        case "Service":
            yield Fact(what=Bound.SERVICE, value=value, key=by)
        case "CanonicalUser":
            yield Fact(what=Bound.CANONICAL_ID, value=value, key=by)
        case "Federated":
            yield Fact(what=Bound.PROVIDER, value=value, key=by, binds=value != "*")
        case _ if value != "*":
            yield from _arn(value, by)


def _arn(value: str, key: str) -> Iterator[Fact]:
    account = match.account_of(value)
    if match.is_unique_id(value):
        yield Fact(what=Bound.UNIQUE_ID, value=value, key=key)
        return
    if value.startswith("arn:"):
        yield Fact(what=Bound.ARN, value=value, key=key, binds=bool(account) or not match.has_wildcard(value))
    if account:
        yield Fact(what=Bound.ACCOUNT, value=account, key=key)
    elif not value.startswith("arn:"):
        yield Fact(what=Bound.ARN, value=value, key=key, binds=not match.has_wildcard(value))


def _together(each: list[list[Fact]]) -> list[Fact]:
    """Values of one condition are alternatives: one that anybody can bring makes the others worth nothing."""
    found = [fact for facts in each for fact in facts]
    return found if all(any(fact.binds for fact in facts) for facts in each) else [replace(fact, binds=False) for fact in found]


def _of_value(condition: Condition, value: str, issuer: str) -> Iterator[Fact]:
    key = condition.key.lower()
    what = Bound.TAG if key.startswith("aws:principaltag/") else _KEYS.get(key)
    if value == "*":
        return
    if issuer and key.startswith(f"{issuer}:"):
        yield _claim(condition, key.removeprefix(f"{issuer}:"), value)
    elif what is Bound.ADDRESS:
        yield from _address(condition, value)
    elif what is not None:
        yield from _of_key(what, value, condition.key)


def _of_key(what: Bound, value: str, key: str) -> Iterator[Fact]:
    match what:
        case Bound.ARN:
            yield from _arn(value, key)
        case Bound.SOURCE:
            yield from _source(value, key)
        case Bound.UNIQUE_ID:
            yield from _user(value, key)
        case Bound.ORGANIZATION:
            yield Fact(what=what, value=value, key=key, binds=not match.has_wildcard(value.split("/", 1)[0]))
        case Bound.SERVICE if key.lower() == "aws:principalisawsservice":
            if value.lower() == "true":
                yield Fact(what=what, value="any service of AWS", key=key)
        case Bound.TAG:
            # Whoever owns a principal sets its tags.
            yield Fact(what=what, value=f"{key.split('/', 1)[1]}={value}", key=key, binds=False)
        case Bound.WAY:
            yield Fact(what=what, value=value, key=key, binds=False)
        case Bound.AUDIENCE if key.lower() == "saml:aud":
            # Where tokens are sent, the same for everyone.
            yield Fact(what=what, value=value, key=key, binds=False)
        case _:
            yield Fact(what=what, value=value, key=key, binds=not match.has_wildcard(value))


def _source(value: str, key: str) -> Iterator[Fact]:
    account = match.account_of(value)
    if account:
        yield Fact(what=Bound.ARN, value=value, key=key)
        yield Fact(what=Bound.ACCOUNT, value=account, key=key)
        return
    # arn:aws:s3:::bucket names no account, but only one bucket on earth has the name.
    parts = value.split(":", 5)
    is_own = len(parts) == 6 and not match.has_wildcard(parts[2]) and parts[4] == "" and parts[5] != "" and not match.has_wildcard(parts[5].split("/", 1)[0])
    yield Fact(what=Bound.SOURCE, value=value, key=key, binds=is_own)


def _user(value: str, key: str) -> Iterator[Fact]:
    first = value.split(":", 1)[0]
    if match.account_of(first) == first != "":
        yield Fact(what=Bound.ACCOUNT, value=first, key=key)
    else:
        yield Fact(what=Bound.UNIQUE_ID, value=value, key=key, binds=match.is_unique_id(first))


def _claim(condition: Condition, claim: str, value: str) -> Fact:
    what = {"sub": Bound.SUBJECT, "aud": Bound.AUDIENCE, "app_id": Bound.AUDIENCE}.get(claim, Bound.CLAIM)
    owner = _OWNED_SUBJECT if what is Bound.SUBJECT else _OWNED_CLAIM
    return Fact(what=what, value=value, key=condition.key, binds=not match.has_wildcard(value) or owner.match(value) is not None)


def _address(condition: Condition, value: str) -> Iterator[Fact]:
    net = network(value)
    if net is None:
        return
    nets = [one for one in map(network, condition.values) if one is not None and one.version == net.version]
    # Together, for two halves of all addresses are all addresses.
    joined = ipaddress.collapse_addresses(one for one in nets if isinstance(one, ipaddress.IPv4Network)) if net.version == 4 else None
    widest = joined if joined is not None else ipaddress.collapse_addresses(one for one in nets if isinstance(one, ipaddress.IPv6Network))
    binds = min(one.prefixlen for one in widest) >= (_BROAD_V4 if net.version == 4 else _BROAD_V6)
    yield Fact(what=Bound.ADDRESS, value=str(net), key=condition.key, binds=binds)
