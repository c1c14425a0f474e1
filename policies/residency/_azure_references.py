"""Where a reference to another Azure resource leads: to which resource of the stack, and to the region of that one or of what holds it.

The last part of a resource id is a child's name as often as a region-bearing resource's, and a child has no location of its own,
so a reference is followed only to the types that a property can name, and a child to its parent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.controls.destinations import is_foreign, judged
from handoff.controls.model import Verdict, fail, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule
    from handoff.controls.resource import Resource, Stack

STORAGE = "azure-native:storage:StorageAccount"
WORKSPACE = "azure-native:operationalinsights:Workspace"
EVENT_HUBS = "azure-native:eventhub:Namespace"
EVENT_HUB = "azure-native:eventhub:EventHub"
EVENT_RULE = "azure-native:eventhub:NamespaceAuthorizationRule"
SERVICE_BUS = "azure-native:servicebus:Namespace"
BUS_RULE = "azure-native:servicebus:NamespaceAuthorizationRule"
SQL_SERVER = "azure-native:sql:Server"
SQL_INSTANCE = "azure-native:sql:ManagedInstance"
SQL_DATABASE = "azure-native:sql:Database"
POSTGRES = "azure-native:dbforpostgresql:Server"
MYSQL = "azure-native:dbformysql:Server"
MONGO = "azure-native:mongocluster:MongoCluster"
NETWORK = "azure-native:network:VirtualNetwork"
DISK = "azure-native:compute:Disk"
SNAPSHOT = "azure-native:compute:Snapshot"
REDIS = "azure-native:redisenterprise:RedisEnterprise"
REDIS_DATABASE = "azure-native:redisenterprise:Database"
FABRIC = "azure-native:recoveryservices:ReplicationFabric"
VOLUME = "azure-native:netapp:CapacityPoolVolume"
AI_ACCOUNT = "azure-native:cognitiveservices:Account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How resources of a type are recognised, and what tells their region."""

    name: str
    """The input that holds its own name."""
    parent: str = ""
    """For a child: the type that it lives in."""
    by: str = ""
    """For a child: the input that names the parent."""
    location: str = "location"


KINDS: Mapping[str, Kind] = {
    STORAGE: Kind(name="accountName"),
    WORKSPACE: Kind(name="workspaceName"),
    EVENT_HUBS: Kind(name="namespaceName"),
    EVENT_HUB: Kind(name="eventHubName", parent=EVENT_HUBS, by="namespaceName"),
    EVENT_RULE: Kind(name="authorizationRuleName", parent=EVENT_HUBS, by="namespaceName"),
    SERVICE_BUS: Kind(name="namespaceName"),
    BUS_RULE: Kind(name="authorizationRuleName", parent=SERVICE_BUS, by="namespaceName"),
    SQL_SERVER: Kind(name="serverName"),
    SQL_INSTANCE: Kind(name="managedInstanceName"),
    SQL_DATABASE: Kind(name="databaseName", parent=SQL_SERVER, by="serverName"),
    POSTGRES: Kind(name="serverName"),
    MYSQL: Kind(name="serverName"),
    MONGO: Kind(name="mongoClusterName"),
    NETWORK: Kind(name="virtualNetworkName"),
    DISK: Kind(name="diskName"),
    SNAPSHOT: Kind(name="snapshotName"),
    REDIS: Kind(name="clusterName"),
    REDIS_DATABASE: Kind(name="databaseName", parent=REDIS, by="clusterName"),
    FABRIC: Kind(name="fabricName", location="properties.customDetails.location"),
    VOLUME: Kind(name="volumeName"),
    AI_ACCOUNT: Kind(name="accountName"),
}


def looks_at(*kinds: str) -> dict[str, tuple[str, ...]]:
    """What following a reference to these types looks at, for a control's `looks_at`."""
    found: dict[str, tuple[str, ...]] = {}
    for token in kinds:
        kind = KINDS[token]
        found[token] = (kind.by,) if kind.parent else (kind.location,)
    return found


