"""Every azure-native type through its whole life, against the stand-in: made, unchanged on refresh, imported, changed, gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handoff.lab import identities
from handoff.lab.provider.failures import HalfDone
from handoff.lab.provider.known import SETTINGS, package
from handoff.lab.provider.record import EmulatorError

if TYPE_CHECKING:
    from conftest import Stack

GROUP = "records-test"
SUBSCRIPTION = f"/subscriptions/{identities.SUBSCRIPTION}"
HOME: dict[str, Any] = {"resourceGroupName": GROUP, "location": "westeurope", "tags": {"owner": "client"}}
ROLES = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
READER = f"{ROLES}/acdd72a7-3385-48ef-bd42-f606fba81ae7"
AUDITOR = identities.CLIENT_PRINCIPALS_AZURE["auditor"]

# Token, inputs, changes of an update in place (None: none is possible).
LIVES: list[tuple[str, dict[str, Any], dict[str, Any] | None]] = [
    ("azure-native:resources:ResourceGroup", {"resourceGroupName": "records-other", "location": "westeurope", "tags": {"a": "b"}}, {"tags": {"a": "c"}}),
    (
        "azure-native:authorization:RoleAssignment",
        {
            "scope": SUBSCRIPTION,
            "roleAssignmentName": "0e9b2f6c-95d2-4d0c-9a10-70b6b0f3a001",
            "roleDefinitionId": f"{ROLES}/b24988ac-6180-42a0-ab88-20f7382dd24c",
            "principalId": AUDITOR,
            "principalType": "ServicePrincipal",
        },
        {"description": "until March"},
    ),
    (
        "azure-native:authorization:PolicyAssignment",
        {
            "scope": f"{SUBSCRIPTION}/resourceGroups/{GROUP}",
            "policyAssignmentName": "places",
            "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c",
            "displayName": "Places",
            "enforcementMode": "Default",
            "parameters": {"listOfAllowedLocations": {"value": ["westeurope"]}},
        },
        {"parameters": {"listOfAllowedLocations": {"value": ["westeurope", "northeurope"]}}},
    ),
    (
        "azure-native:authorization:ManagementLockByScope",
        {"scope": f"{SUBSCRIPTION}/resourceGroups/{GROUP}", "lockName": "kept", "level": "CanNotDelete"},
        {"notes": "until March"},
    ),
    (
        "azure-native:monitor:ActionGroup",
        {
            "resourceGroupName": GROUP,
            "actionGroupName": "told",
            "location": "global",
            "groupShortName": "told",
            "enabled": True,
            "emailReceivers": [{"name": "client", "emailAddress": "a@acme.example", "useCommonAlertSchema": True}],
        },
        {"enabled": False},
    ),
    (
        "azure-native:monitor:ActivityLogAlert",
        {
            "resourceGroupName": GROUP,
            "activityLogAlertName": "guards",
            "location": "global",
            "enabled": True,
            "scopes": [SUBSCRIPTION],
            "condition": {"allOf": [{"field": "category", "equals": "Administrative"}]},
            "actions": {"actionGroups": [{"actionGroupId": f"{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Insights/actionGroups/told"}]},
        },
        {"enabled": False},
    ),
    (
        "azure-native:security:SecurityContact",
        {"securityContactName": "default", "emails": "a@acme.example", "isEnabled": True, "notificationsByRole": {"state": "On", "roles": ["Owner"]}},
        {"emails": "a@acme.example;b@nimbus.example"},
    ),
    (
        "azure-native:managedservices:RegistrationDefinition",
        {
            "scope": SUBSCRIPTION,
            "registrationDefinitionId": "0e9b2f6c-95d2-4d0c-9a10-70b6b0f3a002",
            "properties": {
                "registrationDefinitionName": "operate",
                "managedByTenantId": identities.PROVIDER_TENANT,
                "authorizations": [{"principalId": identities.PROVIDER_OPERATOR_AZURE, "roleDefinitionId": READER.rpartition("/")[2]}],
            },
        },
        {
            "properties": {
                "registrationDefinitionName": "operate on",
                "managedByTenantId": identities.PROVIDER_TENANT,
                "authorizations": [{"principalId": identities.PROVIDER_OPERATOR_AZURE, "roleDefinitionId": READER.rpartition("/")[2]}],
            }
        },
    ),
    (
        "azure-native:operationalinsights:Workspace",
        {**HOME, "workspaceName": "logs", "sku": {"name": "PerGB2018"}, "retentionInDays": 365},
        {"retentionInDays": 400},
    ),
    (
        "azure-native:recoveryservices:Vault",
        {**HOME, "vaultName": "backups", "sku": {"name": "RS0", "tier": "Standard"}, "properties": {"publicNetworkAccess": "Enabled"}},
        {"properties": {"publicNetworkAccess": "Disabled"}},
    ),
    (
        "azure-native:consumption:Budget",
        {
            "scope": SUBSCRIPTION,
            "budgetName": "monthly",
            "amount": 5000,
            "category": "Cost",
            "timeGrain": "Monthly",
            "timePeriod": {"startDate": "2026-11-01T00:00:00Z", "endDate": "2027-03-31T00:00:00Z"},
            "notifications": {"Actual50": {"enabled": True, "operator": "GreaterThan", "threshold": 50, "contactEmails": ["a@acme.example"]}},
        },
        {"amount": 6000},
    ),
    (
        "azure-native:storage:StorageAccount",
        {
            **HOME,
            "accountName": "recordstest",
            "kind": "StorageV2",
            "sku": {"name": "Standard_ZRS"},
            "enableHttpsTrafficOnly": True,
            "allowBlobPublicAccess": False,
            "networkRuleSet": {"bypass": "AzureServices", "defaultAction": "Deny"},
        },
        {"allowBlobPublicAccess": True},
    ),
    ("azure-native:managedidentity:UserAssignedIdentity", {**HOME, "resourceName": "records-key"}, {"tags": {"owner": "client", "class": "phi"}}),
    (
        "azure-native:keyvault:Vault",
        {
            **HOME,
            "vaultName": "recordstest",
            "properties": {"tenantId": identities.CLIENT_TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True},
        },
        {"tags": {"owner": "client", "class": "phi"}},
    ),
    (
        "azure-native:network:VirtualNetwork",
        {
            **HOME,
            "virtualNetworkName": "main",
            "addressSpace": {"addressPrefixes": ["10.20.0.0/16"]},
            "subnets": [{"name": "work", "addressPrefix": "10.20.0.0/18"}],
            "enableDdosProtection": False,
        },
        {"subnets": [{"name": "work", "addressPrefix": "10.20.0.0/18"}, {"name": "more", "addressPrefix": "10.20.64.0/18"}]},
    ),
    (
        "azure-native:network:NetworkSecurityGroup",
        {**HOME, "networkSecurityGroupName": "guard", "securityRules": [{"name": "no", "priority": 4096, "direction": "Inbound", "access": "Deny"}]},
        {"securityRules": [{"name": "no", "priority": 4096, "direction": "Inbound", "access": "Allow"}]},
    ),
]


@pytest.mark.parametrize(("token", "inputs", "changes"), LIVES, ids=[token for token, _, _ in LIVES])
def test_life(azure: Stack, token: str, inputs: dict[str, Any], changes: dict[str, Any] | None) -> None:
    resource_id, given, state = azure.create(token, **inputs)
    steady(azure, token, resource_id, given, state)
    if changes is not None:
        assert not azure.difference(token, given, state, **changes).replaces
        given, state = azure.update(token, resource_id, given, state, **changes)
        steady(azure, token, resource_id, given, state)
    azure.delete(token, resource_id, state)
    assert azure.refresh(token, resource_id, given, state) is None
    azure.delete(token, resource_id, state)


def steady(azure: Stack, token: str, resource_id: str, given: dict[str, Any], state: dict[str, Any]) -> None:
    """A refresh finds what is there, and an import of the id shows every input."""
    refreshed = azure.refresh(token, resource_id, given, state)
    assert refreshed is not None
    assert refreshed[0] == given
    imported = azure.imported(token, resource_id)
    assert imported is not None
    asked = {key for key, value in given.items() if value not in (None, False, {}, [])}
    assert asked <= imported[0].keys() | imported[1].keys()


def test_every_type_of_the_package_lives_somewhere_in_these_tests() -> None:
    elsewhere = {
        "azure-native:storage:BlobContainer",
        "azure-native:storage:BlobServiceProperties",
        "azure-native:monitor:DiagnosticSetting",
        "azure-native:keyvault:Key",
        "azure-native:keyvault:Secret",
        "azure-native:managedservices:RegistrationAssignment",
    }
    assert set(package("azure-native").records) == elsewhere | {token for token, _, _ in LIVES}


def test_account_container_and_the_setting_that_writes_to_it(azure: Stack) -> None:
    account = azure.create("azure-native:storage:StorageAccount", **HOME, accountName="recordsparts", kind="StorageV2", sku={"name": "Standard_LRS"})
    container = azure.create(
        "azure-native:storage:BlobContainer", accountName="recordsparts", resourceGroupName=GROUP, containerName="records", publicAccess="None"
    )
    assert container[0] == f"{account[0]}/blobServices/default/containers/records"
    steady(azure, "azure-native:storage:BlobContainer", *container)
    kept = {"deleteRetentionPolicy": {"enabled": True, "days": 35}, "isVersioningEnabled": True}
    blobs = azure.create("azure-native:storage:BlobServiceProperties", accountName="recordsparts", resourceGroupName=GROUP, blobServicesName="default", **kept)
    steady(azure, "azure-native:storage:BlobServiceProperties", *blobs)
    azure.delete("azure-native:storage:BlobServiceProperties", blobs[0], blobs[2])
    assert azure.refresh("azure-native:storage:BlobServiceProperties", *blobs) is not None  # a part of the account
    setting = azure.create(
        "azure-native:monitor:DiagnosticSetting",
        name="audit",
        resourceUri=SUBSCRIPTION,
        storageAccountId=account[0],
        logs=[{"category": "Security", "enabled": True}],
    )
    steady(azure, "azure-native:monitor:DiagnosticSetting", *setting)
    assert azure.difference("azure-native:monitor:DiagnosticSetting", *setting[1:], resourceUri=account[0]).replaces == {"resourceUri"}
    for token, made in (
        ("azure-native:monitor:DiagnosticSetting", setting),
        ("azure-native:storage:BlobContainer", container),
        ("azure-native:storage:StorageAccount", account),
    ):
        azure.delete(token, made[0], made[2])
        assert azure.refresh(token, *made) is None
    assert azure.refresh("azure-native:storage:BlobServiceProperties", *blobs) is None


def test_keys_and_secrets_are_deleted_by_the_vaults_own_api(azure: Stack) -> None:
    properties = {"tenantId": identities.CLIENT_TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
    vault = azure.create("azure-native:keyvault:Vault", **HOME, vaultName="recordsparts", properties=properties)
    place = {"resourceGroupName": GROUP, "vaultName": "recordsparts"}
    key = azure.create("azure-native:keyvault:Key", **place, keyName="data", properties={"kty": "RSA", "keySize": 3072, "keyOps": ["encrypt", "decrypt"]})
    secret = azure.create(
        "azure-native:keyvault:Secret", **place, secretName="password", properties={"value": "opens nothing", "attributes": {"expires": 1811808000}}
    )
    steady(azure, "azure-native:keyvault:Key", *key)
    assert key[2]["keyUri"].endswith("/keys/data")
    refreshed = azure.refresh("azure-native:keyvault:Secret", *secret)
    assert refreshed is not None
    assert refreshed[0] == secret[1]
    imported = azure.imported("azure-native:keyvault:Secret", secret[0])
    assert imported is not None
    assert "value" not in imported[1]["properties"]
    for kind, name, token, made in (("keys", "data", "azure-native:keyvault:Key", key), ("secrets", "password", "azure-native:keyvault:Secret", secret)):
        deleted = f"/recordsparts/deleted{kind}/{name}"
        assert azure.ctx.vault.find(deleted, params={"api-version": "7.4"}) is None
        azure.delete(token, made[0], made[2])
        assert azure.refresh(token, *made) is None
        # Soft deletion: ARM has no such call, so it was the vault's own.
        assert azure.ctx.vault.find(deleted, params={"api-version": "7.4"}) is not None
    azure.delete("azure-native:keyvault:Vault", vault[0], vault[2])


def test_an_account_under_a_vaults_key(azure: Stack) -> None:
    properties = {
        "tenantId": identities.CLIENT_TENANT,
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
    }
    vault = azure.create("azure-native:keyvault:Vault", **HOME, vaultName="recordskeys", properties=properties)
    azure.create("azure-native:keyvault:Key", resourceGroupName=GROUP, vaultName="recordskeys", keyName="data", properties={"kty": "RSA"})
    holder = azure.create("azure-native:managedidentity:UserAssignedIdentity", **HOME, resourceName="records-account")
    token = "azure-native:storage:StorageAccount"
    sealed = {
        **HOME,
        "accountName": "recordskeys",
        "kind": "StorageV2",
        "sku": {"name": "Standard_ZRS"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [holder[0]]},
        "encryption": {
            "keySource": "Microsoft.Keyvault",
            "keyVaultProperties": {"keyName": "data", "keyVaultUri": vault[2]["properties"]["vaultUri"]},
            "encryptionIdentity": {"encryptionUserAssignedIdentity": holder[0]},
            "services": {"blob": {"enabled": True, "keyType": "Account"}, "queue": {"enabled": True, "keyType": "Account"}},
        },
    }
    with pytest.raises(EmulatorError, match="KeyVaultAuthenticationFailure"):
        azure.create(token, **sealed)
    grant = azure.create(
        "azure-native:authorization:RoleAssignment",
        scope=vault[0],
        roleAssignmentName="0e9b2f6c-95d2-4d0c-9a10-70b6b0f3a005",
        roleDefinitionId=f"{ROLES}/e147488a-f6f5-4113-8e2d-b22465e65bf6",
        principalId=holder[2]["principalId"],
        principalType="ServicePrincipal",
    )
    made = azure.create(token, **sealed)
    steady(azure, token, *made)
    assert made[2]["identity"]["userAssignedIdentities"][holder[0]]["principalId"] == holder[2]["principalId"]
    assert made[2]["encryption"]["keyVaultProperties"]["keyName"] == "data"
    assert not azure.difference(token, made[1], made[2]).changes
    for part, one in ((token, made), ("azure-native:authorization:RoleAssignment", grant), ("azure-native:managedidentity:UserAssignedIdentity", holder)):
        azure.delete(part, one[0], one[2])
    azure.delete("azure-native:keyvault:Vault", vault[0], vault[2])


def test_a_delegation_lasts_as_long_as_its_assignment(azure: Stack) -> None:
    offer = next(inputs for token, inputs, _ in LIVES if token.endswith(":RegistrationDefinition"))
    definition = azure.create("azure-native:managedservices:RegistrationDefinition", **{**offer, "registrationDefinitionId": identities.PROVIDER_TENANT})
    assignment = azure.create(
        "azure-native:managedservices:RegistrationAssignment",
        scope=SUBSCRIPTION,
        registrationAssignmentId="0e9b2f6c-95d2-4d0c-9a10-70b6b0f3a004",
        properties={"registrationDefinitionId": definition[0]},
    )
    steady(azure, "azure-native:managedservices:RegistrationAssignment", *assignment)
    with pytest.raises(EmulatorError, match="RegistrationDefinitionInUse"):
        azure.delete("azure-native:managedservices:RegistrationDefinition", definition[0], definition[2])
    azure.delete("azure-native:managedservices:RegistrationAssignment", assignment[0], assignment[2])
    assert azure.refresh("azure-native:managedservices:RegistrationAssignment", *assignment) is None
    azure.delete("azure-native:managedservices:RegistrationDefinition", definition[0], definition[2])


def test_a_change_by_others_is_seen(azure: Stack) -> None:
    token = "azure-native:network:NetworkSecurityGroup"
    inputs = next(inputs for name, inputs, _ in LIVES if name == token)
    guard = azure.create(token, **{**inputs, "networkSecurityGroupName": "watched"})
    opened = {"location": "westeurope", "properties": {"securityRules": [{"name": "no", "properties": {**inputs["securityRules"][0], "access": "Allow"}}]}}
    opened["properties"]["securityRules"][0]["properties"].pop("name")  # type: ignore[index]
    azure.ctx.azure.request("PUT", guard[0], opened, params={"api-version": "2024-05-01"})
    refreshed = azure.refresh(token, *guard)
    assert refreshed is not None
    assert refreshed[0]["securityRules"][0]["access"] == "Allow"
    azure.delete(token, guard[0], guard[2])


def test_what_the_lab_does_not_know_is_refused_by_name(azure: Stack) -> None:
    inputs = {**HOME, "accountName": "recordstest", "kind": "StorageV2", "sku": {"name": "Standard_ZRS"}}
    assert not azure.check("azure-native:storage:StorageAccount", **inputs).failures
    assert set(azure.check("azure-native:storage:StorageAccount", **inputs, colour="blue").failures) == {"colour"}
    without = {key: value for key, value in inputs.items() if key != "kind"}
    assert set(azure.check("azure-native:storage:StorageAccount", **without).failures) == {"kind"}


def test_a_vendors_refusal_reaches_the_user(azure: Stack) -> None:
    with pytest.raises(EmulatorError, match="LocationNotAvailableForResourceType"):
        azure.create("azure-native:network:NetworkSecurityGroup", resourceGroupName=GROUP, networkSecurityGroupName="far", location="atlantis")
    with pytest.raises(HalfDone, match="does not hold"):
        azure.create("azure-native:network:NetworkSecurityGroup", resourceGroupName=GROUP, networkSecurityGroupName="near", location="West Europe")


def test_settings_of_the_sdk_are_known() -> None:
    assert {"useMsi", "useOidc", "environment", "subscriptionId", "disablePulumiPartnerId"} <= SETTINGS["azure-native"]
    assert {"useMsi", "useCli", "useOidc", "environment"} <= SETTINGS["azuread"]
    assert "useCli" not in SETTINGS["azure-native"]
