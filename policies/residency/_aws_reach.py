"""Where streams, links and shares of AWS lead: ARNs by their own kind of resource, web addresses, and the accounts of other parties."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from handoff import places
from handoff.controls.destinations import is_foreign, judged, lead
from handoff.controls.frameworks import Maps
from handoff.controls.model import fail, unknown
from handoff.controls.region import cloud_of, effective
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

MAPS = Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
REACH_MAPS = Maps(nist="~AC-4 AC-21 SA-9(5)", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
ALSO = ("gdpr 44",)

BUCKET = "aws:s3/bucket:Bucket"
BUCKETS = (BUCKET, "aws:s3/bucketV2:BucketV2")
_NO_PLACE = ("aws:iam/", "aws:kms/")
"""Types that stand beside a destination in a property and are none themselves."""
_AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".on.aws", ".api.aws")
_CLOUD_HOSTS = (".windows.net", ".azure.com", ".azure.net", ".azurewebsites.net", ".azure-api.net", ".googleapis.com", ".run.app", ".cloudfunctions.net")
_AWS_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_BLOB = re.compile(r"([a-z0-9]{3,24})\.(?:blob|dfs|file|queue|table)\.core\.windows\.net")
_ACCOUNT = re.compile(r"\d{12}")


def sent(resource: Resource, stack: Stack, context: Context, what: str, paths: tuple[str, ...], *kinds: str, is_copy: bool = False) -> Iterator[Finding]:
    """Findings for every ARN or name at these paths. `kinds`: the types that can stand there; none = any that has a place.

    Values that come only at the update are told by the resources that they were made from, unless there are more values than such resources.
    """
    tops = dict.fromkeys(path.split(".", 1)[0].split("[", 1)[0] for path in paths)
    for top in tops:
        mine = [path for path in paths if path.split(".", 1)[0].split("[", 1)[0] == top]
        values = dict(found for path in mine for found in resource.each(path))
        seen = _narrowed(resource, stack, top, kinds)
        made = stack.linked(seen, top)
        later = [at for at, value in values.items() if not isinstance(value, str) or not value]
        for at, value in values.items():
            if at not in later:
                yield from named(seen, stack, context, what, at, value, is_copy=is_copy)
        if later and len(made) >= len(later):
            yield from _made(resource, context, what, later[0], made, is_copy=is_copy)
        else:
            for at in later:
                yield unknown(f"where it goes {LATER}", at)


def _narrowed(resource: Resource, stack: Stack, top: str, kinds: tuple[str, ...]) -> Resource:
    """The same resource, its links at one property reduced to those that can be the destination."""
    linked = stack.linked(resource, top)
    fits = [one for one in linked if (one.type in kinds if kinds else cloud_of(one.type) == "aws" and not one.type.startswith(_NO_PLACE))]
    return replace(resource, links={**resource.links, top: tuple(one.urn for one in fits)})


def named(seen: Resource, stack: Stack, context: Context, what: str, at: str, value: object, *, is_copy: bool) -> Iterator[Finding]:
    """Findings for one ARN or name, which need not stand in the resource as it is."""
    place = lead(replace(seen, links={}), stack, context, at, value)
    if place.region is UNKNOWN:
        place = lead(seen, stack, context, at, value)
    if place.account and is_foreign(place.account, "aws", context):
        yield fail(f"{what} {place.name}, which is in account {place.account}: none of the client's", at)
    elif place.region is UNKNOWN:
        yield unknown(f"where {place.name} is, neither the stack nor environments[].elsewhere of the spec tells", at)
    else:
        yield from judged(seen, context, place.region, at, what, cloud="aws", is_copy=is_copy)


def _made(resource: Resource, context: Context, what: str, at: str, made: tuple[Resource, ...], *, is_copy: bool) -> Iterator[Finding]:
    for region in dict.fromkeys(region_of(one) for one in made):
        if region is None:
            yield unknown(f"where it goes {LATER}", at)
        else:
            yield from judged(resource, context, region, at, what, cloud="aws", is_copy=is_copy)


def region_of(resource: Resource) -> str | None:
    """The region that a resource ends up in; None when it is not known."""
    place = effective(resource)
    return place.region if place is not None and isinstance(place.region, str) else None


def addressed(resource: Resource, stack: Stack, context: Context, what: str, path: str, *, is_copy: bool = False) -> Iterator[Finding]:
    """Findings for every web address, host or mail address at a path. A third party's fails unless the spec says where it is."""
    for at, value in resource.each(path):
        if not isinstance(value, str) or not value:
            yield unknown(f"where it goes {LATER}", at)
            continue
        host = _host(value)
        told = _told(context, value, host)
        if told is not None:
            yield from judged(resource, context, told[1], at, what, cloud=told[0], is_copy=is_copy)
        elif not context.global_service(resource, host):
            yield from _unlisted(resource, stack, context, what, at, host, is_copy=is_copy)


