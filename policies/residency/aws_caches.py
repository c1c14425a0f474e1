"""In-memory stores on AWS: the regions that a global datastore spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.destinations import judged
from handoff.controls.model import Category, Control, fail, not_applicable, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._aws_reach import ALSO, MAPS, region_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

GLOBAL_GROUP = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup"
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
MULTI_REGION = "aws:memorydb/multiRegionCluster:MultiRegionCluster"
CLUSTER = "aws:memorydb/cluster:Cluster"
JOINS = {GROUP: "globalReplicationGroupId", CLUSTER: "multiRegionClusterName"}
"""The property by which a member names the whole that it joins."""
MEMBER = {GLOBAL_GROUP: GROUP, MULTI_REGION: CLUSTER}
NAME = {GLOBAL_GROUP: "id", MULTI_REGION: "name"}
"""The property of the whole that a member repeats."""


def spans(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The members of a whole, or the region of a member."""
    if resource.type in MEMBER:
        yield from _whole(resource, stack, context)
    else:
        yield from _member(resource, context)


def _whole(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    kind = MEMBER[resource.type]
    members, certain = stack.settings_of(resource, kind, JOINS[kind], identity=NAME[resource.type])
    if resource.type == GLOBAL_GROUP:
        members = (*members, *stack.made_from(resource, "primaryReplicationGroupId", GROUP))
        joined = len(members) - len(stack.made_from(resource, "primaryReplicationGroupId", GROUP))
    else:
        joined = len(members)
    for one in members:
        region = region_of(one)
        if region is None:
            yield unknown(f"where its member {one.name} lives {LATER}")
        else:
            yield from judged(resource, context, region, "", f"has its member {one.name} in")
    if not certain:
        yield unknown("which regions it spans is not known: a member names what it joins only at the update")
    elif not joined:
        yield fail("copies its data to every region that joins it, and the stack shows no member: where the copies lie is out of its hands")


def _member(resource: Resource, context: Context) -> Iterator[Finding]:
    path = JOINS[resource.type]
    joins = resource.get(path)
    if joins in (None, ""):
        yield not_applicable("belongs to no datastore of several regions")
        return
    place = effective(resource)
    region = place.region if place is not None else None
    found = list(judged(resource, context, UNKNOWN if region is None else region, path, "joins a datastore of several regions from"))
    if joins is UNKNOWN and any(one.verdict == "fail" for one in found):
        yield unknown(f"{path} {LATER}, and it lives outside the regions that its data may be copied to", path)
    else:
        yield from found


CONTROLS = (
    Control(
        id="residency-aws-cache-global",
        title="Datastores of several regions have all their members in allowed regions",
        why="Every write to a global datastore is copied to the cluster of each other region that has joined it.",
        fix="Drop the global datastore, or declare every member in this stack with region set to one inside residency or dr_residency.",
        blind="Members that another stack adds later: they are judged there, not here.",
        source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastore.html (read 2026-11-22)",
        category=Category.COPY,
        rows=("R027",),
        maps=MAPS,
        also=ALSO,
        reads={
            GLOBAL_GROUP: ("primaryReplicationGroupId",),
            GROUP: ("globalReplicationGroupId", "region"),
            MULTI_REGION: ("multiRegionClusterNameSuffix",),
            CLUSTER: ("multiRegionClusterName", "region"),
        },
        evaluate_linked=spans,
        snippet="""\
import pulumi_aws as aws

primary = aws.elasticache.ReplicationGroup("sessions", description="Sessions", engine="valkey", node_type="cache.m7g.large", num_cache_clusters=2)
spread = aws.elasticache.GlobalReplicationGroup("sessions", global_replication_group_id_suffix="sessions", primary_replication_group_id=primary.id)
aws.elasticache.ReplicationGroup(
    "sessions-copy",
    description="Sessions, second region",
    global_replication_group_id=spread.id,
    num_cache_clusters=2,
    region="eu-central-1",
)
""",
    ),
)
