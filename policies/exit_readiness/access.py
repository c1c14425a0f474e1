"""Every way in can be found and ended, and what works until somebody ends it has a reason."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from handoff.controls.frameworks import Maps
from handoff.controls.model import Category, Control, Severity, fail, not_applicable, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER
from handoff.model import Party

from . import _aws_types, _azure_types, _gcp_types, _openings
from ._ways import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource

    from ._ways import LongLived, Way

LONG_LIVED: Mapping[str, LongLived] = {**_aws_types.LONG_LIVED, **_azure_types.LONG_LIVED, **_gcp_types.LONG_LIVED}
LONGEST = timedelta(days=90)
"""What lasts no longer needs no reason; the same bound as for a standing writing role in a spec."""
REASONS = ("handoff:reason", "handoff-reason", "handoff_reason")
"""Tag and label keys of a reason; Google's labels take no colon."""


def covered(resource: Resource, context: Context) -> Iterator[Finding]:
    """Some kind finds and ends what this resource opens; what only a service of the cloud is let in by needs none."""
    if resource.type in context.opens:
        return
    ways = [one for one in _openings.ACCESS.get(resource.type, ()) if not _is_covered(one, context)]
    if not ways:
        return
    if any(one.form in {Form.IDENTITY, Form.SECRET} for one in ways):
        yield fail("opens a way in, and no kind of access path finds and ends ways of this type")
        return
    unsure = None
    for one in _openings.read(resource, context):
        if one.way not in ways or one.party is Party.CLOUD_SERVICE:
            continue
        if not isinstance(one.holder, Unknown):
            yield fail(f"lets in {one.holder}, and no kind of access path finds and ends ways of this type", one.path)
            return
        unsure = unsure or one
    if unsure is not None:
        yield unknown(f"no kind of access path covers this type, and who is let in is not known: {unsure.why}", unsure.path)


def _is_covered(way: Way, context: Context) -> bool:
    return bool(way.covered_as) and all(one in context.opens for one in way.covered_as)


def reasoned(resource: Resource, context: Context) -> Iterator[Finding]:
    """A lasting credential is short, or has a reason on itself or in a grant."""
    kept = LONG_LIVED.get(resource.type)
    if kept is None:
        return
    if kept.on_when is not None:
        path, bad, default = kept.on_when
        value = resource.get(path)
        if value is UNKNOWN:
            yield unknown(f"whether it allows {kept.what}: {path} {LATER}", path)
            return
        if (default if value is None else value) is not bad:
            yield not_applicable(f"allows no {kept.what}")
            return
    life = _life(resource, kept, context)
    if life is not None and not isinstance(life, Unknown) and life <= LONGEST:
        return
    reason = _reason(resource, kept, context)
    if isinstance(life, Unknown) or isinstance(reason, Unknown):
        if reason is not True:
            yield unknown("how long it lasts, or the reason for it, is not known before the update", kept.ends or kept.tags)
    elif not reason:
        lasts = "until somebody ends it" if life is None else f"for {life.days} days"
        where = f"the tag {REASONS[0]} or the purpose of a grant" if kept.tags else "the purpose of a grant, which has to name this resource"
        yield fail(f"makes {kept.what} to last {lasts}, without a reason in {where}", kept.ends or kept.tags)


def _life(resource: Resource, kept: LongLived, context: Context) -> timedelta | Unknown | None:
    """How long it works; None = until somebody ends it, or as long as the service's default."""
    start, end = (resource.get(path) if path else None for path in (kept.starts, kept.ends))
    if start is UNKNOWN or end is UNKNOWN:
        return UNKNOWN
    last = _openings.day(end) if isinstance(end, str) else None
    if last is not None:
        first = _openings.day(start) if isinstance(start, str) else None
        return last - (first or context.today)
    lasts = resource.get(kept.lasts) if kept.lasts else None
    if lasts is UNKNOWN:
        return UNKNOWN
    hours = _openings.as_hours(lasts)
    return None if hours is None else timedelta(hours=hours)


def _reason(resource: Resource, kept: LongLived, context: Context) -> bool | Unknown:
    cloud = _openings.CLOUDS[resource.type.split(":", 1)[0]]
    grants = (one for one in context.engagement.access if context.environment.name in one.environments and cloud in one.clouds)
    if any(_names(one.purpose, resource.name) for one in grants):
        return True
    tags = resource.get(kept.tags) if kept.tags else None
    if tags is UNKNOWN:
        return UNKNOWN
    if not isinstance(tags, dict):
        return False
    said = next((tags[key] for key in REASONS if key in tags), None)
    return UNKNOWN if said is UNKNOWN else isinstance(said, str) and bool(said.strip())


def _names(purpose: str, name: str) -> bool:
    """Whether a purpose names a resource and says more than that; part of a word is no name."""
    words = re.findall(r"[\w.-]+", purpose.lower())
    return len(words) > 1 and name.lower() in {one.strip(".") for one in words}


CONTROLS = (
    Control(
        id="exit-access-kind",
        title="Every way in can be found and ended",
        why="Access of a kind that no sweep looks for would be reported as absent.",
        fix="Use a kind of access that a sweep covers, or add a kind.",
        blind="Types of other providers than the four SDKs, networks that are peered or joined by VPN, and what is opened by hand or by a program inside.",
        source="https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final (read 2026-11-22)",
        maps=Maps(nist="AC-2 PS-7", iso="A.5.18"),
        category=Category.EXIT,
        reads=_openings.reads(),
        evaluate=covered,
        snippet="""\
import json

import pulumi_aws as aws

trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "backup.amazonaws.com"}}
aws.iam.Role("backups", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
""",
    ),
    Control(
        id="exit-long-lived",
        title="A credential that works until somebody ends it has a reason",
        why="Keys and passwords without an end are what a provider still holds after the exit.",
        fix="Use a role or federation; else end it within 90 days, or give the tag handoff:reason, or a grant whose purpose names the resource.",
        blind="Whether the reason is a good one, and credentials that are made by hand.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html (read 2026-11-22)",
        maps=Maps(nist="IA-5 AC-2(3)", iso="A.5.17 A.5.18"),
        severity=Severity.HIGH,
        category=Category.EXIT,
        reads={token: one.reads for token, one in LONG_LIVED.items()},
        evaluate=reasoned,
        snippet="""\
import pulumi_azuread as azuread

app = azuread.Application("reports", display_name="reports")
azuread.ApplicationPassword("reports", application_id=app.id, end_date_relative="2160h")
""",
    ),
)
