"""Service Bus and Event Hubs on Azure: geo-replication and disaster recovery partners."""

from __future__ import annotations

from handoff.controls.model import Category, Control, Severity

from ._azure_references import EVENT_HUBS, SERVICE_BUS, leads, looks_at
from ._azure_regions import GDPR, KEPT, named

BUS_RECOVERY = "azure-native:servicebus:DisasterRecoveryConfig"
EVENT_RECOVERY = "azure-native:eventhub:DisasterRecoveryConfig"
REPLICAS = "geoDataReplication.locations[*].locationName"

CONTROLS = (
    Control(
        id="residency-azure-bus-replication",
        title="Service Bus namespaces replicate their messages to allowed regions",
        why="Geo-replication keeps every message of the namespace in each of its locations.",
        fix="Keep geoDataReplication.locations to regions inside residency or dr_residency of the data class.",
        blind="Geo-replication of Event Hubs, which this version of the SDK cannot set.",
        source="https://learn.microsoft.com/azure/service-bus-messaging/service-bus-geo-replication (read 2026-11-22)",
        category=Category.COPY,
        rows=("R064",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={SERVICE_BUS: (REPLICAS,)},
        evaluate=named(REPLICAS, "keeps its messages in"),
        snippet="""\
import pulumi_azure_native as azure

azure.servicebus.Namespace(
    "messages",
    resource_group_name="records",
    location="westeurope",
    sku={"name": "Premium", "tier": "Premium"},
    geo_data_replication={
        "locations": [
            {"location_name": "westeurope", "role_type": "Primary"},
            {"location_name": "northeurope", "role_type": "Secondary"},
        ],
    },
)
""",
    ),
    Control(
        id="residency-azure-bus-recovery",
        title="Namespaces of Service Bus and Event Hubs fail over to allowed regions",
        why="After a failover every new message goes to the partner namespace.",
        fix="Name a partnerNamespace in a region inside residency or dr_residency of the data class.",
        blind="A partner outside the stack that environments[].elsewhere of the spec does not name.",
        source="https://learn.microsoft.com/azure/event-hubs/event-hubs-geo-dr (read 2026-11-22)",
        category=Category.COPY,
        rows=("R064",),
        maps=KEPT,
        also=GDPR,
        reads={BUS_RECOVERY: ("partnerNamespace",), EVENT_RECOVERY: ("partnerNamespace",)},
        looks_at=looks_at(SERVICE_BUS, EVENT_HUBS),
        evaluate_linked=leads("partnerNamespace", "fails over to", SERVICE_BUS, EVENT_HUBS),
        snippet="""\
import pulumi_azure_native as azure

partner = azure.eventhub.Namespace("partner", resource_group_name="records", location="northeurope", sku={"name": "Standard"})
azure.eventhub.DisasterRecoveryConfig(
    "events",
    resource_group_name="records",
    namespace_name="acme-events",
    alias="acme",
    partner_namespace=partner.id,
)
""",
    ),
)
