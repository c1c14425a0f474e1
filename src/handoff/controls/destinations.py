"""Where a reference leads: the region of what a property names, by the stack, by the name itself, or by what the spec says of it.

An ARN of S3 carries no region and an id that the cloud gives at the update carries nothing: what cannot be told is UNKNOWN.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff import places
from handoff.controls.model import fail, passed, unknown
from handoff.controls.region import cloud_of, effective
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

_GCP_PLACE = re.compile(r"/(?:regions|locations|zones)/([a-z0-9-]+)")
_NAMES = ("bucket", "name", "accountName", "serverName", "vaultName", "workspaceName", "virtualNetworkName", "resourceGroupName", "datasetId", "registryName")
"""Input properties that hold a resource's own name."""
_NO_DESTINATIONS = (
    "aws:kms/",
    "aws:iam/",
    "azure-native:keyvault:",
    "azure-native:managedidentity:",
    "azure-native:authorization:",
    "gcp:kms/",
    "gcp:serviceaccount/",
)
_AWS_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where something goes."""

    region: str | Unknown
    """UNKNOWN: it cannot be told."""
    account: str = ""
    """AWS account, Azure subscription or Google project that the name carries; empty = none."""
    name: str = ""


def judged(resource: Resource, context: Context, region: object, path: str, what: str, *, cloud: str = "", is_copy: bool = True) -> Iterator[Finding]:
    """Findings for one region, multi-region or zone by name. `what` completes "<resource> ... REGION", such as `copies to`.

    Yields nothing when it is allowed; a pass with its reason when `dr_residency` alone allows it.
    """
    cloud = cloud or cloud_of(resource.type) or ""
    if not isinstance(region, str) or not region:
        yield unknown(f"where it goes {LATER}" if isinstance(region, Unknown) else "names no region, so where it goes is not known", path)
        return
    name = _without_zone(cloud, region)
    forbidden = context.forbids(resource, cloud, name, is_copy=is_copy)
    if forbidden is not None:
        yield fail(f"{what} {region}; {forbidden.why}", path, data_class=forbidden.data_class)
        return
    recovery = context.only_for_recovery(resource, cloud, name) if is_copy else None
    if recovery is not None:
        yield passed(f"{what} {region}, which dr_residency of class {recovery.name} allows: the distant copy that a framework asks for, inside its bounds")


def followed(resource: Resource, stack: Stack, context: Context, path: str, what: str, *, cloud: str = "", is_copy: bool = True) -> Iterator[Finding]:
    """Findings for every reference at a path: the region it leads to, and on AWS the account.

    Links are kept by property, not by item: with more values unknown than there are resources linked, nobody can tell which is which.
    """
    values = list(resource.each(path))
    later = sum(value is UNKNOWN for _, value in values)
    for at, value in values:
        if value is UNKNOWN and later > len([one for one in stack.linked(resource, at) if _may_receive(one.type)]):
            yield unknown(f"where it goes {LATER}", at)
            continue
        place = lead(resource, stack, context, at, value, cloud=cloud)
        if place.account and is_foreign(place.account, cloud or cloud_of(resource.type) or "", context):
            yield fail(f"{what} {place.name or place.account}, which is in {place.account}: none of the client's", at)
        elif isinstance(place.region, Unknown):
            told = f"where {place.name} is, neither the stack nor environments[].elsewhere of the spec tells" if place.name else f"where it goes {LATER}"
            yield unknown(told, at)
        else:
            yield from judged(resource, context, place.region, at, what, cloud=cloud, is_copy=is_copy)


def lead(resource: Resource, stack: Stack, context: Context, path: str, value: object, *, cloud: str = "") -> Destination:
    """Where one reference leads. `value` is what stands at `path` of the resource."""
    cloud = cloud or cloud_of(resource.type) or ""
    name = value if isinstance(value, str) else ""
    known = _by_name(cloud, name, context) if name else None
    if known is not None:
        return known
    made = [one for one in stack.linked(resource, path) if cloud_of(one.type) == cloud and _may_receive(one.type)]
    if not made and name:
        made = [one for one in stack.called(_NAMES, re.split(r"[/:]", name.rstrip("/"))[-1]) if cloud_of(one.type) == cloud]
    regions = {place.region for place in map(effective, made) if place is not None and isinstance(place.region, str)}
    if len(regions) == 1 and all(_region_of(one) is not None for one in made):
        return Destination(region=regions.pop(), account=_account(cloud, name), name=name)
    return Destination(region=UNKNOWN, account=_account(cloud, name), name=name)


def is_foreign(account: str, cloud: str, context: Context) -> bool:
    """Whether an AWS account or Azure subscription is none that the spec gives to the client. Google projects are not told apart by name."""
    if cloud == "aws":
        return account not in context.client_accounts
    if cloud == "azure":
        return account.lower() not in {one.azure.subscription.lower() for one in context.engagement.environments if one.azure}
    return False


def _region_of(resource: Resource) -> str | None:
    place = effective(resource)
    return place.region if place is not None and isinstance(place.region, str) else None


def _by_name(cloud: str, name: str, context: Context) -> Destination | None:
    """What the name itself says, or the spec of it."""
    for form in (name, name.rpartition(":")[2] if cloud == "aws" else name, f"arn:aws:s3:::{name}"):
        given = context.elsewhere(cloud, form)
        if given is not None:
            return Destination(region=given, name=name)
    if cloud == "aws" and name.startswith("arn:"):
        parts = name.split(":", 5)
        if len(parts) == 6 and _AWS_REGION.fullmatch(parts[3]):
            return Destination(region=parts[3], account=parts[4] if parts[4].isdigit() else "", name=name)
    if cloud == "gcp":
        found = _GCP_PLACE.search(name if name.startswith("/") else f"/{name}")
        if found:
            return Destination(region=_without_zone("gcp", found[1]), name=name)
    return None


def _may_receive(type_token: str) -> bool:
    """Keys, roles and policies stand in the same property as a destination and are none."""
    return not type_token.startswith(_NO_DESTINATIONS)


def _account(cloud: str, name: str) -> str:
    if cloud == "aws" and name.startswith("arn:"):
        part = name.split(":", 5)[4:5]
        return part[0] if part and part[0].isdigit() else ""
    if cloud == "azure":
        found = re.search(r"/subscriptions/([0-9a-fA-F-]{36})/", f"{name}/")
        return found[1] if found else ""
    return ""


def _without_zone(cloud: str, name: str) -> str:
    """A Google zone's region; an AWS availability zone's region; else the name itself."""
    lowered = name.strip().lower()
    if cloud == "gcp":
        head, _, tail = lowered.rpartition("-")
        return head if len(tail) == 1 and places.is_region("gcp", head) else lowered
    if cloud == "aws" and lowered[-1:].isalpha() and places.is_region("aws", lowered[:-1]):
        return lowered[:-1]
    return name
