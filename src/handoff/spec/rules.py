"""What a spec has to hold beyond its shape: each rule is one function, and every finding names its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from handoff import places
from handoff.spec.model import Engagement

WRITING_ROLES = frozenset({"operator", "administrator"})
LONGEST_WRITE = timedelta(days=90)
LONGEST_WAIVER = timedelta(days=180)
SHORTEST_BACKUP_POINT = timedelta(hours=1)
"""Backups taken on a schedule cannot promise less: source: https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html (read 2026-11-22)"""
GEO_COPY_FRAMEWORKS = ("nist-800-53", "fedramp", "iso-27001", "dora")
"""Frameworks with a control that asks for an alternate storage site (NIST CP-6 and its kin)."""


BACKENDS = ("s3://", "azblob://", "gs://", "file://", "https://", "http://", "postgres://")
"""source: https://www.pulumi.com/docs/iac/concepts/state-and-backends/ (read 2026-11-22)"""
SECRETS_PROVIDERS = ("awskms://", "azurekeyvault://", "gcpkms://", "hashivault://")
SECRETS_WORDS = frozenset({"passphrase", "default"})
"""source: https://www.pulumi.com/docs/iac/concepts/secrets/ (read 2026-11-22)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault (fatal) or warning, at a field."""

    where: tuple[str | int, ...]
    message: str
    fatal: bool = True


Rule = Callable[[Engagement, date], Iterator[Finding]]


def check(engagement: Engagement, *, today: date) -> list[Finding]:
    """Every finding of every rule."""
    return [finding for rule in RULES for finding in rule(engagement, today)]


def _term(spec: Engagement, _: date) -> Iterator[Finding]:
    if spec.term.end <= spec.term.start:
        yield Finding(where=("term", "end"), message=f"{spec.term.end} is not after the start, {spec.term.start}")


def _names(spec: Engagement, _: date) -> Iterator[Finding]:
    for block, names in (("environments", [one.name for one in spec.environments]), ("data", [one.name for one in spec.data])):
        for number, name in enumerate(names):
            if name in names[:number]:
                yield Finding(where=(block, number), message=f"{name!r} is used twice")
    for number, one in enumerate(spec.environments):
        if not one.clouds:
            yield Finding(where=("environments", number), message="names no cloud; give it an aws, azure or gcp block")
        stores = [store.name for store in one.stores]
        for at, name in enumerate(stores):
            if name in stores[:at]:
                yield Finding(where=("environments", number, "stores", at, "name"), message=f"{name!r} is used twice")


def _grants(spec: Engagement, _: date) -> Iterator[Finding]:
    known = {one.name for one in spec.environments}
    for number, grant in enumerate(spec.access):
        starts = grant.starts or spec.term.start
        if grant.expires > spec.term.end:
            yield Finding(
                where=("access", number, "expires"), message=f"{grant.expires} is after the end of the term, {spec.term.end}; a grant ends with the contract"
            )
        if grant.expires <= starts:
            yield Finding(where=("access", number, "expires"), message=f"{grant.expires} is not after its start, {starts}")
        if grant.role in WRITING_ROLES and grant.just_in_time is None and grant.expires - starts > LONGEST_WRITE:
            yield Finding(
                where=("access", number, "role"),
                message=f"a writing role ({grant.role}) lasts over {LONGEST_WRITE.days} days; shorten it or give just_in_time, the longest activation, such as PT4H",
            )
        for at, name in enumerate(grant.environments):
            if name not in known:
                yield Finding(where=("access", number, "environments", at), message=f"{name!r} is not an environment; known: {', '.join(sorted(known))}")


def _stores(spec: Engagement, _: date) -> Iterator[Finding]:
    classes = {one.name for one in spec.data}
    for number, environment in enumerate(spec.environments):
        for at, store in enumerate(environment.stores):
            if store.data_class not in classes:
                yield Finding(
                    where=("environments", number, "stores", at, "class"),
                    message=f"{store.data_class!r} is not a data class; known: {', '.join(sorted(classes)) or 'none'}",
                )
            for cloud in store.clouds:
                if cloud not in environment.clouds:
                    yield Finding(where=("environments", number, "stores", at, "clouds"), message=f"the environment has no {cloud} block")


def _residency(spec: Engagement, _: date) -> Iterator[Finding]:
    for number, one in enumerate(spec.data):
        for field, names in (("residency", one.residency), ("dr_residency", one.dr_residency)):
            for at, name in enumerate(names):
                if not places.known(name):
                    yield Finding(where=("data", number, field, at), message=f"{name!r} is no place that is known: eu, us, a country group or a region's name")
    used = {store.data_class for environment in spec.environments for store in environment.stores}
    if spec.requirements.recovery_point < SHORTEST_BACKUP_POINT:
        for number, one in enumerate(spec.data):
            if one.name in used and not one.dr_residency:
                yield Finding(where=("data", number), message="a recovery point under one hour needs a second site: give dr_residency")
    demanding = [name for name in spec.requirements.frameworks if name.startswith(GEO_COPY_FRAMEWORKS)]
    for number, one in enumerate(spec.data):
        if demanding and one.name in used and not one.dr_residency:
            yield Finding(where=("data", number), message=f"{', '.join(demanding)} asks for a copy at another site, and there is no dr_residency", fatal=False)


