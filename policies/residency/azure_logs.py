"""Logs on Azure: where they are kept and where they are sent."""

from __future__ import annotations

from handoff.controls.model import Category, Control, Severity
from handoff.controls.rules import both

from ._azure_references import BUS_RULE, EVENT_HUB, EVENT_HUBS, EVENT_RULE, SERVICE_BUS, STORAGE, WORKSPACE, leads, looks_at
from ._azure_regions import GDPR, KEPT, SENT, own

EXPORT = "azure-native:operationalinsights:DataExport"
DIAGNOSTIC = "azure-native:monitor:DiagnosticSetting"

CONTROLS = (
    Control(
        id="residency-azure-log-workspace",
        title="Log Analytics workspaces lie in allowed regions",
        why="Diagnostics of the whole estate land in a workspace, with user names, addresses and queries in them.",
        fix="Set location to a region inside the residency of the data class.",
        blind="Workspace replication, which this version of the SDK cannot set.",
        source="https://learn.microsoft.com/azure/azure-monitor/logs/workspace-design (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R059",),
        maps=KEPT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={WORKSPACE: ("location",)},
        evaluate=own("keeps logs in", is_copy=False),
        snippet="""\
import pulumi_azure_native as azure

azure.operationalinsights.Workspace("logs", resource_group_name="records", location="westeurope", retention_in_days=365)
""",
    ),
    Control(
        id="residency-azure-log-export",
        title="Exports of a Log Analytics workspace go to allowed regions",
        why="An export rule sends every row of its tables to a storage account or an event hub.",
        fix="Point resourceId to a storage account or an Event Hubs namespace in an allowed region.",
        blind="A destination outside the stack that environments[].elsewhere of the spec does not name; who reads the event hub.",
        source="https://learn.microsoft.com/azure/azure-monitor/logs/logs-data-export (read 2026-11-22)",
        category=Category.COPY,
        rows=("R059",),
        maps=KEPT,
        also=GDPR,
        reads={EXPORT: ("resourceId",)},
        looks_at=looks_at(STORAGE, EVENT_HUBS, EVENT_HUB),
        evaluate_linked=leads("resourceId", "exports logs to", STORAGE, EVENT_HUBS, EVENT_HUB, is_copy=False),
        snippet="""\
import pulumi_azure_native as azure

archive = azure.storage.StorageAccount(
    "archive",
    resource_group_name="records",
    account_name="acmelogs",
    location="westeurope",
    kind="StorageV2",
    sku={"name": "Standard_ZRS"},
)
azure.operationalinsights.DataExport(
    "export",
    resource_group_name="records",
    workspace_name="logs",
    table_names=["SigninLogs"],
    resource_id=archive.id,
)
""",
    ),
    Control(
        id="residency-azure-diagnostics",
        title="Diagnostic settings send logs to allowed regions and to subscriptions of the client's",
        why="A diagnostic setting copies a resource's logs to wherever its sinks are, across regions, subscriptions and tenants.",
        fix="Point workspaceId, storageAccountId, eventHubAuthorizationRuleId and serviceBusRuleId to sinks in allowed regions, and drop marketplacePartnerId.",
        blind="A sink outside the stack that environments[].elsewhere of the spec does not name; who reads the event hub.",
        source="https://learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings (read 2026-11-22)",
        category=Category.REACH,
        rows=("R060",),
        maps=SENT,
        also=GDPR,
        severity=Severity.CRITICAL,
        reads={DIAGNOSTIC: ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "serviceBusRuleId", "marketplacePartnerId")},
        looks_at=looks_at(WORKSPACE, STORAGE, EVENT_HUBS, EVENT_RULE, SERVICE_BUS, BUS_RULE),
        evaluate_linked=both(
            leads("workspaceId", "sends logs to", WORKSPACE, is_copy=False),
            leads("storageAccountId", "sends logs to", STORAGE, is_copy=False),
            leads("eventHubAuthorizationRuleId", "sends logs to", EVENT_RULE, EVENT_HUBS, is_copy=False),
            leads("serviceBusRuleId", "sends logs to", BUS_RULE, SERVICE_BUS, is_copy=False),
            leads("marketplacePartnerId", "sends logs to", is_copy=False),
        ),
        snippet="""\
import pulumi_azure_native as azure

logs = azure.operationalinsights.Workspace("logs", resource_group_name="records", location="westeurope", retention_in_days=365)
azure.monitor.DiagnosticSetting(
    "vault",
    resource_uri="/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/records/providers/Microsoft.KeyVault/vaults/records",
    workspace_id=logs.id,
    logs=[{"category_group": "audit", "enabled": True}],
)
""",
    ),
)
