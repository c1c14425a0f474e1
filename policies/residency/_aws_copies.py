"""What the controls of copies on AWS share: the bucket that a property names, the region of an ARN, copies that a resource pulls into its own region."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.controls.destinations import is_foreign, judged
from handoff.controls.frameworks import Maps
from handoff.controls.model import Verdict, fail, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule
    from handoff.controls.resource import Resource, Stack

BUCKET = "aws:s3/bucket:Bucket"
BUCKET_V2 = "aws:s3/bucketV2:BucketV2"
BUCKETS = (BUCKET, BUCKET_V2)
NAMED_BUCKETS: Mapping[str, tuple[str, ...]] = dict.fromkeys(BUCKETS, ("bucket",))
"""What a rule that looks for a bucket by its name reads."""
KEPT = Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
"""Clauses that ask where data lies."""
SENT = Maps(nist="~AC-4 AC-21 SA-9(5)", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
"""Clauses that ask where data goes and who gets it."""
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d+")


def arn_region(value: object) -> str | None:
    """The region that an ARN carries; None for any other value and for an ARN without one."""
    if not isinstance(value, str) or not value.startswith("arn:"):
        return None
    parts = value.split(":", 5)
    return parts[3] if len(parts) == 6 and _REGION.fullmatch(parts[3]) else None


def own_region(resource: Resource) -> str | Unknown | None:
    """The region that a resource ends up in; None when neither it nor its provider names one."""
    place = effective(resource)
    return place.region if place is not None else None


def own_path(resource: Resource) -> str:
    """`region` when the resource names its region itself, else empty."""
    place = effective(resource)
    return "region" if place is not None and place.is_own else ""


def into_own(resource: Resource, context: Context, what: str, path: str | None = None) -> Iterator[Finding]:
    """Findings for the region in which a resource keeps the copy that it is. `what` completes "<resource> ... REGION"."""
    yield from judged(resource, context, own_region(resource), own_path(resource) if path is None else path, what)


def taken_from(resource: Resource, context: Context, region: object, path: str, what: str = "is copied from") -> Iterator[Finding]:
    """Findings for the region that a copy is taken from. That it is allowed is no news."""
    yield from (one for one in judged(resource, context, region, path, what) if one.verdict is not Verdict.PASS)


def from_region(resource: Resource, context: Context, region: object, path: str, what: str = "is copied from") -> Iterator[Finding]:
    """Findings for the region that a copy is taken from and the one that it ends up in; nothing when both are one."""
    own = own_region(resource)
    if isinstance(region, str) and region == own:
        return
    yield from taken_from(resource, context, region, path, what)
    if isinstance(region, str) and region:
        yield from judged(resource, context, own, path, f"copies from {region} to")


def from_arn(resource: Resource, context: Context, path: str) -> Iterator[Finding]:
    """Findings for the region that the ARN of a source carries; nothing where it carries none or is not known."""
    for at, value in resource.each(path):
        region = arn_region(value)
        if region is not None:
            yield from taken_from(resource, context, region, at)


def accounts(resource: Resource, context: Context, path: str, what: str) -> Iterator[Finding]:
    """Findings for every account at a path that is none of the client's. `what` completes "<resource> ... ACCOUNT"."""
    for at, value in resource.each(path):
        if value is UNKNOWN:
            yield unknown(f"which account {LATER}", at)
        elif not isinstance(value, str) or is_foreign(value, "aws", context):
            yield fail(f"{what} {'everybody' if value == 'all' else value}, which is no account of the client's", at)


def to_bucket(path: str, what: str) -> LinkedRule:
    """Every bucket that a path names by name or ARN lies where copies may. `what` completes "<resource> ... BUCKET"."""

    def rule(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        for at, value in resource.each(path):
            yield from bucket(resource, stack, context, at, value, what)

    return rule


def bucket(resource: Resource, stack: Stack, context: Context, at: str, value: object, what: str) -> Iterator[Finding]:
    """Findings for one bucket: its region by the name itself, the spec, or the bucket of this stack."""
    name = _name(value)
    told = _told(context, value, name) if isinstance(value, str) and name else None
    if told is not None:
        yield from judged(resource, context, told, at, f"{what} {name} in")
        return
    made = _made(resource, stack, at, name)
    if not made:
        where = f"{what} {name}: neither the stack nor environments[].elsewhere of the spec tells its region" if name else f"which bucket it goes to {LATER}"
        yield unknown(where, at)
    for one in made:
        yield from judged(resource, context, own_region(one), at, f"{what} {name or one.name} in")


def _name(value: object) -> str:
    return re.split(r"[:/]", value)[-1] if isinstance(value, str) else ""


def _told(context: Context, value: str, name: str) -> str | None:
    given = (context.elsewhere("aws", form) for form in dict.fromkeys((value, name, f"arn:aws:s3:::{name}")))
    return next(filter(None, given), None) or arn_region(value)


def _made(resource: Resource, stack: Stack, at: str, name: str) -> list[Resource]:
    """The stack's buckets of a name, else those that the property was made from and that do not bear another; one for each region."""
    found = [one for one in stack.of(*BUCKETS) if name and one.get("bucket") == name]
    if not found:
        linked = (one for one in stack.linked(resource, at) if one.type in BUCKETS)
        found = [one for one in linked if not name or not isinstance(one.get("bucket"), str)]
    return list({repr(own_region(one)): one for one in found}.values())
