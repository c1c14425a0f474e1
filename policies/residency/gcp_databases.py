"""AlloyDB, Redis, Memorystore, Filestore and NetApp: where data is replicated to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.controls.model import Category, Control, Severity, not_applicable, unknown
from handoff.controls.resource import UNKNOWN
from handoff.controls.rules import LATER

from ._gcp_places import LIVES, TRANSFER, at_home, follow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.controls.context import Context
    from handoff.controls.model import Finding
    from handoff.controls.resource import Resource, Stack

ALLOYDB = "gcp:alloydb/cluster:Cluster"
REDIS = "gcp:redis/cluster:Cluster"
MEMORYSTORE = "gcp:memorystore/instance:Instance"
FILESTORE = "gcp:filestore/instance:Instance"
NETAPP = "gcp:netapp/volumeReplication:VolumeReplication"
POOL = "gcp:netapp/storagePool:StoragePool"
PRIMARY = "secondaryConfig.primaryClusterName"
ROLES = {REDIS: "crossClusterReplicationConfig.clusterRole", MEMORYSTORE: "crossInstanceReplicationConfig.instanceRole"}
PEERS = {
    REDIS: ("crossClusterReplicationConfig.primaryCluster.cluster", "crossClusterReplicationConfig.secondaryClusters[*].cluster"),
    MEMORYSTORE: ("crossInstanceReplicationConfig.primaryInstance.instance", "crossInstanceReplicationConfig.secondaryInstances[*].instance"),
}
STANDBYS = "initialReplication.replicas[*].peerInstance"
TARGET = "destinationVolumeParameters.storagePool"


def alloydb(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The secondary's own place, and the primary's."""
    if resource.get("secondaryConfig") is None:
        yield not_applicable("is no secondary cluster")
        return
    yield from at_home(resource, context, "is a secondary in", is_copy=True)
    yield from follow(resource, stack, context, PRIMARY, "is replicated from", (ALLOYDB,), is_copy=False)


def caches(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """A secondary's own place and its primary's, or a primary's secondaries."""
    path = ROLES[resource.type]
    source, targets = PEERS[resource.type]
    role = resource.get(path)
    if role is UNKNOWN:
        yield unknown(f"whether it is a secondary {LATER}", path)
    elif role == "SECONDARY":
        yield from at_home(resource, context, "is a secondary in", is_copy=True)
        yield from follow(resource, stack, context, source, "is replicated from", (resource.type,), is_copy=False)
    elif role != "PRIMARY" and not any(True for _ in resource.each(targets)):
        yield not_applicable("is replicated nowhere")
    yield from follow(resource, stack, context, targets, "is replicated to", (resource.type,))


def files(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The standby's own place, and every peer's."""
    if resource.get("initialReplication") is None:
        yield not_applicable("is replicated nowhere")
        return
    yield from at_home(resource, context, "is replicated in", is_copy=True)
    peers = list(resource.each(STANDBYS))
    if not peers:
        yield unknown("names no peer that it is replicated with", "initialReplication.replicas")
    yield from follow(resource, stack, context, STANDBYS, "is replicated with", (FILESTORE,))


def volumes(resource: Resource, stack: Stack, context: Context) -> Iterator[Finding]:
    """The place of the pool that the destination volume is made in."""
    if resource.get(TARGET) is None:
        yield unknown("names no pool for its destination", TARGET)
    yield from follow(resource, stack, context, TARGET, "is replicated to", (POOL,))


CONTROLS = (
    Control(
        id="residency-gcp-alloydb-secondary",
        title="An AlloyDB secondary and its primary lie in allowed regions",
        why="A secondary cluster holds the whole database in its own region, and a primary abroad means that the data lives abroad.",
        fix="Make the secondary with location set to a region inside residency or dr_residency, of a primary inside residency.",
        blind="Primaries of other stacks whose name is not known before the update.",
        source="https://cloud.google.com/alloydb/docs/cross-region-replication/about-cross-region-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R100",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={ALLOYDB: ("secondaryConfig", PRIMARY, "location")},
        looks_at={ALLOYDB: ("clusterId", "location")},
        evaluate_linked=alloydb,
        snippet="""\
import pulumi_gcp as gcp

gcp.alloydb.Cluster(
    "secondary",
    cluster_id="secondary",
    location="europe-west4",
    cluster_type="SECONDARY",
    secondary_config={"primary_cluster_name": "projects/acme-prod/locations/europe-west1/clusters/primary"},
)
""",
    ),
    Control(
        id="residency-gcp-cache-replication",
        title="Redis and Valkey are replicated to allowed regions only",
        why="A secondary cluster holds every key of its primary in another region.",
        fix="Make secondaries in regions inside residency or dr_residency, and detach the others.",
        blind="Secondaries that are attached outside the program.",
        source="https://cloud.google.com/memorystore/docs/cluster/about-cross-region-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R101",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={REDIS: (ROLES[REDIS], *PEERS[REDIS], "region"), MEMORYSTORE: (ROLES[MEMORYSTORE], *PEERS[MEMORYSTORE], "location")},
        evaluate_linked=caches,
        snippet="""\
import pulumi_gcp as gcp

gcp.redis.Cluster(
    "standby",
    name="standby",
    region="europe-west4",
    shard_count=3,
    cross_cluster_replication_config={
        "cluster_role": "SECONDARY",
        "primary_cluster": {"cluster": "projects/acme-prod/locations/europe-west1/clusters/primary"},
    },
)
""",
    ),
    Control(
        id="residency-gcp-filestore-replication",
        title="Filestore shares are replicated inside the allowed regions",
        why="Replication keeps the whole share a second time, in the region of the peer.",
        fix="Make the instances of the pair in regions inside residency or dr_residency, and name such a peer in initialReplication.replicas.",
        blind="Backups and copies that machines make of a mounted share.",
        source="https://cloud.google.com/filestore/docs/instance-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R103",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={FILESTORE: ("initialReplication", STANDBYS, "location")},
        evaluate_linked=files,
        snippet="""\
import pulumi_gcp as gcp

gcp.filestore.Instance(
    "standby",
    name="standby",
    location="europe-west4",
    tier="REGIONAL",
    file_shares={"name": "share1", "capacity_gb": 1024},
    networks=[{"network": "default", "modes": ["MODE_IPV4"]}],
    initial_replication=gcp.filestore.InstanceInitialReplicationArgs(
        role="STANDBY",
        replicas=[gcp.filestore.InstanceInitialReplicationReplicaArgs(peer_instance="projects/acme-prod/locations/europe-west1/instances/primary")],
    ),
)
""",
    ),
    Control(
        id="residency-gcp-netapp-replication",
        title="NetApp volumes are replicated to allowed regions only",
        why="Replication keeps the whole volume a second time, in the region of the destination pool.",
        fix="Set destinationVolumeParameters.storagePool to a pool in a region inside residency or dr_residency.",
        blind="Hybrid replication to systems outside Google Cloud.",
        source="https://cloud.google.com/netapp/volumes/docs/protect-data/about-volume-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R103",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={NETAPP: (TARGET,)},
        looks_at={POOL: ("name", "location")},
        evaluate_linked=volumes,
        snippet="""\
import pulumi_gcp as gcp

gcp.netapp.VolumeReplication(
    "standby",
    location="europe-west1",
    volume_name="records",
    replication_schedule="HOURLY",
    destination_volume_parameters={"storage_pool": "projects/acme-prod/locations/europe-west4/storagePools/standby"},
)
""",
    ),
)