def leads(path: str, what: str, *kinds: str, is_copy: bool = True) -> LinkedRule:
    """Every reference at the path leads to an allowed region, in a subscription of the client's."""

    def rule(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        yield from references(resource, stack, context, path, what, *kinds, is_copy=is_copy)

    return rule


def by_type(rules: Mapping[str, LinkedRule]) -> LinkedRule:
    """One rule per type token, for a control that speaks of several types."""

    def rule(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        yield from rules[resource.type](resource, stack, context)

    return rule


def references(resource: Resource, stack: Stack, context: Context, path: str, what: str, *kinds: str, is_copy: bool = True) -> Iterator[Finding]:
    """Findings for every reference at a path; those that are not known yet are judged together, by what they were made from."""
    later: list[str] = []
    for at, value in resource.each(path):
        if isinstance(value, str) and value:
            yield from _by_text(resource, stack, context, at, value, what, kinds, is_copy=is_copy)
        elif value != "":
            later.append(at)
    if later:
        made = [one for one in stack.linked(resource, path) if one.type in kinds]
        yield from _by_regions(resource, context, [region_of(one, stack) for one in made], later[0], what, len(later), is_copy=is_copy)


def _by_text(resource: Resource, stack: Stack, context: Context, at: str, text: str, what: str, kinds: tuple[str, ...], *, is_copy: bool) -> Iterator[Finding]:
    given = context.elsewhere("azure", text)
    account = subscription(text)
    if given is not None:
        yield from judged(resource, context, given, at, what, cloud="azure", is_copy=is_copy)
    elif account and is_foreign(account, "azure", context):
        yield fail(f"{what} {text}, which is in subscription {account}: none of the client's", at)
    else:
        made = found(resource, stack, context, at, text, kinds)
        if made:
            yield from _by_regions(resource, context, [region_of(one, stack) for one in made], at, what, 1, is_copy=is_copy)
        else:
            yield unknown(f"where {text} is, neither the stack nor environments[].elsewhere of the spec tells", at)


def _by_regions(resource: Resource, context: Context, regions: list[str | Unknown], at: str, what: str, places: int, *, is_copy: bool) -> Iterator[Finding]:
    """Findings for regions of which `places` are surely meant: with more candidates than that, a forbidden one is no proof."""
    distinct = list(dict.fromkeys(one for one in regions if isinstance(one, str)))
    said = [one for region in distinct for one in judged(resource, context, region, at, what, cloud="azure", is_copy=is_copy)]
    failed = [one for one in said if one.verdict is Verdict.FAIL]
    if failed and (len(regions) <= places or len(failed) == len(distinct) == len(set(map(str, regions)))):
        yield from failed
    elif failed or len(regions) < places or any(isinstance(one, Unknown) for one in regions):
        yield unknown(f"where it goes {LATER}", at)
    else:
        yield from said


def found(resource: Resource, stack: Stack, context: Context, at: str, text: str, kinds: tuple[str, ...]) -> list[Resource]:
    """The resources of these types that a known id or plain name may mean: by link, else by name."""
    linked = [one for one in stack.linked(resource, at) if one.type in kinds]
    account = subscription(text)
    here = context.environment.azure
    near = not account or (here is not None and account == here.subscription.lower())
    candidates = linked or (list(stack.of(*(one for one in kinds if not KINDS[one].parent))) if near else [])
    called = [one for one in candidates if _is_called(one, text)]
    return called or (linked if len(linked) == 1 else [])


def _is_called(one: Resource, text: str) -> bool:
    own = one.inputs.get(KINDS[one.type].name)
    group = one.inputs.get("resourceGroupName")
    named = re.search(r"/resourcegroups/([^/]+)", text, re.IGNORECASE)
    if named and isinstance(group, str) and group.lower() != named[1].lower():
        return False
    names = text.rpartition("/providers/")[2].split("/")[2::2] if "/providers/" in text else [text]
    return isinstance(own, str) and own.lower() in {name.lower() for name in names}


def region_of(one: Resource, stack: Stack) -> str | Unknown:
    """The region of a resource; a child's is its parent's."""
    kind = KINDS[one.type]
    if kind.parent:
        parents = stack.made_from(one, kind.by, kind.parent)
        name = one.get(kind.by)
        if not parents and isinstance(name, str):
            parents = tuple(each for each in stack.of(kind.parent) if each.inputs.get(KINDS[kind.parent].name) == name)
        return region_of(parents[0], stack) if len(parents) == 1 else UNKNOWN
    if kind.location != "location":
        value = one.get(kind.location)
        return value if isinstance(value, str) and value else UNKNOWN
    place = effective(one)
    return place.region if place is not None and isinstance(place.region, str) else UNKNOWN


def subscription(text: str) -> str:
    """The subscription that a resource id names, in lower case; empty when it names none."""
    named = re.search(r"/subscriptions/([0-9a-f-]{36})(?:/|$)", text, re.IGNORECASE)
    return named[1].lower() if named else ""