def _unlisted(resource: Resource, stack: Stack, context: Context, what: str, at: str, host: str, *, is_copy: bool) -> Iterator[Finding]:
    blob = _BLOB.fullmatch(host)
    if host.endswith(_AWS_HOSTS):
        regions = [label for label in host.split(".") if _AWS_REGION.fullmatch(label)]
        if regions:
            yield from judged(resource, context, regions[-1], at, what, cloud="aws", is_copy=is_copy)
        else:
            yield unknown(f"{host} carries no region, and environments[].elsewhere of the spec does not tell it", at)
    elif blob:
        place = lead(resource, stack, context, at, blob[1], cloud="azure")
        if place.region is UNKNOWN:
            yield unknown(f"where storage account {blob[1]} is, neither the stack nor environments[].elsewhere of the spec tells", at)
        else:
            yield from judged(resource, context, place.region, at, what, cloud="azure", is_copy=is_copy)
    elif host.endswith(_CLOUD_HOSTS) or _is_private(host) or is_clients(context, host):
        yield unknown(f"where {host} is, environments[].elsewhere of the spec does not tell", at)
    else:
        yield fail(f"{what} {host}, which is a third party's: environments[].elsewhere of the spec does not say where it keeps data", at)


def is_clients(context: Context, host: str) -> bool:
    """Whether a host lies in a domain that the spec gives to the client."""
    return any(host == name or host.endswith(f".{name}") for name in context.engagement.parties.client.identities.domains)


def _told(context: Context, value: str, host: str) -> tuple[str, str] | None:
    """Cloud and region that the spec gives for an address."""
    for cloud in places.CLOUDS:
        region = context.elsewhere(cloud, value) or context.elsewhere(cloud, host)
        if region:
            return cloud, region
    return None


def _host(value: str) -> str:
    """The host of a web address, of a JDBC address, of a mail address, or the text itself."""
    text = value.strip().lower().removeprefix("jdbc:")
    if "@" in text and "//" not in text:
        return text.rpartition("@")[2]
    try:
        return urlsplit(text if "//" in text else f"//{text}").hostname or text
    except ValueError:
        return text


def _is_private(host: str) -> bool:
    """A private address, or a name that no public server answers to."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local"))


def accounts(resource: Resource, context: Context, what: str, path: str) -> Iterator[Finding]:
    """Findings for every account at a path, given by number or inside an ARN: those that are none of the client's fail."""
    for at, value in resource.each(path):
        text = str(value) if isinstance(value, str | int) else ""
        parts = text.split(":")
        account = parts[4] if len(parts) > 5 else text.zfill(12) if text.isdigit() else text
        if text == "*":
            yield fail(f"{what} everybody", at)
        elif _ACCOUNT.fullmatch(account):
            if is_foreign(account, "aws", context):
                yield fail(f"{what} account {account}, which is none of the client's", at)
        elif not text.endswith(".amazonaws.com"):
            yield unknown(f"which account {LATER}" if value is UNKNOWN else f"{text or 'the value'} names no account", at)
