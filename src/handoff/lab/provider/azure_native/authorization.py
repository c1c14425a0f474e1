"""Who may do what, and what nobody may: role assignments, policy assignments and locks, at any scope."""

from __future__ import annotations

from handoff.lab.provider.azure_native._arm import arm_record

_ROLE = {"roleDefinitionId", "principalId", "principalType", "description", "condition", "conditionVersion", "delegatedManagedIdentityResourceId"}
_POLICY = {"assignmentType", "definitionVersion", "description", "displayName", "enforcementMode", "identity", "location", "metadata"} | {
    "nonComplianceMessages",
    "notScopes",
    "overrides",
    "parameters",
    "policyDefinitionId",
    "resourceSelectors",
}

RECORDS = (
    arm_record(
        "azure-native:authorization:RoleAssignment",
        "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        "2022-04-01",
        handled=_ROLE,
        required={"roleDefinitionId", "principalId"},
        computed={"createdBy", "createdOn", "updatedBy", "updatedOn", "principalType"},
        replace_on={"roleDefinitionId", "principalId", "principalType", "delegatedManagedIdentityResourceId"},
        delete_before_replace=True,
    ),
    arm_record(
        "azure-native:authorization:PolicyAssignment",
        "/{scope}/providers/Microsoft.Authorization/policyAssignments/{policyAssignmentName}",
        "2025-01-01",
        handled=_POLICY,
        name_property="policyAssignmentName",
        computed={"effectiveDefinitionVersion", "instanceId", "latestDefinitionVersion"},
    ),
    arm_record(
        "azure-native:authorization:ManagementLockByScope",
        "/{scope}/providers/Microsoft.Authorization/locks/{lockName}",
        "2020-05-01",
        handled={"level", "notes", "owners"},
        name_property="lockName",
        required={"level"},
    ),
)
