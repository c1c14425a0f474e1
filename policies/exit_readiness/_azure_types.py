"""Azure and Entra: the types that open a way in, keep data, use a key or are a lasting credential."""

from __future__ import annotations

from collections.abc import Mapping

from ._ways import Form, LongLived, Store, Way

LIGHTHOUSE = "azure-native:managedservices:RegistrationDefinition"
ACCOUNT = "azure-native:storage:StorageAccount"
VAULT = "azure-native:keyvault:Vault"
_SECRETS = (
    "azure-native:automation:Certificate",
    "azure-native:automation:Connection",
    "azure-native:automation:Credential",
    "azure-native:compute:SshPublicKey",
    "azure-native:containerregistry:Token",
    "azure-native:datafactory:CredentialOperation",
    "azure-native:eventhub:EventHubAuthorizationRule",
    "azure-native:eventhub:NamespaceAuthorizationRule",
    "azure-native:logic:WorkflowAccessKey",
    "azure-native:mongocluster:User",
    "azure-native:notificationhubs:NamespaceAuthorizationRule",
    "azure-native:relay:NamespaceAuthorizationRule",
    "azure-native:servicebus:NamespaceAuthorizationRule",
    "azure-native:servicebus:QueueAuthorizationRule",
    "azure-native:servicebus:TopicAuthorizationRule",
    "azure-native:storage:LocalUser",
    "azure-native:web:Connection",
    "azuread:index/synchronizationSecret:SynchronizationSecret",
)
_OBJECTS: Mapping[str, str] = {
    "azure-native:authorization:RoleAssignment": "principalId",
    "azure-native:authorization:PimRoleEligibilitySchedule": "principalId",
    "azure-native:cosmosdb:SqlResourceSqlRoleAssignment": "principalId",
    "azure-native:dbformysql:AzureADAdministrator": "sid",
    "azure-native:dbforpostgresql:Administrator": "objectId",
    "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra": "objectId",
    "azure-native:kusto:ClusterPrincipalAssignment": "principalId",
    "azure-native:kusto:DatabasePrincipalAssignment": "principalId",
    "azure-native:redis:AccessPolicyAssignment": "objectId",
    "azure-native:sql:ManagedInstanceAdministrator": "sid",
    "azure-native:sql:ServerAzureADAdministrator": "sid",
    "azure-native:synapse:KustoPoolPrincipalAssignment": "principalId",
    "azure-native:synapse:WorkspaceAadAdmin": "sid",
    "azuread:index/accessPackageCatalogRoleAssignment:AccessPackageCatalogRoleAssignment": "principalObjectId",
    "azuread:index/administrativeUnitRoleMember:AdministrativeUnitRoleMember": "memberObjectId",
    "azuread:index/appRoleAssignment:AppRoleAssignment": "principalObjectId",
    "azuread:index/applicationOwner:ApplicationOwner": "ownerObjectId",
    "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment": "principalObjectId",
    "azuread:index/directoryRoleEligibilityScheduleRequest:DirectoryRoleEligibilityScheduleRequest": "principalId",
    "azuread:index/directoryRoleMember:DirectoryRoleMember": "memberObjectId",
    "azuread:index/groupMember:GroupMember": "memberObjectId",
    "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant": "servicePrincipalObjectId",
}
"""Types that name one object of the directory, and where."""
_CREDENTIAL = Way(form=Form.SECRET, ends="endDate", beside={"endDateRelative": "lasts"})
_NSG = "securityRules[*]"
ACCESS: Mapping[str, tuple[Way, ...]] = {
    **{token: (Way(form=Form.SECRET),) for token in _SECRETS},
    **{token: (Way(form=Form.OBJECT, at=path),) for token, path in _OBJECTS.items()},
    LIGHTHOUSE: (Way(form=Form.TENANT, at="properties.managedByTenantId", beside={"properties.description": "note"}),),
    "azure-native:managedservices:RegistrationAssignment": (Way(form=Form.IDENTITY),),
    "azure-native:automation:Webhook": (Way(form=Form.SECRET, ends="expiryTime"),),
    VAULT: (Way(form=Form.OBJECT, at="properties.accessPolicies[*].objectId", covered_as=("azure-native:keyvault:AccessPolicy",)),),
    "azure-native:keyvault:AccessPolicy": (Way(form=Form.OBJECT, at="policy.objectId"),),
    "azure-native:managedidentity:FederatedIdentityCredential": (Way(form=Form.OIDC, at="issuer", beside={"subject": "subject"}),),
    "azure-native:datashare:Invitation": (
        Way(form=Form.TENANT, at="targetActiveDirectoryId", ends="expirationDate"),
        Way(form=Form.EMAIL, at="targetEmail", ends="expirationDate"),
    ),
    "azure-native:billing:BillingRoleAssignmentByBillingAccount": (
        Way(form=Form.OBJECT, at="properties.principalId"),
        Way(form=Form.EMAIL, at="properties.userEmailAddress"),
    ),
    "azure-native:network:NetworkSecurityGroup": (
        Way(form=Form.NETWORK, at=f"{_NSG}.sourceAddressPrefix"),
        Way(form=Form.NETWORK, at=f"{_NSG}.sourceAddressPrefixes[*]"),
    ),
    "azure-native:network:SecurityRule": (
        Way(form=Form.NETWORK, at="sourceAddressPrefix", only_if=("direction", ("Inbound",))),
        Way(form=Form.NETWORK, at="sourceAddressPrefixes[*]", only_if=("direction", ("Inbound",))),
    ),
    "azure-native:sql:FirewallRule": (Way(form=Form.NETWORK, at="startIpAddress"),),
    "azure-native:dbforpostgresql:FirewallRule": (Way(form=Form.NETWORK, at="startIpAddress"),),
    "azure-native:dbformysql:FirewallRule": (Way(form=Form.NETWORK, at="startIpAddress"),),
    ACCOUNT: (Way(form=Form.IDENTITY),),
    "azuread:index/application:Application": (Way(form=Form.IDENTITY),),
    "azuread:index/group:Group": (Way(form=Form.OBJECT, at="members[*]"), Way(form=Form.OBJECT, at="owners[*]")),
    "azuread:index/user:User": (Way(form=Form.EMAIL, at="userPrincipalName", ends_elsewhere="the user's roles and groups"),),
    "azuread:index/invitation:Invitation": (Way(form=Form.EMAIL, at="userEmailAddress"),),
    "azuread:index/servicePrincipal:ServicePrincipal": (
        Way(form=Form.APP, at="clientId", ends_elsewhere="the roles that it is given", covered_as=("azure-native:authorization:RoleAssignment",)),
    ),
    "azuread:index/applicationPassword:ApplicationPassword": (_CREDENTIAL,),
    "azuread:index/applicationCertificate:ApplicationCertificate": (_CREDENTIAL,),
    "azuread:index/servicePrincipalPassword:ServicePrincipalPassword": (_CREDENTIAL,),
    "azuread:index/servicePrincipalCertificate:ServicePrincipalCertificate": (_CREDENTIAL,),
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential": (
        Way(form=Form.OIDC, at="issuer", beside={"subject": "subject"}),
    ),
    "azuread:index/applicationFlexibleFederatedIdentityCredential:ApplicationFlexibleFederatedIdentityCredential": (
        Way(form=Form.OIDC, at="issuer", beside={"claimsMatchingExpression": ""}),
    ),
    "azuread:index/privilegedAccessGroupAssignmentSchedule:PrivilegedAccessGroupAssignmentSchedule": (
        Way(form=Form.OBJECT, at="principalId", ends="expirationDate"),
    ),
    "azuread:index/privilegedAccessGroupEligibilitySchedule:PrivilegedAccessGroupEligibilitySchedule": (
        Way(form=Form.OBJECT, at="principalId", ends="expirationDate"),
    ),
}
"""Every type that opens a way in."""

