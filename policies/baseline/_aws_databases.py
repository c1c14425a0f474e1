"""Databases on AWS: their types, and what several of their controls ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import not_applicable, unknown
from handoff.controls.resource import UNKNOWN, Unknown
from handoff.controls.rules import LATER, alone, both, is_true, own_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding, LinkedRule, ResourceRule
    from handoff.controls.resource import Resource, Stack

INSTANCE = "aws:rds/instance:Instance"
CLUSTER = "aws:rds/cluster:Cluster"
CLUSTER_INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
GLOBAL_CLUSTER = "aws:rds/globalCluster:GlobalCluster"
DOCUMENTS = "aws:docdb/cluster:Cluster"
GRAPHS = "aws:neptune/cluster:Cluster"
SOURCE = "replicateSourceDb"


def is_replica(resource: Resource) -> bool | Unknown:
    """Whether an instance is a read replica; a reference that is not known yet counts when it is made from something."""
    source = resource.get(SOURCE)
    if source is UNKNOWN:
        return True if resource.links.get(SOURCE) else UNKNOWN
    return isinstance(source, str) and source != ""


def unless_replica(rule: ResourceRule, otherwise: str) -> ResourceRule:
    """The rule holds for what is no read replica."""

    def judge(resource: Resource, context: Context) -> Iterator[Finding]:
        replica = is_replica(resource)
        if replica is UNKNOWN:
            if list(rule(resource, context)):
                yield unknown(f"whether it is a read replica {LATER}", SOURCE)
        elif replica is True:
            yield not_applicable(otherwise)
        else:
            yield from rule(resource, context)

    return judge


def encrypted(key: str, sources: tuple[str, ...] = ()) -> LinkedRule:
    """Storage is encrypted with a key of the client's. `sources`: properties that name what it is made from and takes its encryption from."""
    switch = is_true("storageEncrypted", "is not encrypted at rest")
    keyed = own_key(key, "is not encrypted with a key of the client's")
    fresh = both(alone(switch), keyed)

    def linked(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
        source = next((name for name in sources if resource.get(name) not in (None, "", {})), None)
        if source is None:
            yield from fresh(resource, stack, context)
            return
        if resource.get("storageEncrypted") is not None:
            yield from switch(resource, context)
        if resource.get(key) is not None:
            yield from keyed(resource, stack, context)
        elif any(one.type == resource.type for one in stack.linked(resource, source)):
            yield not_applicable(f"takes its encryption through {source} from another database of this stack, which is judged itself")
        else:
            yield unknown(f"takes its encryption from what {source} names, and this stack does not make that", source)

    return linked
