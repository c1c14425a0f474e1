"""What Microsoft Graph keeps in the lab: collections, the properties each takes, and the directory roles that open them.

Property names: https://learn.microsoft.com/graph/api/resources/application and its neighbours (read 2026-11-22).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177745e10"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a26ee74c451f"
DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
APPLICATION_ADMINISTRATOR = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
CLOUD_APPLICATION_ADMINISTRATOR = "158c047a-c907-4556-b7ef-446551a6b5f7"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
GROUPS_ADMINISTRATOR = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
CONDITIONAL_ACCESS_ADMINISTRATOR = "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"
PRIVILEGED_ROLE_ADMINISTRATOR = "e8611ab8-c189-46e8-94e1-60213ab1f814"

DIRECTORY_ROLES: Mapping[str, str] = {
    GLOBAL_ADMINISTRATOR: "Global Administrator",
    GLOBAL_READER: "Global Reader",
    DIRECTORY_READERS: "Directory Readers",
    APPLICATION_ADMINISTRATOR: "Application Administrator",
    CLOUD_APPLICATION_ADMINISTRATOR: "Cloud Application Administrator",
    USER_ADMINISTRATOR: "User Administrator",
    GROUPS_ADMINISTRATOR: "Groups Administrator",
    CONDITIONAL_ACCESS_ADMINISTRATOR: "Conditional Access Administrator",
    PRIVILEGED_ROLE_ADMINISTRATOR: "Privileged Role Administrator",
}
"""Built-in directory roles by template id. source: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference (read 2026-11-22)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One collection of directory objects."""

    table: str
    noun: str
    """`#microsoft.graph.NOUN`."""
    required: frozenset[str]
    writable: frozenset[str]
    writers: frozenset[str]
    """Directory roles that may write, besides Global Administrator."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_APP_ADMINS = frozenset({APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR})
_CA_ADMINS = frozenset({CONDITIONAL_ACCESS_ADMINISTRATOR})

COLLECTIONS: Mapping[str, Collection] = {
    "applications": Collection(
        table="applications",
        noun="application",
        required=_words("displayName"),
        writable=_words(
            "displayName description signInAudience identifierUris tags notes keyCredentials passwordCredentials api appRoles web spa publicClient info "
            "requiredResourceAccess groupMembershipClaims isFallbackPublicClient isDeviceOnlyAuthSupported oauth2RequirePostResponse optionalClaims "
            "parentalControlSettings serviceManagementReference samlMetadataUrl defaultRedirectUri addIns tokenEncryptionKeyId verifiedPublisher "
            "uniqueName disabledByMicrosoftStatus certification nativeAuthenticationApisEnabled"
        ),
        writers=_APP_ADMINS,
    ),
    "servicePrincipals": Collection(
        table="servicePrincipals",
        noun="servicePrincipal",
        required=_words("appId"),
        writable=_words(
            "appId accountEnabled displayName description alternativeNames appRoleAssignmentRequired loginUrl notes notificationEmailAddresses "
            "preferredSingleSignOnMode samlSingleSignOnSettings tags keyCredentials passwordCredentials servicePrincipalType homepage logoutUrl replyUrls "
            "servicePrincipalNames preferredTokenSigningKeyThumbprint tokenEncryptionKeyId appOwnerOrganizationId"
        ),
        writers=_APP_ADMINS,
    ),
    "users": Collection(
        table="users",
        noun="user",
        required=_words("displayName userPrincipalName mailNickname accountEnabled passwordProfile"),
        writable=_words(
            "displayName userPrincipalName mailNickname accountEnabled passwordProfile passwordPolicies mail otherMails userType givenName surname jobTitle "
            "department companyName usageLocation officeLocation mobilePhone businessPhones city country state streetAddress postalCode employeeId employeeType "
            "ageGroup consentProvidedForMinor faxNumber onPremisesImmutableId preferredLanguage showInAddressList identities employeeHireDate employeeOrgData "
            "hireDate costCenter division externalUserState"
        ),
        writers=frozenset({USER_ADMINISTRATOR}),
    ),
    "groups": Collection(
        table="groups",
        noun="group",
        required=_words("displayName mailEnabled mailNickname securityEnabled"),
        writable=_words(
            "displayName description mailEnabled mailNickname securityEnabled groupTypes isAssignableToRole visibility membershipRule membershipRuleProcessingState "
            "preferredDataLocation theme resourceBehaviorOptions resourceProvisioningOptions classification uniqueName"
        ),
        writers=frozenset({USER_ADMINISTRATOR, GROUPS_ADMINISTRATOR}),
    ),
    "identity/conditionalAccess/policies": Collection(
        table="policies",
        noun="conditionalAccessPolicy",
        required=_words("displayName state conditions"),
        writable=_words("displayName state conditions grantControls sessionControls description templateId"),
        writers=_CA_ADMINS,
    ),
    "identity/conditionalAccess/namedLocations": Collection(
        table="locations",
        noun="namedLocation",
        required=_words("displayName"),
        writable=_words("displayName isTrusted ipRanges countriesAndRegions includeUnknownCountriesAndRegions countryLookupMethod @odata.type"),
        writers=_CA_ADMINS,
    ),
    "roleManagement/directory/roleAssignments": Collection(
        table="directoryRoles",
        noun="unifiedRoleAssignment",
        required=_words("principalId roleDefinitionId directoryScopeId"),
        writable=_words("principalId roleDefinitionId directoryScopeId"),
        writers=frozenset({PRIVILEGED_ROLE_ADMINISTRATOR}),
    ),
}
"""Collections by their path below /v1.0."""

READERS = frozenset(DIRECTORY_ROLES)
"""Any directory role may read the directory here."""