_IN_ACCOUNT = Store(tags="", parent=("accountName", ACCOUNT), is_part=True)
_SQL_SERVER = "azure-native:sql:Server"
STORES: Mapping[str, Store] = {
    ACCOUNT: Store(keys=("encryption.keyVaultProperties.keyName",), is_whole=False),
    "azure-native:storage:BlobContainer": _IN_ACCOUNT,
    "azure-native:storage:FileShare": _IN_ACCOUNT,
    "azure-native:storage:Queue": _IN_ACCOUNT,
    "azure-native:storage:Table": _IN_ACCOUNT,
    "azure-native:sql:Database": Store(keys=("encryptionProtector",), parent=("serverName", _SQL_SERVER)),
    "azure-native:sql:ManagedInstance": Store(keys=("keyId",)),
    "azure-native:cosmosdb:DatabaseAccount": Store(keys=("keyVaultKeyUri",)),
    "azure-native:cosmosdb:MongoCluster": Store(),
    "azure-native:mongocluster:MongoCluster": Store(),
    "azure-native:dbforpostgresql:Server": Store(keys=("dataEncryption.primaryKeyURI",)),
    "azure-native:dbformysql:Server": Store(keys=("dataEncryption.primaryKeyURI",)),
    "azure-native:dbformariadb:Server": Store(),
    "azure-native:redis:Redis": Store(),
    "azure-native:synapse:SqlPool": Store(parent=("workspaceName", "azure-native:synapse:Workspace")),
    "azure-native:kusto:Cluster": Store(keys=("keyVaultProperties.keyName",)),
    "azure-native:netapp:CapacityPoolVolume": Store(keys=("keyVaultPrivateEndpointResourceId",)),
    "azure-native:compute:Disk": Store(keys=("encryption.diskEncryptionSetId",)),
    "azure-native:containerregistry:Registry": Store(keys=("encryption.keyVaultProperties.keyIdentifier",)),
    "azure-native:search:Service": Store(),
    "azure-native:healthcareapis:FhirService": Store(keys=("encryption.customerManagedKeyEncryption.keyEncryptionKeyUrl",)),
    "azure-native:appconfiguration:ConfigurationStore": Store(keys=("encryption.keyVaultProperties.keyIdentifier",)),
    "azure-native:fileshares:FileShare": Store(),
}
"""Every type that keeps the client's data."""
PARENT_KEYS: Mapping[str, str] = {
    _SQL_SERVER: "keyId",
    "azure-native:synapse:Workspace": "encryption.cmk.key.keyVaultUrl",
}
"""What holds the key of its parts, and where."""
SECRETS: Mapping[str, Store] = {"azure-native:keyvault:Secret": Store(parent=("vaultName", VAULT))}
"""Every type that keeps secrets."""
USES_KEY: Mapping[str, tuple[str, ...]] = {
    ACCOUNT: ("encryption.keyVaultProperties.keyVaultUri",),
    _SQL_SERVER: ("keyId",),
    "azure-native:sql:ManagedInstance": ("keyId",),
    "azure-native:synapse:Workspace": ("encryption.cmk.key.keyVaultUrl",),
    "azure-native:cosmosdb:DatabaseAccount": ("keyVaultKeyUri",),
    "azure-native:dbforpostgresql:Server": ("dataEncryption.primaryKeyURI",),
    "azure-native:dbformysql:Server": ("dataEncryption.primaryKeyURI",),
    "azure-native:kusto:Cluster": ("keyVaultProperties.keyVaultUri",),
    "azure-native:compute:Disk": ("encryption.diskEncryptionSetId",),
    "azure-native:compute:DiskEncryptionSet": ("activeKey.keyUrl",),
    "azure-native:compute:Snapshot": ("encryption.diskEncryptionSetId",),
    "azure-native:containerregistry:Registry": ("encryption.keyVaultProperties.keyIdentifier",),
    "azure-native:eventhub:Namespace": ("encryption.keyVaultProperties[*].keyVaultUri",),
    "azure-native:servicebus:Namespace": ("encryption.keyVaultProperties[*].keyVaultUri",),
    "azure-native:storage:EncryptionScope": ("keyVaultProperties.keyUri",),
    "azure-native:recoveryservices:Vault": ("properties.encryption.keyVaultProperties.keyUri",),
    "azure-native:healthcareapis:FhirService": ("encryption.customerManagedKeyEncryption.keyEncryptionKeyUrl",),
    "azure-native:appconfiguration:ConfigurationStore": ("encryption.keyVaultProperties.keyIdentifier",),
}
"""Every type that uses a key, and where it names it or its vault."""
_RULE = LongLived(what="a shared access key")
_APP = LongLived(what="a credential of an application", starts="startDate", ends="endDate", lasts="endDateRelative")
LONG_LIVED: Mapping[str, LongLived] = {
    "azuread:index/applicationPassword:ApplicationPassword": _APP,
    "azuread:index/applicationCertificate:ApplicationCertificate": _APP,
    "azuread:index/servicePrincipalPassword:ServicePrincipalPassword": _APP,
    "azuread:index/servicePrincipalCertificate:ServicePrincipalCertificate": _APP,
    "azure-native:automation:Webhook": LongLived(what="a webhook's address", ends="expiryTime"),
    "azure-native:eventhub:EventHubAuthorizationRule": _RULE,
    "azure-native:eventhub:NamespaceAuthorizationRule": _RULE,
    "azure-native:servicebus:NamespaceAuthorizationRule": _RULE,
    "azure-native:servicebus:QueueAuthorizationRule": _RULE,
    "azure-native:servicebus:TopicAuthorizationRule": _RULE,
    "azure-native:relay:NamespaceAuthorizationRule": _RULE,
    "azure-native:storage:LocalUser": LongLived(what="a local user's key"),
    "azure-native:containerregistry:Token": LongLived(what="a registry token"),
    "azure-native:compute:SshPublicKey": LongLived(what="an SSH key", tags="tags"),
    ACCOUNT: LongLived(what="shared keys", tags="tags", on_when=("allowSharedKeyAccess", True, True)),
    "azure-native:containerregistry:Registry": LongLived(what="an admin user", tags="tags", on_when=("adminUserEnabled", True, False)),
    "azure-native:cosmosdb:DatabaseAccount": LongLived(what="account keys", tags="tags", on_when=("disableLocalAuth", False, False)),
}
"""Credentials that work until somebody ends them."""
