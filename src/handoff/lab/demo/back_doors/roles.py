"""Trusts of roles: straight, by external id, by a token, over a chain, and in a circle."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handoff.lab.demo.back_doors import site as sites
from handoff.lab.demo.back_doors.way import Trial, Way
from handoff.model import KindId, Login, Party

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.lab.demo.back_doors.site import Site

_KIND = KindId("aws.role_trust")
_MAY = sites.document(sites.allow(["s3:ListAllMyBuckets", "sts:AssumeRole"]))
_SUBJECT = "repo:nimbus/ops:ref:refs/heads/main"


def open_all(site: Site) -> Iterator[Way]:
    """Eight trusts that lead to the provider, and two that do not."""
    desk = site.desk.principal
    support = _role(site, "support", _trust(desk))
    yield _way(site, "support", desk, "role support, trusted to an engineer's user in the provider's account", site.session(site.desk, support))
    partner = _condition({"sts:ExternalId": site.external_id})
    deploy = _role(site, "deploy", _trust("*", **partner))
    session = site.session(site.desk, deploy, site.external_id)
    yield _way(site, "deploy", "", "role deploy, trusted to whoever brings the provider's external id", session)
    yield from _chain(site)
    yield from _circle(site)
    yield _federated(site)
    yield from _others(site)


def _chain(site: Site) -> Iterator[Way]:
    """Three roles, each trusting the one before it: the provider ends in one that names nobody of the provider's."""
    holder, session = site.desk.principal, site.desk
    for step in (1, 2, 3):
        name = f"relay-{step}"
        arn = _role(site, name, _trust(holder))
        session = site.session(session, arn)
        yield _way(site, name, holder, f"role {name}, trusted to {holder.rsplit('/', 1)[-1]}: step {step} of a chain", session)
        holder = arn


def _circle(site: Site) -> Iterator[Way]:
    """Two roles that trust each other, and one of them the provider."""
    desk = site.desk.principal
    first = _role(site, "ring-1", _trust(desk))
    second = _role(site, "ring-2", _trust(first))
    site.home.write("iam:UpdateAssumeRolePolicy", RoleName="ring-1", PolicyDocument=sites.document(_trust(desk), _trust(second)))
    outward = site.session(site.desk, first)
    over = site.session(outward, second)
    yield _way(site, "ring-1", desk, "role ring-1, trusted to an engineer's user in the provider's account", outward)
    yield _way(site, "ring-2", first, "role ring-2, trusted to ring-1", over)
    yield _way(site, "ring-1", second, "role ring-1, trusted to ring-2 in turn: a circle", site.session(over, first))


def _federated(site: Site) -> Way:
    """A trust in the provider's own issuer of tokens. The lab takes any token that names a subject: the issuer is not asked."""
    provider = f"arn:aws:iam::{site.account}:oidc-provider/{sites.ISSUER}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{sites.ISSUER}:aud": "sts.amazonaws.com"}, "StringLike": {f"{sites.ISSUER}:sub": "repo:nimbus/ops:*"}},
    }
    arn = _role(site, "pipeline", statement)
    token = _token({"iss": f"https://{sites.ISSUER}", "sub": _SUBJECT, "aud": "sts.amazonaws.com"})
    answer: Any = site.home.write_for("sts:AssumeRoleWithWebIdentity", RoleArn=arn, RoleSessionName="push", WebIdentityToken=token)[1]
    session = sites.keys("pipeline", answer["AssumedRoleUser"]["Arn"], Party.PROVIDER, answer["Credentials"])
    return _way(site, "pipeline", sites.ISSUER, "role pipeline, trusted to tokens of the provider's build system", session)


def _others(site: Site) -> Iterator[Way]:
    watch = site.watch.principal
    arn = _role(site, "watch", _trust(watch, **_condition({"sts:ExternalId": sites.PARTNER_ID})))
    session = site.session(site.watch, arn, sites.PARTNER_ID)
    yield _way(site, "watch", watch, "role watch, trusted to a third party that watches the estate", session, Party.THIRD_PARTY)
    batch = site.batch.principal
    arn = _role(site, "nightly", _trust(batch))
    yield _way(site, "nightly", batch, "role nightly, trusted to the client's own acme-batch", site.session(site.batch, arn), Party.CLIENT)


def _way(site: Site, role: str, holder: str, text: str, session: Login, party: Party = Party.PROVIDER) -> Way:
    trial = Trial(name=f"session of role {role} for {holder or 'anybody'}", login=session, scope=site.home.scope, op="s3:ListBuckets", params={})
    return Way(kind=_KIND, marks=(f"become role {role}", holder), text=text, trials=(trial,), party=party)


def _role(site: Site, name: str, *trust: Mapping[str, object]) -> str:
    arn = sites.made(site.home, "iam:CreateRole", "Role", "Arn", RoleName=name, AssumeRolePolicyDocument=sites.document(*trust))
    site.home.write("iam:PutRolePolicy", RoleName=name, PolicyName="own", PolicyDocument=_MAY)
    return arn


def _trust(principal: str, **more: object) -> Mapping[str, object]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **more}


def _condition(equals: Mapping[str, str]) -> dict[str, object]:
    return {"Condition": {"StringEquals": equals}}


def _token(claims: Mapping[str, str]) -> str:
    import base64

    parts = (json.dumps(one).encode() for one in ({"alg": "RS256", "typ": "JWT"}, claims))
    head, body = (base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts)
    return f"{head}.{body}.c2lnbmVk"
