"""Where data on Google Cloud lies: what a location, a named configuration or a reference stands for.

The names of multi-regions mean different regions in different services: `eur5` of Cloud Storage is not `eur5` of Spanner. So each service
has its own table here where it needs one, and every member region is judged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.frameworks import Maps
from handoff.controls.model import Verdict, fail, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, ResourceRule
    from handoff.controls.resource import Resource, Stack

LIVES = Maps(nist="~SA-9(5) AC-4", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
"""Clauses for where data lives and is copied to."""
SENT = Maps(nist="~AC-4 AC-21 SA-9(5)", hipaa="~308(b)(1)", soc2="~C1.1 CC6.7", iso="~A.5.23 A.5.31")
"""Clauses for where data is sent to or served from."""
TRANSFER = ("gdpr 44",)

BUCKET = "gcp:storage/bucket:Bucket"
DATASET = "gcp:bigquery/dataset:Dataset"
TOPIC = "gcp:pubsub/topic:Topic"

SPANNER: Mapping[str, tuple[str, ...]] = {
    # source: https://cloud.google.com/spanner/docs/instance-configurations (read 2026-11-22); witness regions count, `us` stands for regions of the United States
    "asia1": ("asia-northeast1", "asia-northeast2", "asia-northeast3"),
    "asia2": ("asia-south1", "asia-south2", "asia-southeast1"),
    "eur3": ("europe-west1", "europe-west4", "europe-north1"),
    "eur5": ("europe-west2", "europe-west1", "europe-west4"),
    "eur6": ("europe-west4", "europe-west3", "europe-west6"),
    "eur7": ("europe-west8", "europe-west3", "europe-west12"),
    **{f"nam{number}": ("us",) for number in (3, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16)},
    "nam14": ("us-east4", "northamerica-northeast1", "us-east1"),
    "nam-eur-asia1": ("us", "europe-west1", "asia-east1"),
    "nam-eur-asia3": ("us", "europe-west1", "europe-west4", "asia-east1"),
    "dual-region-australia1": ("australia-southeast1", "australia-southeast2"),
    "dual-region-canada1": ("northamerica-northeast1", "northamerica-northeast2"),
    "dual-region-germany1": ("europe-west10", "europe-west3"),
    "dual-region-india1": ("asia-south1", "asia-south2"),
    "dual-region-japan1": ("asia-northeast1", "asia-northeast2"),
}
"""Regions that each configuration of Spanner keeps data or votes in."""
DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    # source: https://cloud.google.com/firestore/docs/locations (read 2026-11-22)
    "eur3": ("europe-west1", "europe-west4", "europe-north1"),
    "nam5": ("us",),
    "nam7": ("us",),
    # The two regions that App Engine calls by a shorter name. source: https://cloud.google.com/appengine/docs/standard/locations (read 2026-11-22)
    "europe-west": ("europe-west1",),
    "us-central": ("us-central1",),
}
"""Regions behind the location ids of Firestore and App Engine."""
_PLACE = re.compile(r"/(?:regions|locations|zones)/([a-z0-9-]+)")
_PROJECT = re.compile(r"(?:^|/)projects/([^/]+)")
_OWN_NAMES = ("name", "datasetId", "clusterId", "instanceId", "backupVaultId")


def lies(
    resource: Resource,
    context: Context,
    region: object,
    path: str,
    what: str,
    *,
    is_copy: bool = False,
    service: str = "",
    members: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[Finding]:
    """Findings for one location. `service`: its name among `global_services`, which make `global` right. `members`: what names stand for."""
    name = region.strip().lower() if isinstance(region, str) else ""
    if name == "global" and service and context.global_service(resource, service):
        return
    inside = (members or {}).get(name)
    if inside is None:
        yield from judged(resource, context, region, path, what, cloud="gcp", is_copy=is_copy)
        return
    said = [one for member in inside for one in judged(resource, context, member, path, f"{what} {name}, that is", cloud="gcp", is_copy=is_copy)]
    bad = [one for one in said if one.verdict is Verdict.FAIL]
    yield from bad[:1] or said[:1]


def named(
    path: str,
    what: str,
    *,
    is_copy: bool = False,
    unset: str = "",
    default: str = "",
    service: str = "",
    members: Mapping[str, tuple[str, ...]] | None = None,
) -> ResourceRule:
    """Every location at a path is allowed. `unset`: what is wrong when none stands there; `default`: the location that the service then takes."""

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        values = list(resource.each(path))
        for at, value in values:
            yield from lies(resource, context, value, at, what, is_copy=is_copy, service=service, members=members)
        plain = path.removesuffix("[*]")
        if not values and unset:
            yield fail(unset, plain)
        elif not values and default:
            yield from lies(resource, context, default, plain, f"names no {plain} and so {what}", is_copy=is_copy, service=service, members=members)

    return rule


def at_home(resource: Resource, context: Context, what: str, *, is_copy: bool = False, service: str = "") -> Iterator[Finding]:
    """Findings for the resource's own place, or its provider's where it names none."""
    place = effective(resource)
    if place is None or place.region is None:
        yield unknown("neither it nor its provider names a region")
    else:
        yield from lies(resource, context, place.region, place.origin if place.is_own else "", what, is_copy=is_copy, service=service)


def home(what: str, *, is_copy: bool = False, service: str = "") -> ResourceRule:
    """The same as a rule."""

    def rule(resource: Resource, context: Context) -> Iterator[Finding]:
        yield from at_home(resource, context, what, is_copy=is_copy, service=service)

    return rule


def spread(resource: Resource, context: Context, places: Iterable[tuple[str, object]], what: str) -> Iterator[Finding]:
    """Findings for equal copies: each lies where a copy may, and at least one where the data may live."""
    places = list(places)
    said = [one for at, region in places for one in lies(resource, context, region, at, what, is_copy=True)]
    yield from said
    if not places or any(one.verdict in {Verdict.FAIL, Verdict.UNKNOWN} for one in said):
        return
    if all(any(one.verdict is Verdict.FAIL for one in lies(resource, context, region, at, what)) for at, region in places):
        yield fail("has copies in dr_residency alone and none where the data may live", places[0][0])


def follow(resource: Resource, stack: Stack, context: Context, path: str, what: str, kinds: tuple[str, ...], *, is_copy: bool = True) -> Iterator[Finding]:
    """Findings for every reference at a path, which names a resource of one of these types."""
    for at, value in resource.each(path):
        yield from lead(resource, stack, context, at, value, what, kinds, is_copy=is_copy)


def lead(
    resource: Resource, stack: Stack, context: Context, path: str, value: object, what: str, kinds: tuple[str, ...], *, is_copy: bool = True
) -> Iterator[Finding]:
    """Findings for one reference: by its project, by the spec's `elsewhere`, by the place in its name, else by the stack."""
    name = value if isinstance(value, str) else ""
    owner = _PROJECT.search(name)
    if owner and owner[1] in context.engagement.parties.provider.identities.gcp.projects:
        yield fail(f"{what} {name}, in the provider's project {owner[1]}", path)
        return
    last = re.split(r"[/:]", name.rstrip("/"))[-1]
    given = context.elsewhere("gcp", name) or context.elsewhere("gcp", last) if name else None
    written = _PLACE.search(f"/{name.lower()}")
    if given or written:
        place = given or (written[1] if written else "")
        yield from judged(resource, context, place, path, f"{what} {last} in", cloud="gcp", is_copy=is_copy)
        return
    made = [one for one in stack.linked(resource, path) if one.type in kinds]
    if name:
        called = [one for one in stack.of(*kinds) if any(_tail(one.inputs.get(key)) == last for key in _OWN_NAMES)]
        made = called or made
    if not made:
        yield unknown(f"where {name} is, neither the stack nor environments[].elsewhere of the spec tells" if name else f"where it goes {LATER}", path)
    for one in made:
        regions = regions_of(one)
        if not regions:
            yield fail(f"{what} {one.name}, which has no storage policy: Google may keep its messages in any region", path)
        for region in regions:
            yield from judged(resource, context, region, path, f"{what} {one.name} in", cloud="gcp", is_copy=is_copy)


def regions_of(resource: Resource) -> tuple[object, ...]:
    """Where a resource of the stack keeps data, with what its service does when nothing is named; empty = a topic without bounds."""
    if resource.type == TOPIC:
        return tuple(value for _, value in resource.each("messageStoragePolicy.allowedPersistenceRegions[*]"))
    if resource.type in {BUCKET, DATASET}:
        pair = tuple(value for _, value in resource.each("customPlacementConfig.dataLocations[*]")) if resource.type == BUCKET else ()
        location = resource.get("location")
        return pair or ("us" if location is None else location,)
    place = effective(resource)
    return (UNKNOWN if place is None or isinstance(place.region, Unknown | None) else place.region,)


def _tail(name: object) -> str | None:
    """The last part of a resource's own name."""
    return name.rstrip("/").rsplit("/", 1)[-1] if isinstance(name, str) and name else None
