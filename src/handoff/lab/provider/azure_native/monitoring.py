"""What is recorded, where copies are kept, and what warns of spending."""

from __future__ import annotations

from handoff.lab.provider.azure_native._arm import PLAIN_NAME, TOP, arm_record

_GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}/providers"
_WORKSPACE = {"defaultDataCollectionRuleResourceId", "features", "forceCmkForQuery", "identity", "location", "retentionInDays", "sku", "tags"} | {
    "publicNetworkAccessForIngestion",
    "publicNetworkAccessForQuery",
    "workspaceCapping",
}
_SINKS = {"eventHubAuthorizationRuleId", "eventHubName", "marketplacePartnerId", "serviceBusRuleId", "storageAccountId", "workspaceId"}

RECORDS = (
    arm_record(
        "azure-native:operationalinsights:Workspace",
        f"{_GROUP}/Microsoft.OperationalInsights/workspaces/{{workspaceName}}",
        "2023-09-01",
        handled=_WORKSPACE,
        # The one type here whose sku lies inside of `properties`.
        top=TOP - {"sku"},
        name_property="workspaceName",
        required={"location"},
        computed={"createdDate", "customerId", "modifiedDate", "provisioningState"},
    ),
    arm_record(
        "azure-native:monitor:DiagnosticSetting",
        "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
        "2021-05-01-preview",
        handled={"logs", "metrics", "logAnalyticsDestinationType"} | _SINKS,
        name_property="name",
    ),
    arm_record(
        "azure-native:recoveryservices:Vault",
        f"{_GROUP}/Microsoft.RecoveryServices/vaults/{{vaultName}}",
        "2024-10-01",
        handled={"identity", "location", "properties", "sku", "tags"},
        name_property="vaultName",
        naming=PLAIN_NAME,
        required={"location"},
    ),
    arm_record(
        "azure-native:consumption:Budget",
        "/{scope}/providers/Microsoft.Consumption/budgets/{budgetName}",
        "2024-08-01",
        handled={"amount", "category", "filter", "notifications", "timeGrain", "timePeriod"},
        name_property="budgetName",
        required={"amount", "category", "timeGrain", "timePeriod"},
        computed={"currentSpend", "forecastSpend", "eTag"},
    ),
)
