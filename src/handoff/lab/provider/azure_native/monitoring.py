"""What is recorded, where copies are kept, and what warns of spending and of changes."""

from __future__ import annotations

from dataclasses import replace

from handoff.lab.provider.azure_native._arm import PLAIN_NAME, TOP, arm_record, identities_by_id

_GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}/providers"
_WORKSPACE = {"defaultDataCollectionRuleResourceId", "features", "forceCmkForQuery", "identity", "location", "retentionInDays", "sku", "tags"} | {
    "publicNetworkAccessForIngestion",
    "publicNetworkAccessForQuery",
    "workspaceCapping",
}
_RECEIVERS = {"emailReceivers", "smsReceivers", "webhookReceivers", "itsmReceivers", "azureAppPushReceivers", "automationRunbookReceivers"} | {
    "voiceReceivers",
    "logicAppReceivers",
    "azureFunctionReceivers",
    "armRoleReceivers",
    "eventHubReceivers",
    "incidentReceivers",
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
    replace(
        arm_record(
            "azure-native:recoveryservices:Vault",
            f"{_GROUP}/Microsoft.RecoveryServices/vaults/{{vaultName}}",
            "2024-10-01",
            handled={"identity", "location", "properties", "sku", "tags"},
            name_property="vaultName",
            naming=PLAIN_NAME,
            required={"location"},
        ),
        check=identities_by_id,
    ),
    arm_record(
        "azure-native:monitor:ActionGroup",
        f"{_GROUP}/Microsoft.Insights/actionGroups/{{actionGroupName}}",
        "2023-01-01",
        handled={"enabled", "groupShortName", "location", "tags"} | _RECEIVERS,
        name_property="actionGroupName",
        required={"groupShortName"},
        # Both live everywhere; the SDK sends the place when the program names none.
        defaults={"location": "global", "enabled": True},
    ),
    arm_record(
        "azure-native:monitor:ActivityLogAlert",
        f"{_GROUP}/Microsoft.Insights/activityLogAlerts/{{activityLogAlertName}}",
        "2020-10-01",
        handled={"actions", "condition", "description", "enabled", "location", "scopes", "tags"},
        name_property="activityLogAlertName",
        required={"actions", "condition", "scopes"},
        defaults={"location": "global", "enabled": True},
    ),
    arm_record(
        "azure-native:security:SecurityContact",
        "/subscriptions/{subscription}/providers/Microsoft.Security/securityContacts/{securityContactName}",
        "2023-12-01-preview",
        handled={"emails", "isEnabled", "notificationsByRole", "notificationsSources", "phone"},
        name_property="securityContactName",
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
