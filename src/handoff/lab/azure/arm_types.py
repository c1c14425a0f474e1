"""The ARM types that the lab knows; every other answers InvalidResourceType, never an echo.

Properties are those of the vendor's models (api versions of azure-native 3.29); one that is not listed is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TOP_FIELDS = frozenset(
    {
        "id",
        "name",
        "type",
        "location",
        "tags",
        "sku",
        "kind",
        "identity",
        "plan",
        "zones",
        "etag",
        "eTag",
        "managedBy",
        "extendedLocation",
        "properties",
        "systemData",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownType:
    """One type."""

    type: str
    properties: frozenset[str]
    has_location: bool = False
    """True: a tracked resource; `location` is required and it may carry tags."""
    where: str = "group"
    """`group`: in a resource group; `scope`: at any scope (extension); `subscription`: the resource group type itself."""
    may_delete: bool = True
    may_write: bool = True
    created: int = 201
    """Status of the answer to a first PUT; some services say 200 whatever they did."""
    actions: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KNOWN = (
    KnownType(type="Microsoft.Resources/resourceGroups", where="subscription", has_location=True, properties=_words("provisioningState")),
    KnownType(
        type="Microsoft.Authorization/roleAssignments",
        where="scope",
        properties=_words(
            "roleDefinitionId principalId principalType description condition conditionVersion delegatedManagedIdentityResourceId scope createdOn updatedOn createdBy updatedBy"
        ),
    ),
    KnownType(
        type="Microsoft.Authorization/roleDefinitions",
        where="scope",
        properties=_words("roleName description type permissions assignableScopes createdOn updatedOn createdBy updatedBy"),
    ),
    KnownType(type="Microsoft.Authorization/denyAssignments", where="scope", properties=frozenset(), may_write=False, may_delete=False),
    KnownType(type="Microsoft.Authorization/roleEligibilityScheduleInstances", where="scope", properties=frozenset(), may_write=False, may_delete=False),
    KnownType(type="Microsoft.Authorization/roleAssignmentScheduleInstances", where="scope", properties=frozenset(), may_write=False, may_delete=False),
    KnownType(
        type="Microsoft.Authorization/policyAssignments",
        where="scope",
        properties=_words(
            "displayName policyDefinitionId definitionVersion latestDefinitionVersion effectiveDefinitionVersion scope notScopes parameters description metadata "
            "enforcementMode nonComplianceMessages resourceSelectors overrides assignmentType instanceId"
        ),
    ),
    KnownType(type="Microsoft.Authorization/locks", where="scope", properties=_words("level notes owners")),
    KnownType(
        type="Microsoft.ManagedServices/registrationDefinitions",
        where="scope",
        properties=_words(
            "description authorizations eligibleAuthorizations registrationDefinitionName managedByTenantId managedByTenantName manageeTenantId manageeTenantName provisioningState"
        ),
    ),
    KnownType(
        type="Microsoft.ManagedServices/registrationAssignments",
        where="scope",
        properties=_words("registrationDefinitionId registrationDefinition provisioningState"),
    ),
    KnownType(
        type="Microsoft.OperationalInsights/workspaces",
        has_location=True,
        properties=_words(
            "provisioningState customerId sku retentionInDays workspaceCapping createdDate modifiedDate publicNetworkAccessForIngestion publicNetworkAccessForQuery "
            "forceCmkForQuery privateLinkScopedResources features defaultDataCollectionRuleResourceId"
        ),
    ),
    KnownType(
        type="Microsoft.Insights/diagnosticSettings",
        created=200,
        where="scope",
        properties=_words(
            "storageAccountId serviceBusRuleId eventHubAuthorizationRuleId eventHubName metrics logs workspaceId marketplacePartnerId logAnalyticsDestinationType"
        ),
    ),
    KnownType(
        type="Microsoft.Insights/actionGroups",
        has_location=True,
        properties=_words(
            "groupShortName enabled emailReceivers smsReceivers webhookReceivers itsmReceivers azureAppPushReceivers automationRunbookReceivers voiceReceivers "
            "logicAppReceivers azureFunctionReceivers armRoleReceivers eventHubReceivers incidentReceivers"
        ),
    ),
    KnownType(type="Microsoft.Insights/activityLogAlerts", has_location=True, properties=_words("scopes condition actions enabled description tenantScope")),
    KnownType(
        type="Microsoft.Security/securityContacts",
        where="scope",
        properties=_words("emails phone isEnabled notificationsSources notificationsByRole"),
    ),
    KnownType(type="Microsoft.ManagedIdentity/userAssignedIdentities", has_location=True, properties=_words("tenantId principalId clientId")),
    KnownType(
        type="Microsoft.Storage/storageAccounts",
        created=200,
        has_location=True,
        actions=_words("listkeys regeneratekey listaccountsas revokeuserdelegationkeys"),
        properties=_words(
            "provisioningState primaryEndpoints primaryLocation statusOfPrimary lastGeoFailoverTime secondaryLocation statusOfSecondary creationTime customDomain sasPolicy "
            "keyPolicy keyCreationTime secondaryEndpoints encryption accessTier azureFilesIdentityBasedAuthentication supportsHttpsTrafficOnly networkAcls isSftpEnabled "
            "isLocalUserEnabled enableExtendedGroups isHnsEnabled geoReplicationStats failoverInProgress largeFileSharesState privateEndpointConnections routingPreference "
            "blobRestoreStatus allowBlobPublicAccess minimumTlsVersion allowSharedKeyAccess isNfsV3Enabled allowCrossTenantReplication defaultToOAuthAuthentication "
            "publicNetworkAccess immutableStorageWithVersioning allowedCopyScope storageAccountSkuConversionStatus dnsEndpointType isSkuConversionBlocked "
            "accountMigrationInProgress dualStackEndpointPreference"
        ),
    ),
    KnownType(
        type="Microsoft.Storage/storageAccounts/blobServices",
        may_delete=False,
        properties=_words(
            "cors defaultServiceVersion deleteRetentionPolicy isVersioningEnabled automaticSnapshotPolicyEnabled changeFeed restorePolicy containerDeleteRetentionPolicy lastAccessTimeTrackingPolicy"
        ),
    ),
    KnownType(
        type="Microsoft.Storage/storageAccounts/blobServices/containers",
        properties=_words(
            "version deleted deletedTime remainingRetentionDays defaultEncryptionScope denyEncryptionScopeOverride publicAccess lastModifiedTime leaseStatus leaseState leaseDuration "
            "metadata immutabilityPolicy legalHold hasLegalHold hasImmutabilityPolicy immutableStorageWithVersioning enableNfsV3RootSquash enableNfsV3AllSquash"
        ),
    ),
    KnownType(
        type="Microsoft.KeyVault/vaults",
        created=200,
        has_location=True,
        properties=_words(
            "tenantId sku accessPolicies vaultUri hsmPoolResourceId enabledForDeployment enabledForDiskEncryption enabledForTemplateDeployment enableSoftDelete "
            "softDeleteRetentionInDays enableRbacAuthorization createMode enablePurgeProtection networkAcls provisioningState privateEndpointConnections publicNetworkAccess"
        ),
    ),
    KnownType(
        type="Microsoft.KeyVault/vaults/keys",
        created=200,
        may_delete=False,
        properties=_words("attributes kty keyOps keySize curveName keyUri keyUriWithVersion rotationPolicy release_policy"),
    ),
    KnownType(type="Microsoft.KeyVault/vaults/secrets", may_delete=False, properties=_words("value contentType attributes secretUri secretUriWithVersion")),
    KnownType(
        type="Microsoft.Network/virtualNetworks",
        has_location=True,
        properties=_words(
            "addressSpace dhcpOptions flowTimeoutInMinutes subnets virtualNetworkPeerings resourceGuid provisioningState enableDdosProtection enableVmProtection "
            "ddosProtectionPlan bgpCommunities encryption ipAllocations flowLogs privateEndpointVNetPolicies defaultPublicNatGateway summarizedGatewayPrefixes"
        ),
    ),
    KnownType(
        type="Microsoft.Network/networkSecurityGroups",
        has_location=True,
        properties=_words("flushConnection securityRules defaultSecurityRules networkInterfaces subnets flowLogs resourceGuid provisioningState"),
    ),
    KnownType(
        type="Microsoft.Consumption/budgets",
        where="scope",
        properties=_words("category amount timeGrain timePeriod filter currentSpend notifications forecastSpend"),
    ),
    KnownType(
        type="Microsoft.RecoveryServices/vaults",
        created=200,
        has_location=True,
        properties=_words(
            "provisioningState upgradeDetails privateEndpointConnections privateEndpointStateForBackup privateEndpointStateForSiteRecovery encryption moveDetails moveState "
            "backupStorageVersion publicNetworkAccess monitoringSettings restoreSettings redundancySettings securitySettings secureScore bcdrSecurityLevel resourceGuardOperationRequests"
        ),
    ),
)

TYPES: Mapping[str, KnownType] = {known.type.lower(): known for known in _KNOWN}
"""By name in lower case."""

LOCATIONS = _words(
    "australiacentral australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth canadacentral canadaeast centralindia centralus chilecentral denmarkeast eastasia eastus "
    "eastus2 francecentral francesouth germanynorth germanywestcentral global indonesiacentral israelcentral italynorth japaneast japanwest koreacentral koreasouth malaysiawest "
    "mexicocentral newzealandnorth northcentralus northeurope norwayeast norwaywest polandcentral qatarcentral southafricanorth southafricawest southcentralus southeastasia "
    "southindia spaincentral swedencentral switzerlandnorth switzerlandwest uaecentral uaenorth uksouth ukwest westcentralus westeurope westindia westus westus2 westus3"
)
"""source: https://learn.microsoft.com/azure/reliability/regions-list (read 2026-11-22)"""


def location_name(text: str) -> str:
    """`West Europe` and `westeurope` are the same place."""
    return text.replace(" ", "").lower()