def _places_of_environments(spec: Engagement, _: date) -> Iterator[Finding]:
    for number, environment in enumerate(spec.environments):
        blocks = (
            ("aws", "regions", environment.aws.regions if environment.aws else ()),
            ("azure", "locations", environment.azure.locations if environment.azure else ()),
            ("gcp", "locations", environment.gcp.locations if environment.gcp else ()),
        )
        for cloud, field, names in blocks:
            for at, name in enumerate(names):
                if not places.is_region(cloud, name):
                    yield Finding(where=("environments", number, cloud, field, at), message=f"{name!r} is not a region of {cloud} that is known")


def _break_glass(spec: Engagement, _: date) -> Iterator[Finding]:
    held = {one.cloud for one in spec.parties.client.break_glass}
    for cloud in spec.clouds:
        if cloud not in held:
            yield Finding(where=("parties", "client", "break_glass"), message=f"the client has no break-glass identity on {cloud}")


def _waivers(spec: Engagement, today: date) -> Iterator[Finding]:
    for number, waiver in enumerate(spec.waivers):
        issued = waiver.issued or today
        if issued > today:
            yield Finding(where=("waivers", number, "issued"), message=f"{issued} is yet to come; a waiver counts from the day of its decision")
        if waiver.approver == waiver.owner:
            yield Finding(where=("waivers", number, "approver"), message=f"{waiver.approver} owns the waiver and approves it, too", fatal=False)
        if waiver.expires - issued > LONGEST_WAIVER:
            yield Finding(where=("waivers", number, "expires"), message=f"{waiver.expires} is more than {LONGEST_WAIVER.days} days after {issued}")


def _exit_terms(spec: Engagement, _: date) -> Iterator[Finding]:
    """Switching periods of the EU Data Act. source: Regulation (EU) 2023/2854, article 25 (read 2026-11-22)."""
    if "eu-data-act" not in spec.exit.regulations:
        return
    limits = (
        ("notice", spec.exit.notice <= timedelta(days=62), "at most two months (62 days)"),
        ("transition", spec.exit.transition <= timedelta(days=30), "at most 30 days"),
        ("retrieval", spec.exit.retrieval >= timedelta(days=30), "at least 30 days"),
    )
    for field, holds, text in limits:
        if not holds:
            yield Finding(where=("exit", field), message=f"the EU Data Act, article 25, asks for {text}")


def _decisions(spec: Engagement, _: date) -> Iterator[Finding]:
    for number, one in enumerate(spec.exit.decisions):
        if one.id.strip("* ") == "":
            yield Finding(where=("exit", "decisions", number, "id"), message="would decide every path of the kind; name the path")
        if one.party == "incoming" and spec.parties.incoming is None:
            yield Finding(where=("exit", "decisions", number, "party"), message="there is no incoming party")


def _state(spec: Engagement, _: date) -> Iterator[Finding]:
    state = spec.state
    if state is None:
        return
    if not state.backend.startswith(BACKENDS):
        yield Finding(where=("state", "backend"), message=f"{state.backend!r} is no backend's URL; one begins with {', '.join(BACKENDS)}")
    if state.secrets_provider not in SECRETS_WORDS and not state.secrets_provider.startswith(SECRETS_PROVIDERS):
        known = ", ".join((*SECRETS_PROVIDERS, *sorted(SECRETS_WORDS)))
        yield Finding(where=("state", "secrets_provider"), message=f"{state.secrets_provider!r} is no secrets provider that is known: {known}")
    theirs = spec.parties.provider.identities
    marks = {*theirs.aws.accounts, *theirs.gcp.projects, *theirs.gcp.project_numbers}
    for field, url, owner in (("backend", state.backend, state.owner), ("secrets_provider", state.secrets_provider, state.secrets_owner)):
        named = next((one for one in sorted(marks) if one in re.split(r"[/:?&=@]", url)), None)
        if owner == "client" and named is not None:
            yield Finding(where=("state", field), message=f"is said to be the client's and names {named}, which is the provider's")
    if "provider" in {state.owner, state.secrets_owner} and not state.rekey:
        yield Finding(where=("state", "rekey"), message="what is the provider's has to be handed over and re-keyed at the exit: say how", fatal=False)


RULES: tuple[Rule, ...] = (_term, _names, _grants, _stores, _residency, _places_of_environments, _break_glass, _waivers, _state, _exit_terms, _decisions)
