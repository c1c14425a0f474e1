"""Credentials of applications in Entra: short, or none at all."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from . import _entra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

PASSWORD = "azuread:index/applicationPassword:ApplicationPassword"  # noqa: S105 - a type
PRINCIPAL_PASSWORD = "azuread:index/servicePrincipalPassword:ServicePrincipalPassword"  # noqa: S105 - a type
APPLICATION = "azuread:index/application:Application"
FEDERATED = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
FLEXIBLE = "azuread:index/applicationFlexibleFederatedIdentityCredential:ApplicationFlexibleFederatedIdentityCredential"
LONGEST = timedelta(days=90)
AUDIENCES = frozenset({"api://AzureADTokenExchange", "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina"})
GITHUB = "https://token.actions.githubusercontent.com"
_GITHUB_SUBJECT = re.compile(r"repo:[\w.-]+(?:@\d+)?/[\w.-]+(?:@\d+)?:.+")


def password(resource: Resource, context: Context) -> Iterator[Finding]:
    """A password ends within 90 days of its beginning."""
    prefix = ""
    if resource.type == APPLICATION:
        if resource.get("password") is None:
            return
        prefix = "password."
    end, start = resource.get(f"{prefix}endDate"), resource.get(f"{prefix}startDate")
    relative = None if prefix else resource.get("endDateRelative")
    path = f"{prefix}endDate" if end is not None or relative is None else "endDateRelative"
    if UNKNOWN in (end, relative, start):
        yield unknown(f"when it ends {LATER}", path)
        return
    begins = _entra.moment(start) or _entra.midnight(context.today)
    ends = _entra.moment(end)
    lasts = ends - begins if ends else _entra.span(relative)
    if lasts is None:
        yield fail("has a password without an end that can be read, so it is good for years", path)
    elif lasts > LONGEST:
        yield fail(f"has a password that is good for {lasts.days} days, and {LONGEST.days} are allowed", path)


def federated(resource: Resource, _: Context) -> Iterator[Finding]:
    """Exactly one identity of a safe issuer comes in, and only for a token that is meant for this."""
    issuer = resource.get("issuer")
    if issuer is UNKNOWN:
        yield unknown(f"issuer {LATER}", "issuer")
    elif not isinstance(issuer, str) or not issuer.lower().startswith("https://") or "*" in issuer:
        yield fail(f"trusts {issuer}, which is no https address of one issuer", "issuer")
    yield from _subject(resource, issuer)
    path = "audience" if resource.type == FLEXIBLE else "audiences[*]"
    for at, value in resource.each(path):
        if value is UNKNOWN:
            yield unknown(f"whom its tokens are meant for {LATER}", at)
        elif not isinstance(value, str) or value not in AUDIENCES:
            yield fail(f"takes tokens that are meant for {value}", at)


def _subject(resource: Resource, issuer: object) -> Iterator[Finding]:
    path = "claimsMatchingExpression" if resource.type == FLEXIBLE else "subject"
    value = resource.get(path)
    if value is UNKNOWN:
        yield unknown(f"whom it lets in {LATER}", path)
    elif not isinstance(value, str) or not value.strip():
        yield fail("names nobody", path)
    elif "*" in value or "?" in value:
        yield fail(f"lets in whoever looks like {value}", path)
    elif path == "subject" and issuer == GITHUB and not _GITHUB_SUBJECT.fullmatch(value):
        yield fail(f"lets in {value}, which names no branch, tag or environment of one repository", path)


_MAPS = Maps(nist="~IA-5 IA-2", hipaa="~312(d) 308(a)(3)(ii)(C)", pci="~8.3.9 8.6.3", soc2="CC6.1", iso="~A.5.17 A.5.18")
CONTROLS = (
    Control(
        id="entra-application-password",
        title="Applications have no password that is good for more than 90 days",
        why="A password works for whoever holds it, and nobody can count its copies at the exit.",
        fix="Remove the password and use an ApplicationFederatedIdentityCredential; where that cannot be, set endDate to at most 90 days ahead.",
        blind="Passwords and certificates that were made outside of this stack.",
        source="https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("E02",),
        maps=_MAPS,
        reads={
            **dict.fromkeys((PASSWORD, PRINCIPAL_PASSWORD), ("endDate", "endDateRelative", "startDate")),
            APPLICATION: ("password.endDate", "password.startDate"),
        },
        evaluate=password,
        snippet="""\
import pulumi_azuread as azuread

app = azuread.Application("ci", display_name="ci")
azuread.ApplicationPassword("ci", application_id=app.id, end_date_relative="720h")
""",
    ),
    Control(
        id="entra-federated-credential",
        title="A federated credential lets in exactly one identity",
        why="An issuer signs tokens for many, so a wildcard in the subject lets in whoever can make a fitting name.",
        fix="Write subject in full, issuer as an https address, and audiences as api://AzureADTokenExchange.",
        blind="Who may become the subject at the issuer.",
        source="https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations (read 2026-11-22)",
        category=Category.BASELINE,
        family="CRD",
        rows=("E03",),
        maps=Maps(nist="~IA-5 IA-2", hipaa="~312(d) 308(a)(3)(ii)(C)", pci="~8.3.9 8.6.3", soc2="~CC6.1 CC6.2", iso="~A.5.17 A.5.18"),
        severity=Severity.CRITICAL,
        reads={FEDERATED: ("issuer", "subject", "audiences[*]"), FLEXIBLE: ("issuer", "claimsMatchingExpression", "audience")},
        evaluate=federated,
        snippet="""\
import pulumi_azuread as azuread

app = azuread.Application("ci", display_name="ci")
azuread.ApplicationFederatedIdentityCredential(
    "ci",
    application_id=app.id,
    display_name="main",
    issuer="https://token.actions.acme.example",
    subject="repo:acme/records:ref:refs/heads/main",
    audiences=["api://AzureADTokenExchange"],
)
""",
    ),
)
