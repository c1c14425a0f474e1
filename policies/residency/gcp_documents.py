"""Firestore, App Engine and Bigtable: where documents and rows lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, unknown
from handoff.controls.region import effective
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._gcp_places import DOCUMENTS, LIVES, SENT, TRANSFER, lies, named, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

FIRESTORE = "gcp:firestore/database:Database"
APPLICATION = "gcp:appengine/application:Application"
BIGTABLE = "gcp:bigtable/instance:Instance"
PROFILE = "gcp:bigtable/appProfile:AppProfile"


def _clusters(instance: Resource) -> Iterator[tuple[str, str, object]]:
    """Path, cluster id and zone of every cluster; one that names no zone takes the provider's place."""
    place = effective(instance)
    default = UNKNOWN if place is None or place.region is None else place.region
    for at, cluster in instance.each("clusters[*]"):
        if isinstance(cluster, dict):
            zone = cluster.get("zone")
            name = cluster.get("clusterId")
            yield f"{at}.zone", name if isinstance(name, str) else "", default if zone is None else zone
        else:
            yield at, "", UNKNOWN


def clusters(resource: Resource, context: Context) -> Iterator[Finding]:
    """The zone of every cluster."""
    yield from spread(resource, context, [(at, zone) for at, _, zone in _clusters(resource)], "keeps rows in")


def routing(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The clusters that requests may be routed to."""
    path = "multiClusterRoutingUseAny"
    value = resource.get(path)
    if value in (None, False, "false"):
        return
    name = resource.get("instance")
    last = name.rstrip("/").rsplit("/", 1)[-1] if isinstance(name, str) else ""
    instances = [one for one in stack.of(BIGTABLE) if last and one.get("name") == last] or list(stack.made_from(resource, "instance", BIGTABLE))
    chosen = [one for _, one in resource.each("multiClusterRoutingClusterIds[*]")]
    unsure = value is UNKNOWN or UNKNOWN in chosen
    said = [
        finding
        for instance in instances
        for _, cluster, zone in _clusters(instance)
        if not chosen or unsure or not cluster or cluster in chosen
        for finding in lies(resource, context, zone, path, f"may route requests to cluster {cluster or 'of an id that is not known yet'} in", is_copy=True)
    ]
    if not instances:
        yield unknown("may route requests to any cluster, and which clusters the instance has, this stack does not tell", path)
    elif not unsure:
        yield from said
    elif said:
        yield unknown(f"whether it routes to every cluster {LATER}", path)


CONTROLS = (
    Control(
        id="residency-gcp-document-location",
        title="Firestore and App Engine keep data in allowed regions only",
        why="nam5 and eur3 each keep the database in several regions, and the location can never be changed.",
        fix="Make a new database with locationId set to a region inside residency, and import the documents.",
        blind="Indexes and caches of client libraries on users' devices.",
        source="https://cloud.google.com/firestore/docs/locations (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R097",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={FIRESTORE: ("locationId",), APPLICATION: ("locationId",)},
        evaluate=named("locationId", "keeps data in", members=DOCUMENTS, unset="names no location"),
        snippet="""\
import pulumi_gcp as gcp

gcp.firestore.Database("records", name="records", location_id="europe-west1", type="FIRESTORE_NATIVE")
""",
    ),
    Control(
        id="residency-gcp-bigtable-clusters",
        title="Every cluster of a Bigtable instance lies in an allowed region",
        why="Each cluster of an instance holds every table, so a cluster elsewhere is a whole copy.",
        fix="Set the zone of every cluster to one inside residency, or dr_residency for further clusters.",
        blind="Backups that are copied to another instance by hand.",
        source="https://cloud.google.com/bigtable/docs/replication-overview (read 2026-11-22)",
        category=Category.COPY,
        rows=("R098",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={BIGTABLE: ("clusters[*].zone", "clusters[*].clusterId")},
        evaluate=clusters,
        snippet="""\
import pulumi_gcp as gcp

gcp.bigtable.Instance("records", clusters=[{"cluster_id": "one", "zone": "europe-west1-b", "num_nodes": 1}])
""",
    ),
    Control(
        id="residency-gcp-bigtable-routing",
        title="Bigtable routes requests to clusters in allowed regions only",
        why="A profile that routes to any cluster sends a request to the nearest one, which may be abroad.",
        fix="Use singleClusterRouting, or name the clusters inside the allowed regions in multiClusterRoutingClusterIds.",
        blind="Instances of other stacks, whose clusters are not known here.",
        source="https://cloud.google.com/bigtable/docs/routing (read 2026-11-22)",
        category=Category.REACH,
        rows=("R098",),
        maps=SENT,
        also=TRANSFER,
        reads={PROFILE: ("multiClusterRoutingUseAny", "multiClusterRoutingClusterIds[*]", "instance")},
        looks_at={BIGTABLE: ("name", "clusters[*].zone", "clusters[*].clusterId")},
        evaluate_linked=routing,
        snippet="""\
import pulumi_gcp as gcp

records = gcp.bigtable.Instance("records", name="records", clusters=[{"cluster_id": "one", "zone": "europe-west1-b", "num_nodes": 1}])
gcp.bigtable.AppProfile("app", instance=records.name, app_profile_id="app", single_cluster_routing={"cluster_id": "one"})
""",
    ),
)
