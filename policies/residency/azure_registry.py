"""Replicas on Azure that are resources of their own, or lists of regions: registries, configuration, images."""

from __future__ import annotations

from handoff.controls.model import Category, Control, Severity

from ._azure_regions import GDPR, KEPT, named, own

REGISTRY = "azure-native:containerregistry:Replication"
CONFIG = "azure-native:appconfiguration:Replica"
SIGNALR = "azure-native:signalrservice:SignalRReplica"
WEB_PUBSUB = "azure-native:webpubsub:WebPubSubReplica"
IMAGE = "azure-native:compute:GalleryImageVersion"
APPLICATION = "azure-native:compute:GalleryApplicationVersion"
MODELS = "azure-native:machinelearningservices:Registry"
TARGETS = "publishingProfile.targetRegions[*].name"

CONTROLS = (
    Control(
        id="residency-azure-registry-replicas",
        title="Container registries are replicated to allowed regions",
        why="A replica holds every image of the registry, with whatever was built into it.",
        fix="Set location to a region inside residency or dr_residency of the data class, or remove the replication.",
        blind="Images that are imported or pulled elsewhere.",
        source="https://learn.microsoft.com/azure/container-registry/container-registry-geo-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R061",),
        maps=KEPT,
        also=GDPR,
        reads={REGISTRY: ("location",)},
        evaluate=own("is a replica in"),
        snippet="""\
import pulumi_azure_native as azure

azure.containerregistry.Replication("north", resource_group_name="records", registry_name="acme", location="northeurope")
""",
    ),
    Control(
        id="residency-azure-config-replicas",
        title="Replicas of App Configuration, SignalR and Web PubSub lie in allowed regions",
        why="A replica of a configuration store holds all its values, and a replica of a message service carries the messages of the clients near it.",
        fix="Set location to a region inside residency or dr_residency of the data class, or remove the replica.",
        blind="What clients cache.",
        source="https://learn.microsoft.com/azure/azure-app-configuration/concept-geo-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R065",),
        maps=KEPT,
        also=GDPR,
        reads={CONFIG: ("location",), SIGNALR: ("location",), WEB_PUBSUB: ("location",)},
        evaluate=own("is a replica in"),
        snippet="""\
import pulumi_azure_native as azure

azure.appconfiguration.Replica("north", resource_group_name="records", config_store_name="acme", location="northeurope")
""",
    ),
    Control(
        id="residency-azure-gallery-regions",
        title="Images and applications of a compute gallery are replicated to allowed regions",
        why="An image is a disk: what was on the machine goes to every target region.",
        fix="Keep publishingProfile.targetRegions to regions inside residency or dr_residency of the data class.",
        blind="Galleries shared with other tenants or with the community.",
        source="https://learn.microsoft.com/azure/virtual-machines/azure-compute-gallery (read 2026-11-22)",
        category=Category.COPY,
        rows=("R067",),
        maps=KEPT,
        also=GDPR,
        reads={IMAGE: (TARGETS,), APPLICATION: (TARGETS,)},
        evaluate=named(TARGETS, "is replicated to"),
        snippet="""\
import pulumi_azure_native as azure

azure.compute.GalleryImageVersion(
    "image",
    resource_group_name="records",
    gallery_name="acme",
    gallery_image_name="server",
    location="westeurope",
    storage_profile={"source": {"id": "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/records/providers/Microsoft.Compute/images/server"}},
    publishing_profile={"target_regions": [{"name": "westeurope"}, {"name": "northeurope"}]},
)
""",
    ),
    Control(
        id="residency-azure-model-registry",
        title="Machine learning registries keep assets in allowed regions",
        why="A registry copies models, data and environments to every region that it lists.",
        fix="Keep regionDetails to regions inside residency or dr_residency of the data class.",
        blind="Workspaces that read from the registry and compute elsewhere.",
        source="https://learn.microsoft.com/azure/machine-learning/how-to-manage-registries (read 2026-11-22)",
        category=Category.COPY,
        rows=("R073",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={MODELS: ("regionDetails[*].location",)},
        evaluate=named("regionDetails[*].location", "keeps its assets in"),
        snippet="""\
import pulumi_azure_native as azure

azure.machinelearningservices.Registry(
    "models",
    resource_group_name="records",
    location="westeurope",
    region_details=[{"location": "westeurope"}, {"location": "northeurope"}],
)
""",
    ),
)
